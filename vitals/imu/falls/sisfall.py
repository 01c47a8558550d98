"""Reading SisFall, where it is present (Sucerquia, López & Vargas-Bonilla 2017, Sensors 17:198)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from vitals.ecg.arrays import FloatArray
from vitals.imu.resampling import at_50_hz

RATE_HZ: Final = 200.0
G_PER_STEP: Final = 32 / 2**13  # ADXL345: ±16 g in 13 bits


@dataclass(frozen=True)
class Trial:
    """One activity or fall of one person.

    ``acceleration_g``: at 50 Hz, shape (n, 3). ``activity``: D01 to D19, or F01 to F15 for falls.
    """

    subject: str
    activity: str
    name: str
    acceleration_g: FloatArray

    @property
    def is_fall(self) -> bool:
        """Whether it was a fall."""
        return self.activity.startswith("F")

    @property
    def hours(self) -> float:
        """How long it is."""
        return len(self.acceleration_g) / 50 / 3600


def trials(folder: Path) -> Iterator[Trial]:
    """All trials of the ``.npz`` files in a folder, by name (``SUBJECT_ACTIVITY_TRIAL``)."""
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as kept:
            for name in sorted(kept.files):
                subject, activity, _ = name.split("_")
                steps = kept[name][:, :3].astype(np.float64)
                nothing = np.zeros(len(steps), dtype=bool)
                acceleration, _ = at_50_hz(steps * G_PER_STEP, nothing, RATE_HZ)
                yield Trial(subject, activity, name, acceleration)
