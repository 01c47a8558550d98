"""How detected beats are held against annotated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitals.ecg.arrays import IntArray, Span


@dataclass(frozen=True)
class Score:
    """Beats that both have, that only the annotation has, that only the detector has."""

    hit: int
    missed: int
    false: int

    @property
    def f1(self) -> float:
        """Per cent; 100 when there is nothing to find and nothing was found."""
        total = 2 * self.hit + self.missed + self.false
        return 200 * self.hit / total if total else 100.0


def score(annotated: IntArray, detected: IntArray, tolerance: float) -> Score:
    """Pair each annotated beat with one detected within ``tolerance`` samples, nearest first.

    Args:
        annotated: Samples, ascending.
        detected: Samples, ascending.
        tolerance: Samples; 150 ms in ANSI/AAMI EC57.
    """
    first, end = (
        np.searchsorted(detected, annotated + side) for side in (-tolerance, tolerance + 1)
    )
    pairs = sorted(
        (abs(int(detected[d]) - int(annotated[a])), a, d)
        for a in range(len(annotated))
        for d in range(first[a], end[a])
    )
    taken_a: set[int] = set()
    taken_d: set[int] = set()
    for distance, a, d in pairs:
        if distance <= tolerance and a not in taken_a and d not in taken_d:
            taken_a.add(a)
            taken_d.add(d)
    hit = len(taken_a)
    return Score(hit, len(annotated) - hit, len(detected) - hit)


def outside(positions: IntArray, spans: Sequence[Span]) -> IntArray:
    """Those of ``positions`` that lie in none of ``spans``."""
    keep = np.ones(len(positions), dtype=bool)
    for span in spans:
        keep &= (positions < span.start) | (positions >= span.end)
    return positions[keep]


def inside(positions: IntArray, spans: Sequence[Span]) -> IntArray:
    """Those of ``positions`` that lie in one of ``spans``."""
    return np.setdiff1d(positions, outside(positions, spans))
