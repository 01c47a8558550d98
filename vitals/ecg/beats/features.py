"""What is measured on each beat before it is classified: its time, its shape, and its companions.

Every number is a ratio, a correlation or a time, so that gain and sampling rate do not matter.
Shapes are compared inside one window and one lead: with the usual beat of that window, and with the
beats most alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import median_filter

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray
from vitals.ecg.beats.shapes import (
    ALIKE,
    QRS,
    STEP_S,
    WHOLE,
    Lead,
    P,
    Shapes,
    T,
    compared,
    energy_width,
    unit,
)

LAGS: Final = 3  # shapes may be shifted by 24 ms for the best match
COMPANIONS: Final = 8
AROUND_BEATS: Final = 31  # local rhythm: an interval and 15 on each side

RHYTHM: Final = (
    "rr_before_s",
    "rr_before_to_usual",
    "rr_after_to_usual",
    "rr_before_to_after",
    "rr_before_to_earlier",
    "rr_after_to_later",
    "rr_both_to_usual",
    "unevenness",
)
COMPANY: Final = (
    "family_share",
    "companionship",
    "likeness_before",
    "likeness_after",
    "companions_rr_before",
    "companions_rr_after",
    "companions_width_to_usual",
)
SHAPE: Final = (
    "likeness_to_usual",
    "likeness_to_usual_wide",
    "residue",
    "height_to_usual",
    "slope_to_usual",
    "width_s",
    "width_to_usual",
    "outer_width_s",
    "outer_width_to_usual",
    "blunt_s",
    "blunt_to_usual",
    "slowness",
    "slowness_to_usual",
    "polarity",
    "polarity_from_usual",
    "t_wave",
    "t_wave_from_usual",
    "p_wave",
    "p_likeness",
)
LEADS: Final = 2  # the most that are looked at: the best of the front, the best of the side
NAMES: Final = (
    *RHYTHM,
    *COMPANY,
    *(f"lead_{lead + 1}_{name}" for lead in range(LEADS) for name in SHAPE),
)


@dataclass(frozen=True)
class Measured:
    """What a beat's class is told from.

    ``values``: shape (m, len(NAMES)); NaN where unknown. ``companions``: the numbers of the beats
    most alike, shape (m, 8 or fewer). ``is_alike``: which of them have the same shape.
    """

    values: FloatArray
    companions: IntArray
    is_alike: BoolArray


def measure(leads: Sequence[Lead], beats: IntArray, sampling_rate_hz: float) -> Measured:
    """Everything that a beat's class is told from.

    Args:
        leads: One or two of the same window.
        beats: Samples of R on any of them, shape (m,), ascending.
        sampling_rate_hz: Samples per second.
    """
    if not beats.size:
        none = np.zeros((0, 0))
        return Measured(np.zeros((0, len(NAMES))), none.astype(np.int64), none.astype(bool))
    readable = np.logical_or.reduce([lead.readable for lead in leads])
    timing = rhythm(beats, readable, sampling_rate_hz)
    shapes, alike = compared(leads, beats, sampling_rate_hz)
    looks = [_looks(shape) for shape in shapes]
    widths = np.stack([look[:, SHAPE.index("width_to_usual")] for look in looks], axis=1)
    nearest, likeness = _nearest(alike)
    company = _company(alike, nearest, timing, _known_mean(widths, unknown=0.0))
    missing = np.full((len(beats), len(SHAPE) * (LEADS - len(leads))), np.nan)
    values = np.concatenate([timing, company, *looks, missing], axis=1)
    return Measured(values, nearest, likeness > ALIKE)


def rhythm(beats: IntArray, readable: BoolArray, sampling_rate_hz: float) -> FloatArray:
    """When each beat comes, against the rhythm around it.

    Args:
        beats: Samples of R, shape (m,), ascending.
        readable: Shape (n,); an interval with unreadable samples in it is unknown.
        sampling_rate_hz: Samples per second.

    Returns:
        Shape (m, len(RHYTHM)); NaN where an interval is unknown.
    """
    intervals = _intervals(beats, readable, sampling_rate_hz)
    before = np.concatenate([[np.nan], intervals])
    after = np.concatenate([intervals, [np.nan]])
    earlier = np.concatenate([[np.nan], before[:-1]])
    later = np.concatenate([after[1:], [np.nan]])
    usual, uneven = _around(before)
    columns = (
        before,
        before / usual,
        after / usual,
        before / after,
        before / earlier,
        after / later,
        (before + after) / (2 * usual),
        uneven,
    )
    return np.stack(columns, axis=1)


def _around(before: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The median interval around each beat, and the median step between intervals over it."""
    known = np.flatnonzero(np.isfinite(before))
    if not known.size:
        return np.full(len(before), np.nan), np.full(len(before), np.nan)
    around = _running_median(before[known])
    step = np.abs(np.diff(before[known], prepend=before[known[0]])) / around
    spread = _running_median(step)
    nearest = np.clip(np.searchsorted(known, np.arange(len(before))), 0, len(known) - 1)
    return around[nearest], spread[nearest]


