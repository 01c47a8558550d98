"""ECGs made by formula with ventricular beats at known times."""

from __future__ import annotations

import numpy as np

from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import beat_train

V1_FACTORS = (-0.6, -0.9)  # of the narrow and of the wide beats, seen from the other side


def rhythm_with_ectopy(n_beats: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Times of narrow beats at 75/min and of an early wide one in place of each ``every``-th."""
    times = 0.6 + 0.8 * np.arange(n_beats)
    wide = np.arange(every, n_beats, every)
    return np.delete(times, wide), times[wide] - 0.28


def wide_beats(times_s: np.ndarray, seconds: float, rate_hz: float) -> np.ndarray:
    """Microvolts: no P, a broad QRS, and a T that points the other way."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    signal = np.zeros(len(t))
    for at in times_s:
        for offset, height, width in ((0.0, 1600, 0.035), (0.05, -500, 0.03), (0.3, -500, 0.06)):
            signal += height * np.exp(-0.5 * ((t - at - offset) / width) ** 2)
    return signal


def ectopic_ecg(
    n_beats: int = 75, every: int = 9, rate_hz: float = 250.0, leads: int = 1, **known: object
) -> tuple[Ecg, np.ndarray]:
    """An ECG and which of its beats are wide, in order of time."""
    narrow, wide = rhythm_with_ectopy(n_beats, every)
    seconds = 0.8 * n_beats + 1
    small, large = beat_train(narrow, seconds, rate_hz), wide_beats(wide, seconds, rate_hz)
    sides = [small + large, V1_FACTORS[0] * small + V1_FACTORS[1] * large][:leads]
    order = np.argsort(np.concatenate([narrow, wide]))
    microvolts = np.stack(sides, axis=1)
    none = np.zeros(microvolts.shape, dtype=bool)
    ecg = Ecg(microvolts, none, rate_hz, ("MLII", "V1")[:leads], **known)
    return ecg, np.isin(order, np.arange(len(narrow), len(order)))
