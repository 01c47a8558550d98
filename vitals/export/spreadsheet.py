"""A recording as a table of text that a spreadsheet opens without harm (CSV, RFC 4180).

One line a sample, an empty cell where it was not measured. Where nothing was received there is no
line: number and time of the sample jump, and a note says so. Pure functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from vitals.ecg.arrays import Span
from vitals.storage.codec import MISSING, Int16Array

# What a spreadsheet would take for a formula at the start of a cell (OWASP, CSV injection); the
# last four are the wide forms, which some take for the same.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def cell(text: str) -> str:
    """Text as a cell that no spreadsheet calculates.

    >>> cell("=1+1"), cell("a, b"), cell("V1 (uV)")
    ("'=1+1", '"a, b"', 'V1 (uV)')
    """
    safe = "'" + text if text.startswith(FORMULA) else text
    if any(sign in safe for sign in ',"\r\n'):
        return '"' + safe.replace('"', '""') + '"'
    return safe


def line(cells: Iterable[str]) -> bytes:
    """One line of the table."""
    return ",".join(map(cell, cells)).encode() + b"\r\n"


def rows(
    pieces: Iterable[tuple[Span, Int16Array]],
    seconds: Callable[[int], float],
    unit_per_step: float,
    marks: Mapping[int, Sequence[str]],
    n_marks: int,
) -> Iterator[bytes]:
    """Lines for the samples: number, seconds, values, marks.

    Args:
        pieces: Samples of the recording in ascending order, int16 (n, channels).
        seconds: Time of a sample.
        unit_per_step: Size of a step.
        marks: Further cells of some samples, each of length ``n_marks``.
        n_marks: How many further cells a line has.
    """
    places = np.array(sorted(marks), dtype=np.int64)
    nothing = "," * n_marks + "\r\n"

    @cache
    def value(step: int) -> str:
        return "" if step == MISSING else f"{step * unit_per_step:.10g}"

    for span, block in pieces:
        times = [f"{seconds(sample):.6f}" for sample in range(*span)]
        columns = [map(value, column.tolist()) for column in np.ascontiguousarray(block.T)]
        ends = [nothing] * span.length
        for sample in places[slice(*np.searchsorted(places, span))].tolist():
            ends[sample - span.start] = "," + line(marks[sample]).decode()
        lines = zip(map(str, range(*span)), times, *columns, strict=True)
        yield "".join(
            ",".join(cells) + end for cells, end in zip(lines, ends, strict=True)
        ).encode()
