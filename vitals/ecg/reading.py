"""What a recording was read as: the numbers that are kept, pages show and a person may review.

Preliminary and unreviewed, always. What was not earned is withheld and says why; nothing is said
about time that could not be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeAlias

from vitals.ecg import rhythm, sentences
from vitals.ecg.arrays import IntArray, Uint8Array
from vitals.ecg.episodes import Episode
from vitals.ecg.grid import SEGMENT_S
from vitals.ecg.hourly import Hour
from vitals.ecg.quality import Grade
from vitals.ecg.rhythm import Pause, RateRange, Regularity
from vitals.ecg.signal import Outline
from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION, STATUS

NOT_ASSESSED: Final = "not assessed"  # until its F1 is 80 or more
MOST_EPISODES: Final = 2000  # a day of couplets is counted, and so many are kept one by one
# What is kept first where there are more.
GRAVE_FIRST: Final = ("possible-af", "pause", "ventricular-run", "tachycardia", "bradycardia")


@dataclass(frozen=True)
class NotAnalysable:
    """A recording about which nothing can be said, and why in plain words."""

    reason: str

    def __str__(self) -> str:
        """As it is shown."""
        return f"not analysable: {self.reason}"

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording."""
        return {**_signed(), "analysable": False, "reason": self.reason, "text": [str(self)]}


@dataclass(frozen=True)
class LeadReading:
    """One lead: its name as recorded, how much of it can be read, and what is wrong with it."""

    name: str
    analysable_share: float
    problem: str | None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        share = round(self.analysable_share, 4)
        return {"name": self.name, "analysable_share": share, "problem": self.problem}


@dataclass(frozen=True)
class Summary:
    """What was read in a recording.

    ``analysable_share``: readable and graded time over all time, gaps included, 0 to 1. ``failed``:
    pieces that could not be examined, of those. ``r_peaks``: samples, shape (n,), and the
    ``classes`` of these beats. ``uneven_share``: of the intervals, see ``rhythm``; None when there
    are too few. ``rate_by_minute``: per minute from the start, None where not read. ``grades``: one
    per 10 s. ``ventricular``, ``af``, ``hrv`` and ``measured`` (intervals, axis and ST): plain
    values, each with why it is withheld.
    """

    outline: Outline
    analysable_share: float
    failed: int
    r_peaks: IntArray
    classes: Uint8Array
    rate: RateRange
    uneven_share: float | None
    pauses: tuple[Pause, ...]
    rate_by_minute: tuple[float | None, ...]
    grades: tuple[Grade, ...]
    leads: tuple[LeadReading, ...]
    episodes: tuple[Episode, ...]
    ventricular: dict[str, Any]
    af: dict[str, Any]
    measured: dict[str, Any]
    hrv: dict[str, Any]
    hours: tuple[Hour, ...]

    @property
    def regularity(self) -> Regularity:
        """In a word: regular, irregular or undetermined."""
        return rhythm.regularity(self.uneven_share)

    def sentences(self) -> list[str]:
        """The reading in words, one fact each."""
        measured = self.measured["intervals"]
        return [
            sentences.of_rate(self.rate),
            sentences.of_regularity(self.regularity, self.uneven_share),
            sentences.of_pauses(self.pauses),
            sentences.of_af(self.af),
            sentences.of_ventricular(self.ventricular),
            sentences.SUPRAVENTRICULAR,
            sentences.of_intervals(measured),
            *sentences.of_leads([(lead.name, lead.problem) for lead in self.leads]),
            sentences.of_share(self.analysable_share),
            *sentences.of_failed(self.failed),
        ]

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording: without the beats, which the pieces keep."""
        kept = listed(self.episodes)
        return {
            **_signed(),
            "analysable": True,
            "n_samples": self.outline.n_samples,
            "sampling_rate_hz": self.outline.sampling_rate_hz,
            "analysable_share": round(self.analysable_share, 4),
            "pieces_failed": self.failed,
            "n_beats": len(self.r_peaks),
            "rate_per_min": _rate_json(self.rate),
            "regularity": self.regularity,
            "uneven_share": None if self.uneven_share is None else round(self.uneven_share, 3),
            "rate_by_minute": [
                None if rate is None else round(rate, 1) for rate in self.rate_by_minute
            ],
            "quality": _grades_json(self.grades),
            "leads": [lead.to_json() for lead in self.leads],
            "pauses": [
                {"start_sample": pause.start_sample, "seconds": round(pause.seconds, 3)}
                for pause in self.pauses[:MOST_EPISODES]
            ],
            "episodes": [episode.to_json() for episode in kept],
            "episodes_left_out": len(self.episodes) - len(kept),
            "ventricular": self.ventricular,
            "af": self.af,
            "supraventricular": NOT_ASSESSED,
            **self.measured,
            "hrv": self.hrv,
            "hourly": [hour.to_json() for hour in self.hours],
            "text": self.sentences(),
        }


Reading: TypeAlias = Summary | NotAnalysable


def listed(episodes: Sequence[Episode]) -> list[Episode]:
    """The episodes that are kept one by one, in order of time."""
    rank = {kind: at for at, kind in enumerate(GRAVE_FIRST)}
    grave_first = sorted(episodes, key=lambda each: rank.get(each.kind, len(rank)))
    return sorted(grave_first[:MOST_EPISODES], key=lambda each: (each.start_sample, each.kind))


def _signed() -> dict[str, Any]:
    return {"algorithm": ALGORITHM, "algorithm_version": ALGORITHM_VERSION, "status": STATUS}


def _rate_json(rate: RateRange) -> dict[str, Any]:
    return {
        "low": round(rate.low_per_min, 1),
        "mean": round(rate.mean_per_min, 1),
        "high": round(rate.high_per_min, 1),
        "over_intervals": rate.intervals,
    }


def _grades_json(grades: Sequence[Grade]) -> list[dict[str, Any]]:
    """Runs of equal grades, in seconds from the start."""
    runs = []
    at = 0
    for grade, group in groupby(grades):
        length = len(list(group))
        runs.append(
            {"grade": grade.value, "from_s": at * SEGMENT_S, "to_s": (at + length) * SEGMENT_S}
        )
        at += length
    return runs
