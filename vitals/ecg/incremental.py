"""The same reading while the recording grows: finished pieces are kept, the rest is read again.

A piece is finished when the 30 s after it have arrived, or when the recording is closed; it never
changes after that unless late samples arrive in its window. What is still open (at most 5.5 min) is
examined again each time, so that the reading is always that of all samples there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from vitals.ecg import gate, pieces
from vitals.ecg.arrays import BoolArray, FloatArray, Span
from vitals.ecg.first_analysis import (
    ALGORITHM,
    ALGORITHM_VERSION,
    NotAnalysable,
    Reading,
    summarise,
)
from vitals.ecg.pieces import Findings

LoadSignal: TypeAlias = Callable[[Span], tuple[FloatArray, BoolArray]]
"""Gives microvolts and what is missing, each of shape (n,), of a span of samples."""


@dataclass(frozen=True)
class Progress:
    """What is known of a recording so far: the findings of its finished pieces by index."""

    sampling_rate_hz: float
    finished: Mapping[int, Findings] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As kept between two chunks, possibly piece by piece."""
        return {
            "algorithm": ALGORITHM,
            "algorithm_version": ALGORITHM_VERSION,
            "sampling_rate_hz": self.sampling_rate_hz,
            "pieces": [found.to_json() for _, found in sorted(self.finished.items())],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Progress:
        """Back from ``to_json``; what another version of the algorithm found is not taken over."""
        progress = cls(kept["sampling_rate_hz"])
        if (kept["algorithm"], kept["algorithm_version"]) != (ALGORITHM, ALGORITHM_VERSION):
            return progress
        found = (Findings.from_json(piece) for piece in kept["pieces"])
        return cls(progress.sampling_rate_hz, {piece.index: piece for piece in found})

    def without(self, late: Span) -> Progress:
        """Forget the pieces that ``late`` samples belong to, so that they are examined again."""
        overlap = round(pieces.OVERLAP_S * self.sampling_rate_hz)
        untouched = {
            index: found
            for index, found in self.finished.items()
            if late.end <= found.core.start - overlap or late.start >= found.core.end + overlap
        }
        return Progress(self.sampling_rate_hz, untouched)


def advance(
    progress: Progress, n_samples: int, load: LoadSignal, *, closed: bool = False
) -> tuple[Progress, Reading]:
    """Take in the samples that have come, up to ``n_samples``.

    Args:
        progress: What was finished before.
        n_samples: How many samples there are now, gaps included.
        load: Gives the signal of a span; asked only for what is not finished.
        closed: Whether no more will come.

    Returns:
        The progress to keep, and the reading of all samples there are.
    """
    reason = gate.refusal(n_samples, progress.sampling_rate_hz)
    if reason is not None:
        return progress, NotAnalysable(reason)
    rate = progress.sampling_rate_hz
    known = dict(progress.finished)
    finished = dict(progress.finished)
    for index in range(pieces.count(n_samples, rate)):
        if index in known:
            continue
        signal_uv, missing = load(pieces.window_span(index, n_samples, rate))
        known[index] = pieces.examine(index, n_samples, signal_uv, missing, rate)
        if closed or is_whole(index, n_samples, rate):
            finished[index] = known[index]
    return Progress(rate, finished), summarise(known.values(), n_samples, rate)


def is_whole(index: int, n_samples: int, sampling_rate_hz: float) -> bool:
    """Whether more samples at the end would not change what piece ``index`` is examined on."""
    now = pieces.window_span(index, n_samples, sampling_rate_hz)
    later = pieces.window_span(index, n_samples + 1, sampling_rate_hz)
    return now == later