def _intervals(beats: IntArray, readable: BoolArray, sampling_rate_hz: float) -> FloatArray:
    unread = np.concatenate([[0], np.cumsum(~readable)])
    holes = unread[beats[1:]] - unread[beats[:-1]]
    return np.where(holes == 0, np.diff(beats) / sampling_rate_hz, np.nan)


def _running_median(values: FloatArray) -> FloatArray:
    size = min(AROUND_BEATS, len(values))
    return np.asarray(median_filter(values, size, mode="nearest"), dtype=np.float64)


def _looks(shapes: Shapes) -> FloatArray:
    """How each beat looks in one lead, shape (m, len(SHAPE)); NaN where it cannot be read."""
    columns = [
        *_against_usual(shapes),
        *_widths(shapes),
        *_polarity(shapes),
        *_waves_around(shapes),
    ]
    looks = np.stack(columns, axis=1)
    looks[~shapes.seen] = np.nan
    return looks


def _log_ratio(values: FloatArray, usual: FloatArray | float) -> FloatArray:
    return np.asarray(np.log((values + 1e-6) / (usual + 1e-6)), dtype=np.float64)


def _against_usual(shapes: Shapes) -> list[FloatArray]:
    """Likeness to the usual beat (QRS, whole), what it leaves over, height and slope."""
    cut, usual = shapes.cut, shapes.usual
    rows = np.arange(len(cut))
    fits, wide, residues = [], [], []
    for lag in range(-LAGS, LAGS + 1):
        moved = np.roll(usual, lag)
        fits.append(unit(cut[:, QRS]) @ unit(moved[QRS]))
        wide.append(unit(cut[:, WHOLE]) @ unit(moved[WHOLE]))
        residues.append(np.linalg.norm(cut[:, QRS] - moved[QRS], axis=1))
    best = np.argmax(fits, axis=0)
    qrs, size = cut[:, QRS], float(np.linalg.norm(usual[QRS]))
    slope = np.abs(np.diff(qrs, axis=1)).max(axis=1)
    return [
        np.stack(fits)[best, rows],
        np.stack(wide)[best, rows],
        np.stack(residues)[best, rows] / max(size, 1e-6),
        _log_ratio(np.ptp(qrs, axis=1), float(np.ptp(usual[QRS]))),
        _log_ratio(slope, float(np.abs(np.diff(usual[QRS])).max())),
    ]


def _widths(shapes: Shapes) -> list[FloatArray]:
    """Four ways to say how wide a QRS is, each as it is and against the usual beat."""
    rows: list[FloatArray] = []
    qrs, usual = shapes.cut[:, QRS], shapes.usual[None, QRS]
    for tail in (0.1, 0.03):
        width = energy_width(qrs, tail)
        rows += [width, _log_ratio(width, energy_width(usual, tail)[0])]
    for measure in (_bluntness, _slowness):
        rows += [measure(qrs), _log_ratio(measure(qrs), measure(usual)[0])]
    return rows


