"""A recording in pieces of 5 minutes that are examined alone, so that nothing depends on the split.

The grid is fixed: piece k covers the 10 s segments 30 k to 30 k + 29 from the first sample on, and
is examined with 30 s more on both sides. What is found in a piece is a function of those samples
only, whenever they came and whichever worker looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, true_spans, within
from vitals.ecg.quality import SEGMENT_S, Grade
from vitals.ecg.window import Segment, Window

SEGMENTS_PER_PIECE: Final = 30
OVERLAP_S: Final = 30.0  # pantompkins1985 in pieces equals the whole from 30 s on (measured)


@dataclass(frozen=True)
class Findings:
    """What one piece holds. Positions are samples of the recording.

    ``core``: the piece without its overlap. ``beats``: R peaks in it, none in rejected time.
    ``rejected``: spans where none are claimed. ``pauses_after``: R peaks after which the signal is
    at rest for 2 s or more. ``segments``: its grades in order.
    """

    index: int
    core: Span
    beats: IntArray
    rejected: tuple[Span, ...]
    pauses_after: IntArray
    segments: tuple[Segment, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain lists and numbers; R peaks as the first one and steps, which are short."""
        return {
            "piece": self.index,
            "core": list(self.core),
            "beats": np.diff(self.beats, prepend=0).tolist(),
            "rejected": [list(span) for span in self.rejected],
            "pauses_after": self.pauses_after.tolist(),
            "segments": [[s.grade.value, s.agreement, s.likeness] for s in self.segments],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Findings:
        """Back from ``to_json``."""
        return cls(
            index=kept["piece"],
            core=Span(*kept["core"]),
            beats=np.cumsum(np.array(kept["beats"], dtype=np.int64)),
            rejected=tuple(Span(*span) for span in kept["rejected"]),
            pauses_after=np.array(kept["pauses_after"], dtype=np.int64),
            segments=tuple(Segment(Grade(g), a, ln) for g, a, ln in kept["segments"]),
        )


def segment_span(index: int, sampling_rate_hz: float) -> Span:
    """The samples of the ``index``-th 10 s of a recording."""
    size = SEGMENT_S * sampling_rate_hz
    return Span(round(index * size), round((index + 1) * size))


def core_span(index: int, n_samples: int, sampling_rate_hz: float) -> Span:
    """The samples of piece ``index`` of a recording of ``n_samples``, without overlap."""
    first = segment_span(index * SEGMENTS_PER_PIECE, sampling_rate_hz).start
    end = segment_span((index + 1) * SEGMENTS_PER_PIECE, sampling_rate_hz).start
    return Span(first, end).clipped(0, n_samples)


def window_span(index: int, n_samples: int, sampling_rate_hz: float) -> Span:
    """The samples that piece ``index`` is examined on, with overlap."""
    core = core_span(index, n_samples, sampling_rate_hz)
    overlap = round(OVERLAP_S * sampling_rate_hz)
    return Span(core.start - overlap, core.end + overlap).clipped(0, n_samples)


def count(n_samples: int, sampling_rate_hz: float) -> int:
    """How many pieces a recording of ``n_samples`` has."""
    length = segment_span(SEGMENTS_PER_PIECE, sampling_rate_hz).start
    n_pieces = n_samples // length  # or one more or less: borders of a broken rate are rounded
    while core_span(n_pieces, n_samples, sampling_rate_hz).length > 0:
        n_pieces += 1
    while n_pieces and core_span(n_pieces - 1, n_samples, sampling_rate_hz).length == 0:
        n_pieces -= 1
    return n_pieces


def examine(
    index: int,
    n_samples: int,
    signal_uv: FloatArray,
    missing: BoolArray,
    sampling_rate_hz: float,
) -> Findings:
    """Examine one piece.

    Args:
        index: Which piece.
        n_samples: Length of the recording so far.
        signal_uv: Microvolts of the samples of ``window_span``, shape (n,).
        missing: True where the device has no sample, shape (n,).
        sampling_rate_hz: Samples per second.
    """
    span = window_span(index, n_samples, sampling_rate_hz)
    core = core_span(index, n_samples, sampling_rate_hz)
    window = Window.of(signal_uv, missing, sampling_rate_hz)
    parts = [_shifted(part, -span.start) for part in _segments_of(core, index, sampling_rate_hz)]
    graded = [window.grade(part) for part in parts]
    pauses, unclear = window.long_intervals()
    rejected = ~window.readable
    for part, segment in zip(parts, graded, strict=True):
        rejected[part.start : part.end] |= not segment.grade.analysed
    for part in unclear:
        rejected[part.start : part.end] = True
    inside = _shifted(core, -span.start)
    beats = within(window.beats, inside)
    beats = beats[~rejected[beats]]
    return Findings(
        index=index,
        core=core,
        beats=beats + span.start,
        rejected=tuple(
            _shifted(part, core.start) for part in true_spans(rejected[inside.start : inside.end])
        ),
        pauses_after=np.intersect1d(pauses, beats) + span.start,
        segments=tuple(graded),
    )


def _segments_of(core: Span, index: int, sampling_rate_hz: float) -> list[Span]:
    """The segments of a piece, the last one as long as the recording is so far."""
    numbers = range(index * SEGMENTS_PER_PIECE, (index + 1) * SEGMENTS_PER_PIECE)
    spans = (segment_span(number, sampling_rate_hz).clipped(*core) for number in numbers)
    return [span for span in spans if span.length > 0]


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
