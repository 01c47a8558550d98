"""The reading of a recording: what all its pieces say together, and how much could be read.

Preliminary and unreviewed, always. It says nothing about where the rhythm comes from, and nothing
about time it could not read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from vitals.ecg import gate, grid, pieces, rhythm
from vitals.ecg.arrays import IntArray, Span, joined
from vitals.ecg.findings import Findings
from vitals.ecg.grid import SEGMENT_S
from vitals.ecg.peaks import REFRACTORY_S
from vitals.ecg.pieces import Excerpt
from vitals.ecg.quality import Grade
from vitals.ecg.rhythm import Pause, RateRange, Regularity
from vitals.ecg.signal import Ecg
from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION, STATUS


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
class Summary:
    """What was read in a recording.

    ``analysable_share``: readable and graded time over all time, gaps included, 0 to 1.
    ``r_peaks``: samples, shape (n,). ``uneven_share``: of the intervals, see ``rhythm``; None when
    there are too few. ``rate_by_minute``: per minute from the start, None where not read.
    ``grades``: one per 10 s.
    """

    n_samples: int
    sampling_rate_hz: float
    analysable_share: float
    r_peaks: IntArray
    rate: RateRange
    uneven_share: float | None
    pauses: tuple[Pause, ...]
    rate_by_minute: tuple[float | None, ...]
    grades: tuple[Grade, ...]

    @property
    def regularity(self) -> Regularity:
        """In a word: regular, irregular or undetermined."""
        return rhythm.regularity(self.uneven_share)

    def sentences(self) -> list[str]:
        """The reading in words, one fact each."""
        rate = self.rate
        return [
            f"Rate {rate.low_per_min:.0f} to {rate.high_per_min:.0f} per minute "
            f"(over {rate.intervals} intervals), mean {rate.mean_per_min:.0f}",
            _regularity_sentence(self.regularity, self.uneven_share),
            _pause_sentence(self.pauses),
            # Rounded down: "100%" is all of it.
            f"{math.floor(100 * self.analysable_share)}% of the time could be read",
        ]

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording: without R peaks, which the pieces keep."""
        return {
            **_signed(),
            "analysable": True,
            "n_samples": self.n_samples,
            "sampling_rate_hz": self.sampling_rate_hz,
            "analysable_share": round(self.analysable_share, 4),
            "n_beats": len(self.r_peaks),
            "rate_per_min": {
                "low": round(self.rate.low_per_min, 1),
                "mean": round(self.rate.mean_per_min, 1),
                "high": round(self.rate.high_per_min, 1),
                "over_intervals": self.rate.intervals,
            },
            "regularity": self.regularity,
            "uneven_share": None if self.uneven_share is None else round(self.uneven_share, 3),
            "pauses": [
                {"start_sample": pause.start_sample, "seconds": round(pause.seconds, 3)}
                for pause in self.pauses
            ],
            "rate_by_minute": [
                None if rate is None else round(rate, 1) for rate in self.rate_by_minute
            ],
            "quality": _grades_json(self.grades),
            "text": self.sentences(),
        }


Reading: TypeAlias = Summary | NotAnalysable


def analyse(ecg: Ecg) -> Reading:
    """Read a recording that is all in memory, from beginning to end.

    Returns:
        A summary, or why there is none. Never raises for what the samples hold.
    """
    reason = gate.refusal(ecg.n_samples, ecg.sampling_rate_hz)
    if reason is not None:
        return NotAnalysable(reason)
    n_pieces = grid.count(ecg.n_samples, ecg.sampling_rate_hz)
    found = [examine_from(ecg, index) for index in range(n_pieces)]
    return summarise(found, ecg.n_samples, ecg.sampling_rate_hz)


def examine_from(ecg: Ecg, index: int) -> Findings:
    """Examine piece ``index`` of a recording that is all in memory."""
    window = grid.window_span(index, ecg.n_samples, ecg.sampling_rate_hz)
    return pieces.examine(Excerpt(index, ecg.n_samples, ecg.part(window)))


def summarise(found: Iterable[Findings], n_samples: int, sampling_rate_hz: float) -> Reading:
    """Put the findings of all pieces together.

    Args:
        found: Of each piece once, any order. A piece that was not examined counts as rejected.
        n_samples: Length of the recording.
        sampling_rate_hz: Samples per second.
    """
    reason = gate.refusal(n_samples, sampling_rate_hz)
    if reason is not None:
        return NotAnalysable(reason)
    ordered = sorted(found, key=lambda piece: piece.index)
    rejected = _rejected(ordered, n_samples)
    r_peaks = _joined_beats(ordered, sampling_rate_hz)
    parts = rhythm.stretches(r_peaks, rejected)
    rate = rhythm.rate_range(parts, sampling_rate_hz)
    grades = tuple(segment.grade for piece in ordered for segment in piece.segments)
    if rate is None:
        return NotAnalysable(_why_none(grades))
    pauses_after = np.concatenate([piece.pauses_after for piece in ordered])
    return Summary(
        n_samples=n_samples,
        sampling_rate_hz=sampling_rate_hz,
        analysable_share=1 - sum(span.length for span in rejected) / n_samples,
        r_peaks=r_peaks,
        rate=rate,
        uneven_share=rhythm.uneven_share(parts, sampling_rate_hz),
        pauses=tuple(rhythm.pauses(parts, pauses_after, sampling_rate_hz)),
        rate_by_minute=tuple(rhythm.rate_by_minute(parts, n_samples, sampling_rate_hz)),
        grades=grades,
    )


def _signed() -> dict[str, Any]:
    return {"algorithm": ALGORITHM, "algorithm_version": ALGORITHM_VERSION, "status": STATUS}


def _rejected(ordered: Sequence[Findings], n_samples: int) -> list[Span]:
    """Rejected spans of all pieces, and all that no piece covers."""
    spans = [span for piece in ordered for span in piece.rejected]
    edges = [0, *(edge for piece in ordered for edge in piece.core), n_samples]
    spans += [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return joined(spans)


def _joined_beats(ordered: Sequence[Findings], sampling_rate_hz: float) -> IntArray:
    """All beats; one that two neighbouring pieces both claim at their border counts once."""
    beats = np.concatenate([np.zeros(0, dtype=np.int64), *(piece.beats for piece in ordered)])
    close = np.diff(beats, prepend=-(10**9)) < REFRACTORY_S * sampling_rate_hz
    return np.asarray(beats[~close], dtype=np.int64)


def _why_none(grades: Sequence[Grade]) -> str:
    if all(grade is Grade.NO_SIGNAL for grade in grades):
        return "the signal is missing, flat or out of range throughout"
    if not any(grade.analysed for grade in grades):
        return "no beats can be told from noise"
    return "fewer than 4 beats follow each other without a break"


def _regularity_sentence(word: Regularity, uneven_share: float | None) -> str:
    if uneven_share is None:
        return "Regularity undetermined: too few intervals"
    limit = f"{rhythm.OFF_SHARE:.0%}"
    return f"{word.capitalize()}: {uneven_share:.0%} of the intervals differ by more than {limit}"


def _pause_sentence(pauses: Sequence[Pause]) -> str:
    limit = f"{rhythm.PAUSE_S:g} s or more"
    if not pauses:
        return f"No pause of {limit} found in the time that could be read"
    longest = max(pause.seconds for pause in pauses)
    noun = "pause" if len(pauses) == 1 else "pauses"
    return f"{len(pauses)} {noun} of {limit}, the longest {longest:.1f} s"


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
