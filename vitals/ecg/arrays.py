"""The kinds of array that signals are made of, and stretches of samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
Uint8Array: TypeAlias = npt.NDArray[np.uint8]


class Span(NamedTuple):
    """Samples from ``start`` up to, not including, ``end``."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many samples it holds."""
        return self.end - self.start

    def clipped(self, start: int, end: int) -> Span:
        """What of it lies between ``start`` and ``end``; of length 0 when nothing does."""
        first = min(max(self.start, start), end)
        return Span(first, max(first, min(self.end, end)))


def true_spans(mask: BoolArray) -> list[Span]:
    """Stretches in which ``mask`` (shape (n,)) is true, in order.

    >>> true_spans(np.array([False, True, True, False, True]))
    [Span(start=1, end=3), Span(start=4, end=5)]
    """
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [Span(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same samples as spans in order that neither touch nor overlap.

    >>> joined([Span(4, 6), Span(0, 2), Span(2, 3), Span(5, 9)])
    [Span(start=0, end=3), Span(start=4, end=9)]
    """
    result: list[Span] = []
    for span in sorted(span for span in spans if span.length > 0):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def within(positions: IntArray, span: Span) -> IntArray:
    """Those of the ascending ``positions`` that lie in ``span``."""
    first, end = np.searchsorted(positions, [span.start, span.end])
    return positions[first:end]
