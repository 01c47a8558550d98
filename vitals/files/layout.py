"""What a person says about a file that does not say it itself: names, rate, unit, step, start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from vitals.files.refusals import Unreadable, gettext_noop

LEFT_OUT = "-"
TIME = "time"
MOST_COLUMNS = 64
SLOWEST_HZ, FASTEST_HZ = 1.0, 20_000.0


@dataclass(frozen=True)
class Layout:
    """Description of a table; only ``columns`` counts for other formats.

    Attributes:
        columns: Names of the channels in the order of the file; "-" leaves one out, "time" is the
            column of seconds. Empty: as the file names them.
        sampling_rate_hz: Samples per second; None: from the time column.
        unit: Unit of the numbers; empty: uV.
        step: Step of the recorder in that unit: numbers are rounded to it. None: as written.
        kind: "ecg", "imu" or "ppg"; empty: by names and unit.
        band_hz: Low and high end of the recorder's filters.
    """

    columns: tuple[str, ...] = ()
    sampling_rate_hz: float | None = None
    unit: str = ""
    step: str = ""
    kind: str = ""
    band_hz: tuple[float | None, float | None] = (None, None)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Layout:
        """Read a description.

        Raises:
            Unreadable: a member is unknown or cannot be.
        """
        unknown = set(body) - set(cls.__dataclass_fields__)
        if unknown:
            raise _wrong(", ".join(sorted(unknown)), gettext_noop("is not a part of a layout"))
        low, high = (*(body.get("band_hz") or ()), None, None)[:2]
        return cls(
            columns=_columns(body.get("columns") or ()),
            sampling_rate_hz=rate_of(body.get("sampling_rate_hz")),
            unit=str(body.get("unit") or "")[:20],
            step=_step(body.get("step")),
            kind=_kind(str(body.get("kind") or "")),
            band_hz=(_frequency(low), _frequency(high)),
        )


def rate_of(value: Any) -> float | None:
    """A sampling rate that somebody wrote down.

    Raises:
        Unreadable: it is no number from 1 to 20,000.
    """
    if value in (None, ""):
        return None
    rate = _number("sampling_rate_hz", value)
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        raise _wrong("sampling_rate_hz", gettext_noop("lies outside 1 to 20,000 Hz"))
    return rate


def _columns(value: Any) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or len(names) > MOST_COLUMNS:
        raise _wrong("columns", gettext_noop("is a list of at most 64 names"))
    return tuple(str(name).strip() for name in names)


def _step(value: Any) -> str:
    if value in (None, ""):
        return ""
    try:
        step = Decimal(str(value))
    except InvalidOperation:
        step = Decimal(0)
    if not (step.is_finite() and Decimal("1e-9") <= step <= 10**6):
        raise _wrong("step", gettext_noop("is a number greater than 0"))
    return str(step)


def _kind(value: str) -> str:
    if value not in ("", "ecg", "imu", "ppg"):
        raise _wrong("kind", gettext_noop("is ecg, imu or ppg"))
    return value


def _frequency(value: Any) -> float | None:
    return None if value in (None, "") else _number("band_hz", value)


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise _wrong(name, gettext_noop("is not a number"))
    return number


def _wrong(name: str, what: str) -> Unreadable:
    remedy = gettext_noop("Correct the description of the file and send it again.")
    return Unreadable("layout", "", gettext_noop("layout, %(name)s"), what, remedy, name=name)
