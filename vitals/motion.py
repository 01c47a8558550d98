"""The motion that was recorded beside an ECG, or alone, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vitals.live import device_words, newest_reading
from vitals.models import Recording
from vitals.storage.reading import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

Kept = dict[str, Any]

LEAD_IN_MS: Final = 5000  # of the ECG before a fall
MINUTES_PER_HOUR: Final = 60
INTENSITIES: Final = {
    "inactive": gettext_lazy("inactive"),
    "light": gettext_lazy("light"),
    "moderate": gettext_lazy("moderate"),
    "vigorous": gettext_lazy("vigorous"),
}
POSTURES: Final = {
    "upright": gettext_lazy("upright (sitting or standing)"),
    "lying": gettext_lazy("lying"),
}


@dataclass(frozen=True)
class FallShown:
    """A possible fall: when, how sure (0 to 1), and where the ECG of that moment begins."""

    at: datetime
    confidence: float
    impact_g: float
    tilt_deg: float
    ecg_id: UUID | None
    ecg_start_ms: int


@dataclass(frozen=True)
class HourShown:
    """Steps and mean activity of one hour since the first sample; None: not measured."""

    at: datetime
    steps: int
    activity_mg: float | None


@dataclass(frozen=True)
class MotionShown:
    """A recording of motion with the computer's reading; ``result`` is empty while there is none.

    Reasons why something is withheld are sentences; an empty one means that it is not.
    """

    recording_id: UUID
    device: str
    wear_site: str
    started_at: datetime
    closed: bool
    result: Kept
    algorithm: str
    algorithm_version: str
    falls: tuple[FallShown, ...] = ()
    hours: tuple[HourShown, ...] = ()

    @property
    def not_analysable(self) -> str:
        """Why nothing could be read, or ""."""
        return self.result.get("not_analysable") or ""

    @property
    def withheld(self) -> dict[str, str]:
        """Of falls, activity, posture, wear and calibration, why each is withheld, or ""."""
        parts = ("falls", "activity", "posture", "wear", "calibration")
        return {part: (self.result.get(part) or {}).get("withheld") or "" for part in parts}

    @property
    def activity_minutes(self) -> list[tuple[str, int]]:
        """Minutes of each intensity, by name."""
        return _named(INTENSITIES, self.result, "activity")

    @property
    def posture_minutes(self) -> list[tuple[str, int]]:
        """Minutes of each posture, by name."""
        return _named(POSTURES, self.result, "posture")

    @property
    def calibration_mg(self) -> float | None:
        """How far rest is from 1 g after calibration, milli-g; None when it was not calibrated."""
        error = (self.result.get("calibration") or {}).get("error_after_g")
        return None if error is None else round(1000 * error, 1)


def _named(names: Mapping[str, Any], result: Kept, part: str) -> list[tuple[str, int]]:
    minutes = (result.get(part) or {}).get("minutes") or {}
    return [(str(names[key]), round(minutes[key])) for key in names if key in minutes]


def beside(recording: Recording, kind: str = Recording.Kind.IMU) -> Recording | None:
    """What the same device recorded of another kind in the same session on the same wearer."""
    if not recording.session_id:
        return None
    return Recording.objects.filter(
        device_id=recording.device_id,
        session_id=recording.session_id,
        pairing=recording.pairing,
        kind=kind,
    ).first()


def motion_beside(ecg: Recording) -> MotionShown | None:
    """The motion that belongs to an ECG; None where none was recorded."""
    found = beside(ecg)
    return motion_shown(found, ecg) if found is not None else None


def motion_shown(recording: Recording, ecg: Recording | None = None) -> MotionShown:
    """A recording of motion as its page tells it; possible falls lead to ``ecg``."""
    reading = newest_reading(recording)
    result: Kept = reading.result if reading else {}
    zero = zero_of(recording)
    pairing = recording.pairing
    return MotionShown(
        recording_id=recording.pk,
        device=device_words(recording.device),
        wear_site=(pairing.wear_site if pairing else "") or _("wear site not recorded"),
        started_at=recording.started_at,
        closed=recording.closed_at is not None,
        result=result,
        algorithm=reading.algorithm if reading else "",
        algorithm_version=reading.algorithm_version if reading else "",
        falls=tuple(_falls(result, zero, ecg)),
        hours=tuple(_hours(result, zero)),
    )


def zero_of(recording: Recording) -> datetime:
    """When sample 0 was measured, by the corrected time of the first chunk."""
    first = shown(recording).order_by("first_sample").defer("payload").first()
    if first is None:
        return recording.started_at
    return first.start_time - timedelta(seconds=first.first_sample / recording.sampling_rate_hz)


def _falls(result: Kept, zero: datetime, ecg: Recording | None) -> list[FallShown]:
    ecg_zero = zero_of(ecg) if ecg else zero
    found = []
    for kept in (result.get("falls") or {}).get("events", []):
        at = zero + timedelta(seconds=kept["at_s"])
        start_ms = round((at - ecg_zero) / timedelta(milliseconds=1)) - LEAD_IN_MS
        told = (kept["confidence"], kept["impact_g"], kept["tilt_deg"])
        found.append(FallShown(at, *told, ecg.pk if ecg else None, max(0, start_ms)))
    return found


def _hours(result: Kept, zero: datetime) -> list[HourShown]:
    steps: Sequence[int] = (result.get("steps") or {}).get("by_minute", [])
    activity: Sequence[float | None] = result.get("activity_by_minute") or []
    hours = []
    for first in range(0, len(steps), MINUTES_PER_HOUR):
        part = slice(first, first + MINUTES_PER_HOUR)
        known = [value for value in activity[part] if value is not None]
        mean = round(sum(known) / len(known), 1) if known else None
        hours.append(HourShown(zero + timedelta(minutes=first), sum(steps[part]), mean))
    return hours
