"""The same reading while the recording grows: finished pieces are kept, the rest is read again.

A piece is finished when the 30 s after it have arrived, or when the recording is closed; it never
changes after that unless late samples arrive in its window. What is still open (at most 5.5 min) is
examined again each time, so that the reading is always that of all samples there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from vitals.ecg import gate, grid, pieces
from vitals.ecg.analysis import summarise
from vitals.ecg.arrays import Span
from vitals.ecg.findings import Findings
from vitals.ecg.pieces import Excerpt
from vitals.ecg.reading import NotAnalysable, Reading
from vitals.ecg.signal import Ecg, Outline

Load: TypeAlias = Callable[[Span], Ecg]
"""Gives the signal of a span of samples."""

Examine: TypeAlias = Callable[[Iterable[Excerpt]], Iterable[Findings]]
"""Examines pieces, one after another or side by side, and gives them in any order."""


@dataclass(frozen=True)
class Growth:
    """What came of a growing recording: pieces that are finished since, and the reading of all."""

    finished: tuple[Findings, ...]
    reading: Reading


def one_by_one(excerpts: Iterable[Excerpt]) -> Iterator[Findings]:
    """Examine in this process."""
    return map(pieces.examine, excerpts)


def excerpts(
    indexes: Iterable[int], n_samples: int, rate_hz: float, load: Load
) -> Iterator[Excerpt]:
    """The pieces to examine, each loaded when it is asked for."""
    for index in indexes:
        yield Excerpt(index, n_samples, load(grid.window_span(index, n_samples, rate_hz)))


def advance(
    finished: Mapping[int, Findings],
    outline: Outline,
    load: Load,
    *,
    closed: bool = False,
    examine: Examine = one_by_one,
) -> Growth:
    """Take in the samples that have come.

    Args:
        finished: What is known of finished pieces, by index.
        outline: The recording as long as it is now, gaps included.
        load: Asked only for what is not finished.
        closed: Whether no more will come.
        examine: How pieces are examined.
    """
    n_samples, sampling_rate_hz = outline.n_samples, outline.sampling_rate_hz
    reason = gate.refusal(n_samples, sampling_rate_hz)
    if reason is not None:
        return Growth((), NotAnalysable(reason))
    n_pieces = grid.count(n_samples, sampling_rate_hz)
    unknown = [index for index in range(n_pieces) if index not in finished]
    found = list(examine(excerpts(unknown, n_samples, sampling_rate_hz, load)))
    known = {index: each for index, each in finished.items() if index < n_pieces}
    known |= {each.index: each for each in found}
    n_whole = grid.n_whole(n_samples, sampling_rate_hz, closed=closed)
    return Growth(
        tuple(each for each in found if each.index < n_whole),
        summarise(known.values(), outline),
    )
