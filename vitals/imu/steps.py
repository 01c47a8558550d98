"""Steps, wherever the sensor is worn: the rhythm in the size of the acceleration.

Band-pass, peaks, bouts of at least four. Walking has its power at 1.4 to 2.3 Hz (Straczkiewicz et
al. 2023, npj Digit Med 6:29), slow steps and running lie beside it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray
from vitals.imu.motion import STANDARD_GRAVITY
from vitals.imu.resampling import RATE_HZ

# All measured, see docs/imu.md, on six walks of one person with the phone in six places.
BAND_HZ: Final = (0.8, 3.5)
ORDER: Final = 4
HEIGHT_G: Final = 0.6 / STANDARD_GRAVITY
APART_S: Final = 0.27  # 220 steps a minute; nobody runs faster for long
BOUT_GAP_S: Final = 2.0
BOUT_STEPS: Final = 4  # our choice: three peaks are a turn in bed or a nod
SHORTEST_S: Final = 3.0  # a filter of this band needs that much to settle


def find(acceleration_g: FloatArray, sound: BoolArray) -> IntArray:
    """The steps in a stretch.

    Args:
        acceleration_g: At 50 Hz, shape (n, 3).
        sound: Which samples were measured, shape (n,).

    Returns:
        Samples at 50 Hz, ascending.
    """
    if len(sound) < SHORTEST_S * RATE_HZ:
        return np.zeros(0, dtype=np.int64)
    size = np.sqrt(np.einsum("ij,ij->i", acceleration_g, acceleration_g))
    band = butter(ORDER, BAND_HZ, "bandpass", fs=RATE_HZ, output="sos")
    rhythm = sosfiltfilt(band, size)
    peaks, _ = find_peaks(rhythm, height=HEIGHT_G, distance=round(APART_S * RATE_HZ))
    return in_bouts(np.asarray(peaks[sound[peaks]], dtype=np.int64))


def in_bouts(peaks: IntArray) -> IntArray:
    """Those that at least three others follow or precede without a break of 2 s."""
    if not peaks.size:
        return peaks
    bouts = np.split(peaks, np.flatnonzero(np.diff(peaks) > BOUT_GAP_S * RATE_HZ) + 1)
    kept = [bout for bout in bouts if len(bout) >= BOUT_STEPS]
    return np.concatenate(kept) if kept else peaks[:0]
