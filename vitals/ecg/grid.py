"""A recording in pieces of 5 minutes on a fixed grid, so that nothing depends on how it came.

Piece k covers the 10 s segments 30 k to 30 k + 29 from the first sample on, and is examined with
30 s more on both sides.
"""

from __future__ import annotations

from typing import Final

from vitals.ecg.arrays import Span

SEGMENT_S: Final = 10.0  # what is graded at once
SEGMENTS_PER_PIECE: Final = 30
OVERLAP_S: Final = 30.0  # pantompkins1985 in pieces equals the whole from 30 s on (measured)


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


def segments_of(index: int, n_samples: int, sampling_rate_hz: float) -> list[Span]:
    """The segments of a piece, the last one as long as the recording is so far."""
    core = core_span(index, n_samples, sampling_rate_hz)
    numbers = range(index * SEGMENTS_PER_PIECE, (index + 1) * SEGMENTS_PER_PIECE)
    spans = (segment_span(number, sampling_rate_hz).clipped(*core) for number in numbers)
    return [span for span in spans if span.length > 0]


def count(n_samples: int, sampling_rate_hz: float) -> int:
    """How many pieces a recording of ``n_samples`` has."""
    length = segment_span(SEGMENTS_PER_PIECE, sampling_rate_hz).start
    n_pieces = n_samples // length  # or one more or less: borders of a broken rate are rounded
    while core_span(n_pieces, n_samples, sampling_rate_hz).length > 0:
        n_pieces += 1
    while n_pieces and core_span(n_pieces - 1, n_samples, sampling_rate_hz).length == 0:
        n_pieces -= 1
    return n_pieces


def n_whole(n_samples: int, sampling_rate_hz: float, *, closed: bool) -> int:
    """How many of the first pieces more samples at the end cannot change."""
    n_pieces = count(n_samples, sampling_rate_hz)
    while not closed and n_pieces and not _is_whole(n_pieces - 1, n_samples, sampling_rate_hz):
        n_pieces -= 1
    return n_pieces


def _is_whole(index: int, n_samples: int, sampling_rate_hz: float) -> bool:
    now = window_span(index, n_samples, sampling_rate_hz)
    return now == window_span(index, n_samples + 1, sampling_rate_hz)