def _bluntness(qrs: FloatArray) -> FloatArray:
    """Area over height, seconds."""
    size = np.abs(qrs)
    return np.asarray(STEP_S * size.sum(axis=1) / np.maximum(size.max(axis=1), 1e-6))


def _slowness(qrs: FloatArray) -> FloatArray:
    """Root mean square of the signal over that of its slope, seconds."""
    slope = np.linalg.norm(np.diff(qrs, axis=1), axis=1)
    return np.asarray(STEP_S * np.linalg.norm(qrs, axis=1) / np.maximum(slope, 1e-6))


def _polarity(shapes: Shapes) -> list[FloatArray]:
    """Which way the QRS points, -1 to 1, and how far from the usual beat's way."""
    mine = _balance(shapes.cut[:, QRS])
    return [mine, mine - _balance(shapes.usual[None, QRS])[0]]


def _balance(qrs: FloatArray) -> FloatArray:
    return np.asarray(qrs.sum(axis=1) / np.maximum(np.abs(qrs).sum(axis=1), 1e-6))


def _waves_around(shapes: Shapes) -> list[FloatArray]:
    """T against QRS (negative: opposed), P's size and its likeness to the usual P."""
    mine, usual = _t_wave(shapes.cut), _t_wave(shapes.usual[None])[0]
    p, usual_p = shapes.cut[:, P], shapes.usual[P]
    return [
        mine,
        mine - usual,
        _log_ratio(np.ptp(p, axis=1), float(np.ptp(usual_p))),
        unit(p) @ unit(usual_p),
    ]


def _t_wave(cut: FloatArray) -> FloatArray:
    """Mean of the T stretch over the height of the QRS, by the QRS's own direction."""
    qrs = cut[:, QRS]
    way = np.sign(qrs.sum(axis=1))
    return np.asarray(way * cut[:, T].mean(axis=1) / np.maximum(np.ptp(qrs, axis=1), 1e-6))


def _nearest(alike: FloatArray) -> tuple[IntArray, FloatArray]:
    """The beats most like each, and how much, shape (m, 8 or fewer)."""
    others = alike.copy()
    np.fill_diagonal(others, -1.0)
    number = min(COMPANIONS, len(alike) - 1)
    if number < 1:
        return np.zeros((len(alike), 0), dtype=np.int64), np.zeros((len(alike), 0))
    nearest = np.argpartition(others, -number, axis=1)[:, -number:]
    return nearest.astype(np.int64), np.take_along_axis(others, nearest, axis=1)


def _company(
    alike: FloatArray, nearest: IntArray, timing: FloatArray, widths: FloatArray
) -> FloatArray:
    """How many beats look like it, how much, and when those come and how wide they are."""
    m = len(alike)
    if not nearest.shape[1]:
        return np.zeros((m, len(COMPANY)))
    neighbours = np.diagonal(alike, 1)
    before, after = (
        timing[:, RHYTHM.index(name)][nearest]
        for name in ("rr_before_to_usual", "rr_after_to_usual")
    )
    columns = (
        ((alike > ALIKE).sum(axis=1) - (np.diagonal(alike) > ALIKE)) / (m - 1),
        np.take_along_axis(alike, nearest, axis=1).mean(axis=1),
        np.concatenate([[0.0], neighbours]),
        np.concatenate([neighbours, [0.0]]),
        _known_mean(before, unknown=1.0),
        _known_mean(after, unknown=1.0),
        widths[nearest].mean(axis=1),
    )
    return np.stack(columns, axis=1)


def _known_mean(values: FloatArray, unknown: float) -> FloatArray:
    """Row means over what is known, ``unknown`` where nothing is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    count = known.sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), unknown))
