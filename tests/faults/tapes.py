"""Recordings to play: real ECG, and no two stretches of any two tapes alike."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from clients.tapes import demo_tape

RATE_HZ = 360
MICROVOLT_PER_STEP = 5
STRETCH_MINUTES = 10.0


def make(path: Path, minutes: float, seed: int) -> np.ndarray:
    """Write a tape and return it, as :func:`recorded` makes it."""
    tape = recorded(minutes, seed)
    np.save(path, tape)
    return tape


def stretches(seed: int) -> Iterator[np.ndarray]:
    """A tape that never ends, ten minutes after ten minutes, each as :func:`recorded` makes it."""
    while True:
        yield recorded(STRETCH_MINUTES, seed)
        seed += 1


def recorded(minutes: float, seed: int) -> np.ndarray:
    """The package's ECG over and over on a baseline that wanders by ``seed``.

    Returns:
        int16 steps of 5 µV, shape (n,), 360 a second.
    """
    n = round(minutes * 60 * RATE_HZ)
    once = np.frombuffer(demo_tape(1).data, "<i2")
    wander = np.cumsum(np.random.default_rng(seed).integers(-3, 4, n)) % 400
    return (np.resize(once, n) + wander).astype(np.int16)
