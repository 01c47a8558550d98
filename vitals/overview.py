"""A whole recording at a glance: rate, quality, episodes, motion and presses of the button."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from vitals.live import freshness, newest_reading
from vitals.models import Recording
from vitals.motion import beside, motion_shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import Promise

MINUTE_S: Final = 60
SEGMENT_S: Final = 10
MOST_POINTS: Final = 3000
MOST_EPISODES: Final = 1000
MOST_EVENTS: Final = 500

GRADE_LETTERS: Final = {
    "good": "g",
    "poor": "p",
    "noise": "n",
    "no beats found": "b",
    "no signal": "s",
}
NOT_READ: Final = "-"
WORST_FIRST: Final = "snbpg-"

EPISODE_NAMES: Final[dict[str, str | Promise]] = {
    "possible-af": _("possible atrial fibrillation"),
    "pause": _("pause"),
    "ventricular-run": _("run of ventricular beats"),
    "ventricular-couplet": _("couplet of ventricular beats"),
    "bigeminy": _("ventricular bigeminy"),
    "trigeminy": _("ventricular trigeminy"),
    "bradycardia": _("slow rate"),
    "tachycardia": _("fast rate"),
}


def overview(recording: Recording) -> dict[str, Any]:
    """What stands on the time axis of the whole recording.

    Times are milliseconds from its first sample. ``rate`` and ``motion`` hold one value for each
    step, None where nothing could be read; ``quality`` one letter for each step, the worst in it.
    """
    reading = newest_reading(recording)
    result = reading.result if reading else {}
    zero = first_moment(recording)
    found = episodes_of(result, recording.sampling_rate_hz)
    return {
        "length_ms": round(1000 * freshness(recording).n_samples / recording.sampling_rate_hz),
        "rate_by_minute": _thinned(result.get("rate_by_minute") or [], MINUTE_S),
        "quality": _quality(grades_of(result)),
        "episodes": found[:MOST_EPISODES],
        "episodes_left_out": max(0, len(found) - MOST_EPISODES),
        "events": events_of(recording, zero),
        "motion": motion_of(recording, zero),
        "read_at": reading.at.isoformat() if reading else None,
    }


def lanes_of(recording: Recording) -> list[str]:
    """What its overview will show beside the trace, so that the page keeps the place for it."""
    reading = newest_reading(recording)
    result = reading.result if reading else {}
    shown = {
        "rate": any(rate is not None for rate in result.get("rate_by_minute") or []),
        "marks": bool(episodes_of(result, recording.sampling_rate_hz)) or recording.events.exists(),
        "quality": bool(grades_of(result)),
        "motion": _activity(recording) is not None,
    }
    return [lane for lane, is_shown in shown.items() if is_shown]


def first_moment(recording: Recording) -> datetime:
    """When the first sample was measured, by the corrected time of the newest one."""
    fresh = freshness(recording)
    if fresh.last_sample_at is None:
        return recording.started_at
    return fresh.last_sample_at - timedelta(seconds=fresh.n_samples / recording.sampling_rate_hz)


def episodes_of(result: Mapping[str, Any], sampling_rate_hz: float) -> list[dict[str, Any]]:
    """Episodes in order of time; of older readings their pauses."""
    per_ms = sampling_rate_hz / 1000
    kept = result.get("episodes")
    if kept is None:
        kept = [
            each
            | {
                "kind": "pause",
                "end_sample": each["start_sample"] + 1000 * each["seconds"] * per_ms,
            }
            for each in result.get("pauses") or []
        ]
    found = [
        {
            "kind": each["kind"],
            "name": episode_name(each["kind"]),
            "start_ms": round(each["start_sample"] / per_ms),
            "end_ms": round(each["end_sample"] / per_ms),
            "words": _detail_words(each),
        }
        for each in kept
    ]
    return sorted(found, key=lambda each: (each["start_ms"], each["end_ms"]))


def episode_name(kind: str) -> str:
    """In words; a kind that is not known here is shown as it came."""
    return str(EPISODE_NAMES.get(kind, kind.replace("-", " ")))


def _detail_words(episode: Mapping[str, Any]) -> str:
    """Beats and rate of an episode, as far as they were told."""
    told = {**episode, **(episode.get("detail") or {})}
    beats, rate = told.get("beats"), told.get("rate_per_min")
    seconds = told.get("seconds")
    words = [_("%d beats") % beats] if isinstance(beats, int) else []
    words += [f"{rate:.0f} /min"] if isinstance(rate, int | float) else []
    words += [f"{seconds:.1f} s"] if isinstance(seconds, int | float) else []
    return ", ".join(map(str, words))


def grades_of(result: Mapping[str, Any]) -> str:
    """One letter for each 10 s of the recording; "-" where nothing was graded."""
    runs = result.get("quality")
    if not isinstance(runs, list):
        runs = result.get("grades") or []
    letters: list[str] = []
    for run in runs:
        start, end = (round(run[edge] / SEGMENT_S) for edge in ("from_s", "to_s"))
        letters += NOT_READ * (start - len(letters))
        letters += GRADE_LETTERS.get(run["grade"], NOT_READ) * (end - max(start, 0))
    return "".join(letters)


def _quality(grades: str) -> dict[str, Any]:
    step = max(1, -(-len(grades) // MOST_POINTS))
    parts = [grades[at : at + step] for at in range(0, len(grades), step)]
    worst = [min(part, key=WORST_FIRST.index) for part in parts]
    return {"step_ms": 1000 * SEGMENT_S * step, "grades": "".join(worst)}


def _thinned(values: Sequence[float | None], step_s: float) -> dict[str, Any]:
    """Means of so many neighbours that few enough are left; None where all of them are."""
    step = max(1, -(-len(values) // MOST_POINTS))
    parts = [values[at : at + step] for at in range(0, len(values), step)]
    known = [[value for value in part if value is not None] for part in parts]
    means = [round(sum(part) / len(part), 2) if part else None for part in known]
    return {"step_ms": round(1000 * step_s * step), "values": means}


def events_of(recording: Recording, zero: datetime) -> list[int]:
    """When the patient pressed the button."""
    pressed = recording.events.order_by("device_time").values_list("device_time", flat=True)
    return [round((at - zero) / timedelta(milliseconds=1)) for at in pressed[:MOST_EVENTS]]


def motion_of(recording: Recording, zero: datetime) -> dict[str, Any] | None:
    """Activity by minute and possible falls, as the same device recorded them beside the ECG."""
    moved = _activity(recording)
    if moved is None:
        return None
    sibling, values = moved
    shown = motion_shown(sibling, recording)
    falls = [round((fall.at - zero) / timedelta(milliseconds=1)) for fall in shown.falls]
    start_ms = round((first_moment(sibling) - zero) / timedelta(milliseconds=1))
    return {"start_ms": start_ms, **_thinned(values, MINUTE_S), "falls": falls[:MOST_EVENTS]}


def _activity(recording: Recording) -> tuple[Recording, list[float | None]] | None:
    """The movement beside the ECG and its activity by minute, where it was read."""
    sibling = beside(recording)
    reading = newest_reading(sibling) if sibling else None
    values = reading.result.get("activity_by_minute") if reading else None
    return (sibling, values) if sibling and values else None
