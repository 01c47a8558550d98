"""Impacts that may be falls, and what is told of each by the seconds around it.

Nothing here depends on how the sensor is turned. Accelerations beyond 4 g are counted as 4 g, so
that a sensor with a small range gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.signal import find_peaks

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray
from vitals.imu.motion import STANDARD_GRAVITY
from vitals.imu.resampling import RATE_HZ

IMPACT_G: Final = 1.8  # every fall of SisFall is above; quiet days stay below
APART_S: Final = 1.0
LARGEST_G: Final = 4.0
BEFORE_S: Final = 4.0
AFTER_S: Final = 4.0
LEAST_MEASURED: Final = 0.8  # of those eight seconds; with less nothing is said
SHORTEST: Final = 10  # samples of a window at the end of a recording
LOW_G: Final = 0.7
BUMP_G, BUMP_APART_S = 1.3, 0.16
MOVE_G, MOVE_APART_S = 1.15, 0.2
WIDE_G: Final = 1.5
FIFTH: Final = 5

FEATURES: Final = (
    *("impact_g", "lowest_g", "low_s", "range_g", "wide_s", "jerk_g_per_s"),
    *("sd_before_g", "sd_around_g", "sd_after_g", "sd_later_g", "bumps", "moves_after"),
    *("tilt_soon_deg", "tilt_later_deg", "tilt_between_deg"),
    *("strength_g", "strength_around_g", "speed_lost_m_per_s", "speed_end_m_per_s"),
    *("most_across_g", "most_along_g", "least_along_g"),
    *("times_the_rest", "most_after_g", "most_before_g", "path_after_g", "path_before_g"),
    *("spread_g", "spread_around_g"),
)


def limited(acceleration_g: FloatArray) -> FloatArray:
    """The acceleration within the range of every sensor, shape (n, 3)."""
    return np.clip(acceleration_g, -LARGEST_G, LARGEST_G)


def size(acceleration_g: FloatArray) -> FloatArray:
    """Length of each vector, shape (n,)."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", acceleration_g, acceleration_g)))


def impacts(size_g: FloatArray, sound: BoolArray) -> IntArray:
    """Samples at 50 Hz at which something hit, ascending.

    Args:
        size_g: Length of the limited acceleration, shape (n,).
        sound: Which samples were measured, shape (n,).
    """
    peaks, _ = find_peaks(size_g, height=IMPACT_G, distance=round(APART_S * RATE_HZ))
    reach = round(BEFORE_S * RATE_HZ), round(AFTER_S * RATE_HZ)
    measured = [
        bool(sound[at]) and sound[max(0, at - reach[0]) : at + reach[1]].mean() >= LEAST_MEASURED
        for at in peaks.tolist()
    ]
    return np.asarray(peaks[np.array(measured, dtype=bool)], dtype=np.int64)


@dataclass(frozen=True)
class Surroundings:
    """The seconds around one impact: acceleration (n, 3) and its length (n,), in g at 50 Hz."""

    acceleration_g: FloatArray
    size_g: FloatArray
    at: int

    def cut(self, from_s: float, to_s: float) -> slice:
        """Samples of a window in seconds from the impact, moved inside at the ends."""
        n = len(self.size_g)
        start = max(0, self.at + round(from_s * RATE_HZ))
        end = min(n, self.at + round(to_s * RATE_HZ))
        if end - start < SHORTEST:
            end = min(n, max(end, SHORTEST))
            start = max(0, end - SHORTEST)
        return slice(start, end)

    def vectors(self, from_s: float, to_s: float) -> FloatArray:
        """Acceleration in a window, shape (k, 3)."""
        return self.acceleration_g[self.cut(from_s, to_s)]

    def sizes(self, from_s: float, to_s: float) -> FloatArray:
        """Its length, shape (k,)."""
        return self.size_g[self.cut(from_s, to_s)]


def features(acceleration_g: FloatArray, size_g: FloatArray, at: int) -> FloatArray:
    """What is told of one impact, in the order of ``FEATURES``.

    Args:
        acceleration_g: Limited acceleration at 50 Hz, shape (n, 3).
        size_g: Its length, shape (n,).
        at: Sample of the impact.
    """
    around = Surroundings(acceleration_g, size_g, at)
    down = _unit(np.median(around.vectors(-BEFORE_S, -1.5), axis=0))
    told = [*_impact(around), *_rest(around), *_turning(around, down)]
    told += [*_fall(around, down), *_compared(around)]
    return np.array(told, dtype=np.float64)


def _impact(around: Surroundings) -> list[float]:
    close, before = around.sizes(-0.5, 0.5), around.sizes(-1.2, 0.0)
    return [
        float(around.size_g[around.at]),
        float(before.min()),
        float((around.sizes(-1.5, 0.2) < LOW_G).sum() / RATE_HZ),
        float(np.ptp(close)),
        float((close > WIDE_G).sum() / RATE_HZ),
        float(np.abs(np.diff(close)).max() * RATE_HZ),
    ]


def _rest(around: Surroundings) -> list[float]:
    after = around.sizes(1.0, AFTER_S)
    bumps, _ = find_peaks(
        around.sizes(-3.0, 3.0), height=BUMP_G, distance=round(BUMP_APART_S * RATE_HZ)
    )
    moves, _ = find_peaks(after, height=MOVE_G, distance=round(MOVE_APART_S * RATE_HZ))
    return [
        float(around.sizes(-BEFORE_S, -1.0).std()),
        float(around.sizes(-1.5, 1.0).std()),
        float(after.std()),
        float(around.sizes(2.0, AFTER_S).std()),
        float(len(bumps)),
        float(len(moves)),
    ]


def _turning(around: Surroundings, down: FloatArray) -> list[float]:
    soon = _unit(np.median(around.vectors(1.0, 2.0), axis=0))
    later = _unit(np.median(around.vectors(2.0, AFTER_S), axis=0))
    return [_angle_deg(down, soon), _angle_deg(down, later), _angle_deg(soon, later)]


def _fall(around: Surroundings, down: FloatArray) -> list[float]:
    close, wider = around.sizes(-0.5, 0.5), around.sizes(-1.5, 1.0)
    vectors = around.vectors(-1.5, 1.0)
    along = vectors @ down
    across = vectors - np.outer(along, down)
    falling = (around.vectors(-1.5, 0.1) @ down - 1) * STANDARD_GRAVITY / RATE_HZ
    speed = np.cumsum(falling)
    return [
        float(np.abs(close - 1).mean()),
        float(np.abs(wider - 1).mean()),
        float(speed.min()),
        float(speed[-1]),
        float(size(across).max()),
        float(along.max()),
        float(along.min()),
    ]


def _compared(around: Surroundings) -> list[float]:
    before, after = around.sizes(-BEFORE_S, -1.0), around.sizes(1.0, AFTER_S)
    else_high = np.sort(np.concatenate([before, after]))[-FIFTH]
    return [
        float(around.size_g[around.at] / max(else_high, 0.1)),
        float(after.max()),
        float(before.max()),
        _path(around.vectors(1.5, AFTER_S)),
        _path(around.vectors(-BEFORE_S, -1.5)),
        float(np.sqrt(around.vectors(-0.5, 0.5).var(axis=0).sum())),
        float(np.sqrt(around.vectors(-1.5, 1.0).var(axis=0).sum())),
    ]


def _path(vectors: FloatArray) -> float:
    return float(size(np.diff(vectors, axis=0)).mean())


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / (np.linalg.norm(vector) + 1e-9))


def _angle_deg(first: FloatArray, second: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(first @ second, -1.0, 1.0))))
