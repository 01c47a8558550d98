"""Where R is: the band-passed traces of one lead, the peak beside a detector's point, votes.

Detectors point at the energy of a QRS, not at its peak; so each beat is first moved to the middle
of its energy, and its R then found as the largest deflection of either sign near by. Wide and
inverted beats are met that way too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from vitals.ecg.arrays import FloatArray, IntArray, Span

SAME_BEAT_S: Final = 0.12  # two detectors mean one beat; inside the ±150 ms of ANSI/AAMI EC57
REFRACTORY_S: Final = 0.2  # no second beat can follow sooner: Pan & Tompkins 1985

ENERGY_BAND_HZ: Final = (5.0, 25.0)  # where a QRS is strongest: Thakor, Webster & Tompkins 1984
ENERGY_WINDOW_S: Final = 0.12  # a wide QRS begins at 120 ms (AHA/ACC/HRS 2009)
PEAK_BAND_HZ: Final = (2.0, 30.0)  # keeps the shape of wide beats, drops drift and muscle
SHAPE_BAND_HZ: Final = (3.0, 30.0)  # our choice: of four bands the one that told noise best
TO_ENERGY_S: Final = 0.1  # from a detector's point to the middle of the QRS
TO_PEAK_S: Final = 0.07  # from the middle of the QRS to its peak: half of a QRS of 140 ms


@dataclass(frozen=True)
class Traces:
    """A lead as the steps see it, each shape (n,).

    ``energy``: QRS energy, µV²/sample². ``height``: size of the band-passed signal, µV.
    ``shape``: what beats are compared on, µV.
    """

    energy: FloatArray
    height: FloatArray
    shape: FloatArray

    @classmethod
    def of(cls, level_uv: FloatArray, sampling_rate_hz: float) -> Traces:
        """From one run of microvolts free of artefacts, shape (n,)."""
        qrs = _band(level_uv, ENERGY_BAND_HZ, sampling_rate_hz)
        window = math.ceil(ENERGY_WINDOW_S * sampling_rate_hz)
        energy = uniform_filter1d(np.gradient(qrs) ** 2, window)
        return cls(
            energy=np.maximum(energy, 0.0),  # a running sum may end a little below
            height=np.abs(_band(level_uv, PEAK_BAND_HZ, sampling_rate_hz)),
            shape=_band(level_uv, SHAPE_BAND_HZ, sampling_rate_hz),
        )

    @classmethod
    def silent(cls, n_samples: int) -> Traces:
        """Zeros, to be filled run by run."""
        return cls(*(np.zeros(n_samples) for _ in range(3)))

    def put(self, span: Span, run: Traces, from_sample: int) -> None:
        """Write what ``run`` holds from ``from_sample`` on into ``span``."""
        into, part = slice(*span), slice(from_sample, from_sample + span.length)
        self.energy[into] = run.energy[part]
        self.height[into] = run.height[part]
        self.shape[into] = run.shape[part]


def relocate(positions: IntArray, traces: Traces, sampling_rate_hz: float) -> IntArray:
    """Move each position to the R peak beside it.

    First to the middle of the QRS energy, then to the largest deflection of either sign within
    70 ms of it; two positions that end within 200 ms become the taller one.

    Args:
        positions: Samples, shape (n,), any order.
        traces: Of the same lead.
        sampling_rate_hz: Samples per second.

    Returns:
        Samples, ascending, each once.
    """
    middles = middles_of(positions, traces.energy, sampling_rate_hz)
    peaks = peaks_of(middles, traces.height, sampling_rate_hz)
    return taller_of_close(np.unique(peaks), traces.height, sampling_rate_hz)


def middles_of(positions: IntArray, energy: FloatArray, sampling_rate_hz: float) -> IntArray:
    """For each position, shape (n,), where the energy within 100 ms of it is highest."""
    return _highest(energy, positions, round(TO_ENERGY_S * sampling_rate_hz))


def peaks_of(middles: IntArray, height: FloatArray, sampling_rate_hz: float) -> IntArray:
    """For each middle of a QRS, shape (n,), the largest deflection within 70 ms of it."""
    return _highest(height, middles, round(TO_PEAK_S * sampling_rate_hz))


def taller_of_close(positions: IntArray, height: FloatArray, sampling_rate_hz: float) -> IntArray:
    """Ascending ``positions``; of two within 200 ms only the one where ``height`` is larger."""
    apart = REFRACTORY_S * sampling_rate_hz
    if not (np.diff(positions) < apart).any():
        return positions
    kept: list[int] = []
    for position in positions.tolist():
        if not kept or position - kept[-1] >= apart:
            kept.append(position)
        elif height[position] > height[kept[-1]]:
            kept[-1] = position
    return np.array(kept, dtype=np.int64)


def alone(positions: IntArray, others: IntArray, tolerance: float) -> IntArray:
    """Those of ``positions`` that have none of ``others`` within ``tolerance`` samples.

    >>> alone(np.array([10, 50]), np.array([12]), 5.0)
    array([50])
    """
    lonely: IntArray = positions[distances(positions, others) > tolerance]
    return lonely


def distances(positions: IntArray, others: IntArray) -> FloatArray:
    """How far each of ``positions`` is from the nearest of the ascending ``others``, samples.

    >>> distances(np.array([10, 50]), np.array([12]))
    array([ 2., 38.])
    """
    if not others.size:
        return np.full(len(positions), np.inf)
    after = np.clip(np.searchsorted(others, positions), 0, len(others) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.minimum(np.abs(others[after] - positions), np.abs(others[before] - positions))
    return np.asarray(nearest, dtype=np.float64)


def grouped(votes: Sequence[IntArray], tolerance: float) -> IntArray:
    """One position for each place where at least one voter sees a beat.

    Args:
        votes: Ascending positions, one array per voter.
        tolerance: How far apart two votes for one beat may be, samples.

    Returns:
        The median of each group, ascending. A group holds what is within ``tolerance`` of its
        first vote.

    >>> grouped([np.array([10, 90]), np.array([12]), np.array([40, 91])], 5.0)
    array([11, 40, 90])
    """
    ballots = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *votes])).tolist()
    groups: list[list[int]] = []
    for at in ballots:
        if groups and at - groups[-1][0] <= tolerance:
            groups[-1].append(at)
        else:
            groups.append([at])
    middles = [(group[(len(group) - 1) // 2] + group[len(group) // 2]) // 2 for group in groups]
    return np.array(middles, dtype=np.int64)


def _band(
    level_uv: FloatArray, band_hz: tuple[float, float], sampling_rate_hz: float
) -> FloatArray:
    sections = butter(2, band_hz, "bandpass", fs=sampling_rate_hz, output="sos")
    return np.ascontiguousarray(sosfiltfilt(sections, level_uv), dtype=np.float64)


def _highest(trace: FloatArray, positions: IntArray, reach: int) -> IntArray:
    """For each position, where ``trace`` is highest within ``reach`` samples of it."""
    offsets = np.arange(-reach, reach + 1)
    around = np.clip(positions[:, None] + offsets, 0, len(trace) - 1)
    best = np.argmax(trace[around], axis=1)
    return np.asarray(around[np.arange(len(positions)), best], dtype=np.int64)
