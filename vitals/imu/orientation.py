"""Which way is up for the sensor: gravity told from movement, by the gyroscope if there is one."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from vitals.ecg.arrays import FloatArray
from vitals.imu.motion import AXES

GRAVITY_HZ: Final = 0.3  # Karantonis et al. 2006: gravity is what is slower
ORDER: Final = 2
# A gyroscope is believed over seconds, the accelerometer in the long run (Mahony et al. 2008).
TRUSTED_S: Final = 2.0
LANE_S: Final = 10.0
LEAD_IN_S: Final = 10.0  # five times TRUSTED_S: nothing is left of the first guess


def gravity(
    acceleration_g: FloatArray, sampling_rate_hz: float, rotation_deg_per_s: FloatArray | None
) -> FloatArray:
    """The direction that points up, in the sensor's own axes.

    Args:
        acceleration_g: Shape (n, 3).
        sampling_rate_hz: Samples per second.
        rotation_deg_per_s: Shape (n, 3), right-handed about the same axes; None without.

    Returns:
        Unit vectors, shape (n, 3).
    """
    slow = _slow(acceleration_g, sampling_rate_hz)
    if rotation_deg_per_s is None or len(slow) < 2:
        return slow
    return _tracked(acceleration_g, slow, np.radians(rotation_deg_per_s), sampling_rate_hz)


def tilt_deg(up: FloatArray, reference: FloatArray) -> FloatArray:
    """Angle between each direction, shape (n, 3), and a reference, shape (3,), 0 to 180."""
    lengths = np.linalg.norm(up, axis=1) * np.linalg.norm(reference)
    cosine = up @ reference / np.where(lengths > 0, lengths, 1.0)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def facing(up: FloatArray) -> list[str]:
    """The axis that points up most, of each direction, shape (n, 3): ``+x`` … ``-z``.

    >>> facing(np.array([[0.0, -1.0, 0.1]]))
    ['-y']
    """
    axis = np.argmax(np.abs(up), axis=1)
    positive = up[np.arange(len(up)), axis] >= 0
    return [
        f"{'+' if plus else '-'}{AXES[index]}"
        for index, plus in zip(axis.tolist(), positive.tolist(), strict=True)
    ]


def _slow(acceleration_g: FloatArray, sampling_rate_hz: float) -> FloatArray:
    if len(acceleration_g) < sampling_rate_hz:
        mean = acceleration_g.mean(axis=0, keepdims=True)
        return _units(np.repeat(mean, len(acceleration_g), axis=0))
    low = butter(ORDER, GRAVITY_HZ, fs=sampling_rate_hz, output="sos")
    return _units(sosfiltfilt(low, acceleration_g, axis=0))


def _tracked(
    acceleration_g: FloatArray, slow: FloatArray, turning: FloatArray, sampling_rate_hz: float
) -> FloatArray:
    """Turned with the sensor and drawn back to the acceleration; lanes of 10 s side by side."""
    n = len(slow)
    lane, lead = round(LANE_S * sampling_rate_hz), round(LEAD_IN_S * sampling_rate_hz)
    starts = np.arange(0, n, lane)
    pull = 1 / (TRUSTED_S * sampling_rate_hz)
    up = slow[np.maximum(starts - lead, 0)]
    out = np.empty_like(slow)
    for step in range(-lead, lane):
        at = starts + step
        inside = np.clip(at, 0, n - 1)
        moved = np.where((at > 0)[:, None], np.cross(up, turning[inside]) / sampling_rate_hz, 0.0)
        up = _units(up + moved + pull * (acceleration_g[inside] - up))
        if step >= 0:
            out[at[at < n]] = up[at < n]
    return out


def _units(vectors: FloatArray) -> FloatArray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1.0))
