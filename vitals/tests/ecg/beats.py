"""Signals made by formula, of which everything is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RATE_HZ = 250.0


def beat_train(
    times_s: Sequence[float], seconds: float, rate_hz: float = RATE_HZ, noise_uv: float = 15.0
) -> np.ndarray:
    """Microvolts: a P, QRS and T of plausible size around each time, over a little noise."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    signal = np.random.default_rng(7).normal(scale=noise_uv, size=len(t))
    waves = ((-0.16, 120, 0.022), (-0.024, -150, 0.009), (0, 1100, 0.011), (0.026, -250, 0.010))
    for at in times_s:
        for offset, height, width in (*waves, (0.28, 250, 0.045)):
            signal += height * np.exp(-0.5 * ((t - at - offset) / width) ** 2)
    return signal


def narrow_beats(times_s: Sequence[float], seconds: float) -> np.ndarray:
    """Microvolts: as ``beat_train``, without P and with a T that ends before the next beat."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    signal = np.random.default_rng(7).normal(scale=15, size=len(t))
    for at in times_s:
        for offset, height, width in ((-0.024, -150, 0.009), (0, 1100, 0.011), (0.12, 150, 0.025)):
            signal += height * np.exp(-0.5 * ((t - at - offset) / width) ** 2)
    return signal


def steady(rate_per_min: float, seconds: float) -> np.ndarray:
    """Times of beats at one rate, from half an interval on."""
    step = 60 / rate_per_min
    return np.arange(step / 2, seconds, step)
