"""The beats of one lead cut out on one grid, compared with each other, and the usual one.

Shapes do not depend on sampling rate, gain or which wave a detector took for R: each beat is cut
about the middle of its QRS energy, at 125 points a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray

BAND_HZ: Final = (0.7, 35.0)  # T waves and wide beats kept, drift and muscle dropped
STEP_S: Final = 0.008  # shapes are compared at 125 points a second whatever the recorder's rate
BEFORE_S: Final = 0.32
AFTER_S: Final = 0.52
QRS_HALF_S: Final = 0.12  # a QRS of 240 ms fits; wide begins at 120 ms (AHA/ACC/HRS 2009)
CENTRE_REACH_S: Final = 0.12

ALIKE: Final = 0.85  # correlation from which two beats have one shape
LEAST_FAMILY: Final = 0.15  # share of all beats that may be the usual shape
COUNT_WEIGHT: Final = 0.3  # twice as many beats outweigh a QRS 20 % wider

_GRID: Final = np.arange(round(-BEFORE_S / STEP_S), round(AFTER_S / STEP_S) + 1)


def _part(from_s: float, to_s: float) -> slice:
    origin = round(BEFORE_S / STEP_S)
    return slice(origin + round(from_s / STEP_S), origin + round(to_s / STEP_S) + 1)


QRS: Final = _part(-QRS_HALF_S, QRS_HALF_S)
WHOLE: Final = _part(-0.28, 0.44)
P: Final = _part(-0.28, -0.12)
T: Final = _part(0.16, 0.40)


@dataclass(frozen=True)
class Lead:
    """One lead of a window: microvolts, shape (n,), and where they can be read."""

    level_uv: FloatArray
    readable: BoolArray


@dataclass(frozen=True)
class Shapes:
    """The beats of one lead cut out on one grid.

    ``cut``: microvolts, shape (m, w). ``seen``: which can be read, shape (m,). ``usual``: the beat
    that they are held against, shape (w,).
    """

    cut: FloatArray
    seen: BoolArray
    usual: FloatArray


def compared(
    leads: Sequence[Lead], beats: IntArray, sampling_rate_hz: float
) -> tuple[list[Shapes], FloatArray]:
    """Cut the beats out of each lead and hold each against each.

    Args:
        leads: Of one window, one or more.
        beats: Samples of R on any of them, shape (m,), ascending, one or more.
        sampling_rate_hz: Samples per second.

    Returns:
        The shapes on each lead; and the correlation of each QRS with each other, the mean of the
        leads that see both, shape (m, m).
    """
    cuts = [_cut_out(lead, beats, sampling_rate_hz) for lead in leads]
    alike = _alikeness(cuts)
    family = _usual_family(cuts, alike)
    return [Shapes(cut, seen, _mean_beat(cut, seen & family)) for cut, seen in cuts], alike


def _centres(trace: FloatArray, beats: IntArray, sampling_rate_hz: float) -> FloatArray:
    """The middle of the QRS energy near each R, in samples and parts of them."""
    energy = np.gradient(trace) ** 2
    reach = round(CENTRE_REACH_S * sampling_rate_hz)
    offsets = np.arange(-reach, reach + 1)
    centres = beats.astype(np.float64)
    for _ in range(2):
        at = np.rint(centres).astype(np.int64)[:, None] + offsets
        near = energy[np.clip(at, 0, len(trace) - 1)]
        total = near.sum(axis=1)
        moved = (near * at).sum(axis=1) / np.where(total > 0, total, 1.0)
        centres = np.where(total > 0, moved, centres)
    return centres


def _cut(trace: FloatArray, centres: FloatArray, sampling_rate_hz: float) -> FloatArray:
    at = np.clip(centres[:, None] + _GRID * (STEP_S * sampling_rate_hz), 0, len(trace) - 1.001)
    first = at.astype(np.int64)
    share = at - first
    return np.asarray(trace[first] * (1 - share) + trace[first + 1] * share, dtype=np.float64)


def unit(rows: FloatArray) -> FloatArray:
    """The rows with mean 0 and length 1; a level row becomes zeros."""
    rows = rows - rows.mean(axis=-1, keepdims=True)
    size = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(size > 0, size, 1.0), dtype=np.float64)


def _cut_out(lead: Lead, beats: IntArray, sampling_rate_hz: float) -> tuple[FloatArray, BoolArray]:
    """Each beat about the middle of its QRS energy, shape (m, w); and whether it can be read."""
    sections = butter(2, BAND_HZ, "bandpass", fs=sampling_rate_hz, output="sos")
    middle = np.median(lead.level_uv[lead.readable]) if lead.readable.any() else 0.0
    level = np.where(lead.readable, lead.level_uv - middle, 0.0)
    trace = np.asarray(sosfiltfilt(sections, level), dtype=np.float64)
    centres = _centres(trace, beats, sampling_rate_hz)
    cut = _cut(trace, centres, sampling_rate_hz)
    reach = round(QRS_HALF_S * sampling_rate_hz)
    unread = np.concatenate([[0], np.cumsum(~lead.readable)])
    first = np.clip(np.rint(centres).astype(np.int64) - reach, 0, len(trace) - 1)
    end = np.clip(first + 2 * reach + 1, 0, len(trace))
    return cut - np.median(cut, axis=1, keepdims=True), unread[end] == unread[first]


def _alikeness(cuts: Sequence[tuple[FloatArray, BoolArray]]) -> FloatArray:
    total, count = (np.zeros((len(cuts[0][0]),) * 2) for _ in range(2))
    for cut, seen in cuts:
        rows = unit(cut[:, QRS]) * seen[:, None]
        total += rows @ rows.T
        count += np.outer(seen, seen)
    return np.asarray(total / np.maximum(count, 1.0), dtype=np.float64)


def _usual_family(cuts: Sequence[tuple[FloatArray, BoolArray]], alike: FloatArray) -> BoolArray:
    """Of the shapes that many beats have, a narrow one that most have."""
    free = np.ones(len(alike), dtype=bool)
    best, lowest = free, np.inf
    while free.any():
        count = ((alike > ALIKE) & free).sum(axis=1) * free
        chief = int(np.argmax(count))
        family = ((alike[chief] > ALIKE) & free) | (np.arange(len(free)) == chief)
        if np.isfinite(lowest) and family.sum() < max(2, LEAST_FAMILY * len(free)):
            break
        free = free & ~family
        means = [_mean_beat(cut, seen & family) for cut, seen in cuts]
        widths = [energy_width(mean[None, QRS], 0.1)[0] for mean in means]
        burden = float(np.log(np.mean(widths) + STEP_S) - COUNT_WEIGHT * np.log(family.sum()))
        if burden < lowest:
            best, lowest = family, burden
    return best


def _mean_beat(cut: FloatArray, of: BoolArray) -> FloatArray:
    if not of.any():
        return np.zeros(cut.shape[1])
    return np.asarray(np.median(cut[of], axis=0), dtype=np.float64)


def energy_width(qrs: FloatArray, tail: float) -> FloatArray:
    """Seconds between the ``tail`` and the 1 - ``tail`` share of the energy of the slope."""
    energy = np.cumsum(np.diff(qrs, axis=1) ** 2, axis=1)
    share = energy / np.maximum(energy[:, -1:], 1e-12)
    return _crossing(share, 1 - tail) - _crossing(share, tail)


def _crossing(share: FloatArray, level: float) -> FloatArray:
    """When rising rows first reach ``level``, between samples, seconds."""
    after = np.argmax(share >= level, axis=1)
    rows = np.arange(len(share))
    before = np.maximum(after - 1, 0)
    low, high = np.where(after > 0, share[rows, before], 0.0), share[rows, after]
    part = (level - low) / np.maximum(high - low, 1e-12)
    return np.asarray((after - 1 + part) * STEP_S, dtype=np.float64)
