"""Motion made for tests: resting, walking and falling sensors."""

from __future__ import annotations

import numpy as np

from vitals.imu.motion import Motion

RATE = 50.0


def resting(seconds: float, towards=(0.0, 1.0, 0.0), rate: float = RATE, noise: float = 0.003):
    """A sensor that lies still with this axis up, shape (n, 3), in g."""
    n = round(seconds * rate)
    up = np.asarray(towards, dtype=float)
    return up / np.linalg.norm(up) + noise * np.random.default_rng(n).standard_normal((n, 3))


def walking(steps: int, per_second: float = 1.8, rate: float = RATE, towards=(0.0, 1.0, 0.0)):
    """So many steps: the body goes up and down once with each."""
    n = round(steps / per_second * rate)
    phase = 2 * np.pi * per_second * np.arange(n) / rate
    still = resting(n / rate, towards, rate)[:n]
    return still * (1 - 0.3 * np.cos(phase))[:, None]


def fallen(rate: float = RATE):
    """Standing, half a second of falling, a hard impact, and lying still afterwards."""
    before = resting(8, (0, 1, 0), rate)
    falling = resting(0.5, (0, 1, 0), rate) * np.linspace(0.9, 0.2, round(0.5 * rate))[:, None]
    impact = np.array([[0.5, 2.5, 1.5], [1.0, 3.5, 3.0], [0.5, 1.5, 2.5], [0.0, 0.2, 1.6]])
    impact = np.repeat(impact, max(1, round(rate / 50)), axis=0)
    lying = resting(8, (0.1, 0.05, 1), rate)
    return np.concatenate([before, falling, impact, lying])


def motion(acceleration, rate: float = RATE, missing=None, rotation=None) -> Motion:
    """Of an array, shape (n, 3)."""
    nothing = np.zeros(len(acceleration), dtype=bool) if missing is None else missing
    return Motion(np.asarray(acceleration, dtype=float), nothing, rate, rotation)


def loader(whole: Motion):
    """What ``read`` asks for samples."""
    return whole.part
