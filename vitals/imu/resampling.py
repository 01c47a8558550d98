"""Motion at the one rate at which steps and falls are looked for."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from vitals.ecg.arrays import BoolArray, FloatArray, true_spans

RATE_HZ: Final = 50.0
# Human movement, impacts included, lies below 20 Hz (Antonsson & Mann 1985); 25 Hz folds back.
PASSED_HZ: Final = 20.0
ORDER: Final = 4
BRIDGED_S: Final = 0.2  # our choice: shorter than a step, so nothing can hide in it
MARGIN_S: Final = 0.5  # our choice: what a filter smears out of a gap


def at_50_hz(
    signal: FloatArray, missing: BoolArray, sampling_rate_hz: float
) -> tuple[FloatArray, BoolArray]:
    """A signal at 50 samples a second.

    Args:
        signal: Shape (n, k).
        missing: True where nothing was measured, shape (n,).
        sampling_rate_hz: Samples per second.

    Returns:
        The signal, shape (m, k), with straight lines over gaps; and which samples rest on
        measured ones, shape (m,). Sample i is i / 50 s after the first one.
    """
    n = len(missing)
    if not n:
        return np.zeros((0, signal.shape[1])), np.zeros(0, dtype=bool)
    count = int((n - 1) * RATE_HZ / sampling_rate_hz) + 1
    times = np.arange(count) * (sampling_rate_hz / RATE_HZ)
    whole = bridged(signal, missing)
    if sampling_rate_hz > RATE_HZ * 1.1 and n > sampling_rate_hz:
        low = butter(ORDER, PASSED_HZ, fs=sampling_rate_hz, output="sos")
        whole = sosfiltfilt(low, whole, axis=0)
    at = np.arange(n)
    out = np.stack([np.interp(times, at, column) for column in whole.T], axis=1)
    sound = ~_spoilt(missing, sampling_rate_hz)
    nearest = np.minimum(np.round(times).astype(np.int64), n - 1)
    return out, sound[nearest]


def bridged(signal: FloatArray, missing: BoolArray) -> FloatArray:
    """The signal with straight lines over what is missing, shape (n, k)."""
    if not missing.any():
        return signal
    if missing.all():
        return np.zeros_like(signal)
    at = np.flatnonzero(~missing)
    every = np.arange(len(signal))
    return np.stack([np.interp(every, at, column[at]) for column in signal.T], axis=1)


def _spoilt(missing: BoolArray, sampling_rate_hz: float) -> BoolArray:
    """Gaps longer than a blink, with what a filter smears out of them."""
    spoilt = np.zeros(len(missing), dtype=bool)
    margin = round(MARGIN_S * sampling_rate_hz)
    for gap in true_spans(missing):
        if gap.length > BRIDGED_S * sampling_rate_hz:
            spoilt[max(0, gap.start - margin) : gap.end + margin] = True
    return spoilt
