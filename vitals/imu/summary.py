"""A recording of motion put together from its pieces, as numbers and as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray
from vitals.imu import activity, posture, wear
from vitals.imu.activity import Intensity
from vitals.imu.calibration import Calibration
from vitals.imu.falls import events
from vitals.imu.orientation import facing
from vitals.imu.pieces import LEAST_MEASURED, SEGMENTS_PER_MINUTE, Fall, Findings, Tens
from vitals.imu.posture import Posture
from vitals.imu.sites import Site
from vitals.imu.wear import BLOCK_MIN, Minutes

ALGORITHM: Final = "chartwave-imu"
ALGORITHM_VERSION: Final = "1"
STATUS: Final = "preliminary, unreviewed computer reading"
NOBODY: Final = "Nobody is notified. Not a monitor."
WALKING_STEPS: Final = 10  # in 10 s: one a second
TOO_SHORT: Final = "it takes an hour to tell whether the sensor was worn"


@dataclass(frozen=True)
class Wearing:
    """Where the sensor is worn, and how old the wearer is (None: not known)."""

    site: Site = Site.UNKNOWN
    age_years: float | None = None


@dataclass(frozen=True)
class NotAnalysable:
    """A recording about which nothing can be said, and why in plain words."""

    reason: str

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording."""
        text = [f"not analysable: {self.reason}"]
        return _signed() | {
            "analysable": False,
            "reason": self.reason,
            "not_analysable": self.reason,
            "text": text,
        }


