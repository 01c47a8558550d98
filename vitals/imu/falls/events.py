"""The list of possible falls in a stretch of motion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray
from vitals.imu.falls.candidates import FEATURES, features, impacts, limited, size
from vitals.imu.falls.model import Trees, trained
from vitals.imu.resampling import RATE_HZ
from vitals.imu.sites import Site

LEAST_CONFIDENCE: Final = 0.5
LEAST_RATE_HZ: Final = 45.0  # trained at 50 Hz
ONE_FALL_S: Final = 10.0  # our choice: who falls twice within 10 s is listed once
TRAINED_AT: Final = Site.WAIST
TILT: Final = FEATURES.index("tilt_later_deg")


@dataclass(frozen=True)
class PossibleFall:
    """An impact that looks like a fall.

    ``at``: sample at 50 Hz. ``confidence``: the model's, 0.5 to 1. ``impact_g``: counted up to 4 g
    an axis. ``tilt_deg``: how far the sensor was turned over.
    """

    at: int
    confidence: float
    impact_g: float
    tilt_deg: float


def find(
    acceleration_g: FloatArray, sound: BoolArray, trees: Trees | None = None
) -> list[PossibleFall]:
    """The possible falls of a stretch, in order, at least 10 s apart.

    Args:
        acceleration_g: At 50 Hz, shape (n, 3).
        sound: Which samples were measured, shape (n,).
        trees: The model; None is the one that comes with the product.
    """
    within = limited(acceleration_g)
    length = size(within)
    at = impacts(length, sound)
    if not at.size:
        return []
    told = np.stack([features(within, length, index) for index in at.tolist()])
    confidence = (trees or trained()).probability(told)
    found = [
        PossibleFall(int(index), float(sure), float(row[0]), float(row[TILT]))
        for index, sure, row in zip(at, confidence, told, strict=True)
        if sure >= LEAST_CONFIDENCE
    ]
    return apart(found)


def apart(found: Iterable[PossibleFall]) -> list[PossibleFall]:
    """The most certain of those that are close together, in order."""
    kept: list[PossibleFall] = []
    for fall in sorted(found, key=lambda each: (-each.confidence, each.at)):
        if all(abs(fall.at - other.at) >= ONE_FALL_S * RATE_HZ for other in kept):
            kept.append(fall)
    return sorted(kept, key=lambda each: each.at)


def withheld(site: Site, sampling_rate_hz: float) -> str:
    """Why no falls are looked for, in plain words, or ""."""
    if sampling_rate_hz < LEAST_RATE_HZ:
        return f"falls need {LEAST_RATE_HZ:g} samples a second"
    if site is Site.UNKNOWN:
        return "where the sensor was worn is not recorded"
    return "" if site.on_trunk else "falls were learnt from sensors at the waist"


def remark(site: Site) -> str:
    """What must be said beside the list, or ""."""
    if site is TRAINED_AT:
        return ""
    return f"Learnt and measured at the {TRAINED_AT}; how well it does at the {site} is not known."
