"""Offset and gain of an accelerometer from the recording itself: at rest it measures 1 g.

Source: van Hees et al. 2014, J Appl Physiol 117:738–744. Without temperature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import FloatArray

WINDOW_S: Final = 10.0  # van Hees 2014
STILL_SD_G: Final = 0.013  # van Hees 2014: no axis varies more while nothing moves
FAR_FROM_1_G: Final = 2.0  # van Hees 2014: a mean beyond is no rest
REACH_G: Final = 0.3  # van Hees 2014: each axis must have pointed up and down by this much
ENOUGH_G: Final = 0.01  # van Hees 2014: what is left must be less than 10 mg
FEWEST_WINDOWS: Final = 10  # our choice: six unknowns are fitted
ROUNDS: Final = 1000  # van Hees 2014
CONVERGED: Final = 1e-10


@dataclass(frozen=True)
class Calibration:
    """``(measured + offset) * gain`` is the acceleration, per axis.

    ``error_before_g`` and ``error_after_g``: mean distance of the resting windows from 1 g; None
    where nothing was fitted. ``withheld``: why the device's own scale stands, or "".
    """

    offset_g: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    error_before_g: float | None = None
    error_after_g: float | None = None
    withheld: str = ""

    def applied(self, acceleration_g: FloatArray) -> FloatArray:
        """Acceleration in g, shape (n, 3), corrected."""
        if self.is_none:
            return acceleration_g
        return np.asarray((acceleration_g + np.array(self.offset_g)) * np.array(self.gain))

    @property
    def is_none(self) -> bool:
        """Whether it changes nothing."""
        return not any(self.offset_g) and self.gain == (1.0, 1.0, 1.0)

    def to_json(self) -> dict[str, Any]:
        """As kept beside the recording."""
        return {
            "offset_g": list(self.offset_g),
            "gain": list(self.gain),
            "error_before_g": self.error_before_g,
            "error_after_g": self.error_after_g,
            "withheld": self.withheld or None,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Calibration:
        """Back from ``to_json``."""
        x, y, z = kept["offset_g"]
        gain_x, gain_y, gain_z = kept["gain"]
        return cls(
            (x, y, z),
            (gain_x, gain_y, gain_z),
            kept["error_before_g"],
            kept["error_after_g"],
            kept["withheld"] or "",
        )


NONE: Final = Calibration()


def resting(means_g: FloatArray, deviations_g: FloatArray) -> FloatArray:
    """Those windows in which nothing moved.

    Args:
        means_g: Mean acceleration of each window of 10 s, shape (w, 3).
        deviations_g: Standard deviation in each, shape (w, 3).

    Returns:
        Shape (r, 3).
    """
    still = (deviations_g < STILL_SD_G).all(axis=1) & (np.abs(means_g) < FAR_FROM_1_G).all(axis=1)
    return np.asarray(means_g[still & (np.abs(means_g).max(axis=1, initial=0.0) > 0)])


def calibrate(resting_g: FloatArray) -> Calibration:
    """Fit offset and gain so that the resting windows lie on the sphere of 1 g.

    Args:
        resting_g: Mean acceleration of resting windows, shape (r, 3), as ``resting`` gives them.

    Returns:
        A calibration; one that changes nothing, and says why, where the fit is not to be trusted.
    """
    if len(resting_g) < FEWEST_WINDOWS:
        return Calibration(withheld="it hardly ever lay still")
    if (resting_g.min(axis=0) > -REACH_G).any() or (resting_g.max(axis=0) < REACH_G).any():
        return Calibration(withheld="it did not lie still on enough different sides")
    offset, gain = _fit(resting_g)
    before = _error(resting_g)
    after = _error((resting_g + offset) * gain)
    if after >= min(ENOUGH_G, before):
        return Calibration(error_before_g=before, withheld="no scale fits its resting windows")
    return Calibration(_three(offset), _three(gain), round(before, 5), round(after, 5))


def _fit(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Closest points on the sphere and a weighted line to them per axis, in turn."""
    scale, shift = np.ones(3), np.zeros(3)
    weights = np.ones(len(points))
    for _ in range(ROUNDS):
        current = points * scale + shift
        length = np.linalg.norm(current, axis=1, keepdims=True)
        closest = current / np.where(length > 0, length, 1.0)
        fitted = [_line(points[:, axis], closest[:, axis], weights) for axis in range(3)]
        new_scale = np.array([slope for slope, _ in fitted])
        new_shift = np.array([intercept for _, intercept in fitted])
        moved = float(np.abs(new_scale - scale).sum() + np.abs(new_shift - shift).sum())
        scale, shift = new_scale, new_shift
        # Windows far from the sphere were perhaps no rest.
        weights = np.minimum(1 / np.maximum(np.abs(length[:, 0] - 1), 1e-9), 100)
        if moved < CONVERGED:
            break
    return shift / scale, scale


def _line(measured: FloatArray, wanted: FloatArray, weights: FloatArray) -> tuple[float, float]:
    total = weights.sum()
    mean_x, mean_y = (weights * measured).sum() / total, (weights * wanted).sum() / total
    spread = (weights * (measured - mean_x) ** 2).sum()
    slope = (weights * (measured - mean_x) * (wanted - mean_y)).sum() / spread
    return float(slope), float(mean_y - slope * mean_x)


def _error(points: FloatArray) -> float:
    return float(np.abs(np.linalg.norm(points, axis=1) - 1).mean())


def _three(values: FloatArray) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 6) for value in values)
    return x, y, z