@dataclass(frozen=True)
class Summary:
    """What was read.

    ``worn``: of each 15 minutes, None unknown. ``enmo_mg``: of each minute, None where not measured
    or not worn. ``steps``: of each minute. ``postures``: of each 10 s, or why they are withheld.
    """

    n_samples: int
    sampling_rate_hz: float
    wearing: Wearing
    calibration: Calibration
    measured_share: float
    worn: tuple[bool | None, ...]
    enmo_mg: tuple[float | None, ...]
    steps: tuple[int, ...]
    postures: tuple[Posture | None, ...] | str
    falls: tuple[Fall, ...]
    facing: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording."""
        return _signed() | {
            "analysable": True,
            "reason": None,
            "not_analysable": None,
            "n_samples": self.n_samples,
            "sampling_rate_hz": self.sampling_rate_hz,
            "wear_site": self.wearing.site.value,
            "measured_share": round(self.measured_share, 4),
            "calibration": self.calibration.to_json(),
            "wear": self.wear_json(),
            "activity_by_minute": [None if x is None else round(x, 1) for x in self.enmo_mg],
            "activity": self.activity_json(),
            "steps": {"total": sum(self.steps), "by_minute": list(self.steps)},
            "posture": self.posture_json(),
            "falls": self.falls_json(),
            "orientation": {"facing": self.facing},
            "text": self.sentences(),
        }

    def wear_json(self) -> dict[str, Any]:
        """Minutes worn, and each quarter of an hour."""
        told = any(block is not None for block in self.worn)
        minutes = Counter(self.worn)
        return {
            "worn_min": BLOCK_MIN * minutes[True] if told else None,
            "not_worn_min": BLOCK_MIN * minutes[False] if told else None,
            "by_quarter_hour": list(self.worn),
            "withheld": None if told else TOO_SHORT,
        }

    def activity_json(self) -> dict[str, Any]:
        """Mean ENMO, and minutes by intensity where there are thresholds."""
        site = self.wearing.site
        why = activity.withheld(site, self.wearing.age_years)
        known = [value for value in self.enmo_mg if value is not None]
        return {
            "mean_enmo_mg": round(float(np.mean(known)), 1) if known else None,
            "minutes": None if why else _named(activity.minutes_of(self.enmo_mg, site)),
            "thresholds": None if why else vars(activity.THRESHOLDS[site]),
            "withheld": why or None,
        }

    def posture_json(self) -> dict[str, Any]:
        """Minutes of each posture, and its stretches."""
        if isinstance(self.postures, str):
            return {"minutes": None, "runs": [], "withheld": self.postures}
        counted = Counter(self.postures)
        minutes = {each.value: round(counted[each] / SEGMENTS_PER_MINUTE, 1) for each in Posture}
        return {
            "minutes": minutes,
            "runs": posture.runs(list(self.postures)),
            "withheld": None,
        }

    def falls_json(self) -> dict[str, Any]:
        """The list of possible falls."""
        site, rate = self.wearing.site, self.sampling_rate_hz
        listed = [
            vars(fall) | {"at_s": round(fall.sample / rate, 1), "sample": fall.sample}
            for fall in self.falls
        ]
        why = events.withheld(site, rate)
        return {
            "events": listed,
            "withheld": why or None,
            "remark": None if why else events.remark(site) or None,
            "note": NOBODY,
        }

    def sentences(self) -> list[str]:
        """The reading in words, one fact each."""
        said = [f"{sum(self.steps)} steps counted", *self._activity_words()]
        said += [_posture_words(self.posture_json()), *_fall_words(self.falls_json())]
        share = int(100 * self.measured_share)
        return [*said, f"{share}% of the time was measured", NOBODY]

    def _activity_words(self) -> list[str]:
        told = self.activity_json()
        if told["withheld"]:
            return [f"Minutes of activity withheld: {told['withheld']}"]
        words = ", ".join(f"{count} {name}" for name, count in told["minutes"].items())
        return [f"Minutes of activity: {words}"]


Reading: TypeAlias = Summary | NotAnalysable


def put_together(
    found: Sequence[Findings],
    n_samples: int,
    sampling_rate_hz: float,
    wearing: Wearing,
    calibration: Calibration,
) -> Reading:
    """The reading of all pieces.

    Args:
        found: Of each piece once, in order.
        n_samples: Length of the recording.
        sampling_rate_hz: Samples per second.
        wearing: Where it was worn, and by whom.
        calibration: Of the sensor.
    """
    tens = _joined([piece.tens for piece in found])
    measured = tens.n > 0
    worn = wear.worn(minutes_of(tens), 60 * sampling_rate_hz)
    off = _by_ten(worn, len(tens.n))
    return Summary(
        n_samples=n_samples,
        sampling_rate_hz=sampling_rate_hz,
        wearing=wearing,
        calibration=calibration,
        measured_share=float(tens.n.sum() / n_samples),
        worn=tuple(worn),
        enmo_mg=tuple(_enmo(tens, measured & ~off)),
        steps=tuple(int(part.sum()) for part in _minutes(tens.steps)),
        postures=_postures(tens, measured & ~off, wearing.site),
        falls=tuple(_falls(found, wearing.site, sampling_rate_hz)),
        facing=_facing(tens.up[measured]),
    )


def minutes_of(tens: Tens) -> Minutes:
    """Each minute, from its 10 s."""
    rows = [
        _minute(*parts)
        for parts in zip(
            *map(_minutes, (tens.n, tens.mean_g, tens.sd_g, tens.low_g, tens.high_g)), strict=True
        )
    ]
    n, *others = (np.array(column) for column in zip(*rows, strict=True))
    return Minutes(n.astype(np.int64), *others)


def _minute(
    n: FloatArray, mean: FloatArray, sd: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[int, FloatArray, FloatArray, FloatArray, FloatArray]:
    some = n > 0
    if not some.any():
        nothing = np.full(3, np.nan)
        return 0, nothing, nothing, nothing, nothing
    weight = n[some][:, None] / n[some].sum()
    middle = (weight * mean[some]).sum(axis=0)
    variance = (weight * (sd[some] ** 2 + (mean[some] - middle) ** 2)).sum(axis=0)
    total = int(n.sum())
    return total, middle, np.sqrt(variance), low[some].min(axis=0), high[some].max(axis=0)


def _minutes(column: Any) -> list[Any]:
    """A column of 10 s cut into minutes; the last one may be shorter."""
    return [
        column[at : at + SEGMENTS_PER_MINUTE] for at in range(0, len(column), SEGMENTS_PER_MINUTE)
    ]


def _joined(tens: Sequence[Tens]) -> Tens:
    names = vars(tens[0])
    return Tens(**{name: np.concatenate([getattr(ten, name) for ten in tens]) for name in names})


def _by_ten(worn: Sequence[bool | None], n_tens: int) -> BoolArray:
    """Which 10 s were not worn."""
    off = np.array([block is False for block in worn], dtype=bool)
    return np.repeat(off, BLOCK_MIN * SEGMENTS_PER_MINUTE)[:n_tens]


def _enmo(tens: Tens, counted: BoolArray) -> list[float | None]:
    """Mean of each minute of which at least half counts."""
    told: list[float | None] = []
    for values, counts in zip(_minutes(tens.enmo_mg), _minutes(counted), strict=True):
        enough = counts.sum() >= LEAST_MEASURED * SEGMENTS_PER_MINUTE
        told.append(float(values[counts].mean()) if enough else None)
    return told


def _postures(tens: Tens, counted: BoolArray, site: Site) -> tuple[Posture | None, ...] | str:
    why = posture.withheld(site)
    if why:
        return why
    up = np.where(counted[:, None], tens.up, 0.0)
    upright = posture.reference(up, tens.steps >= WALKING_STEPS)
    if isinstance(upright, str):
        return upright
    return tuple(posture.postures(up, upright))


def _falls(found: Sequence[Findings], site: Site, sampling_rate_hz: float) -> list[Fall]:
    """In order; of two on both sides of a border of pieces the more certain one."""
    if events.withheld(site, sampling_rate_hz):
        return []
    kept: list[Fall] = []
    listed = [fall for piece in found for fall in piece.falls]
    for fall in sorted(listed, key=lambda each: (-each.confidence, each.sample)):
        apart = events.ONE_FALL_S * sampling_rate_hz
        if all(abs(fall.sample - other.sample) >= apart for other in kept):
            kept.append(fall)
    return sorted(kept, key=lambda each: each.sample)


def _facing(up: FloatArray) -> dict[str, float]:
    """Share of the time that each axis pointed up, the largest first."""
    counted = Counter(facing(up)) if len(up) else Counter()
    return {axis: round(count / len(up), 3) for axis, count in counted.most_common()}


def _named(minutes: Mapping[Intensity, int]) -> dict[str, int]:
    return {intensity.value: count for intensity, count in minutes.items()}


def _signed() -> dict[str, Any]:
    return {"algorithm": ALGORITHM, "algorithm_version": ALGORITHM_VERSION, "status": STATUS}


def _posture_words(told: dict[str, Any]) -> str:
    if told["withheld"]:
        return f"Posture withheld: {told['withheld']}"
    minutes = told["minutes"]
    return (
        f"Upright (sitting or standing) {minutes['upright']:.0f} min, "
        f"lying {minutes['lying']:.0f} min"
    )


def _fall_words(told: dict[str, Any]) -> list[str]:
    if told["withheld"]:
        return [f"Falls were not looked for: {told['withheld']}"]
    count = len(told["events"])
    noun = "possible fall" if count == 1 else "possible falls"
    said = f"{count} {noun}" if count else "No movement that looks like a fall found"
    return [said, *([told["remark"]] if told["remark"] else [])]
