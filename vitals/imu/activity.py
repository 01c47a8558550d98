"""How much somebody moved: ENMO, and minutes of activity where thresholds exist.

ENMO is the Euclidean norm of the acceleration minus 1 g, negative values as 0 (van Hees et al.
2013, PLoS ONE 8:e61691). Thresholds: Hildebrand et al. 2014, Med Sci Sports Exerc 46:1816–1824
(moderate, vigorous) and 2017, Scand J Med Sci Sports 27:1814–1823 (inactive), ActiGraph, adults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from vitals.ecg.arrays import FloatArray
from vitals.imu.sites import Site

ADULT_YEARS: Final = 18  # the thresholds were found on adults


class Intensity(StrEnum):
    """What a minute was."""

    INACTIVE = "inactive"
    LIGHT = "light"
    MODERATE = "moderate"
    VIGOROUS = "vigorous"


@dataclass(frozen=True)
class Thresholds:
    """Mean ENMO of a minute from which on it is light, moderate, vigorous; milli-g."""

    light_mg: float
    moderate_mg: float
    vigorous_mg: float
    source: str

    def intensity(self, enmo_mg: float) -> Intensity:
        """What a minute of this mean ENMO was."""
        if enmo_mg >= self.vigorous_mg:
            return Intensity.VIGOROUS
        if enmo_mg >= self.moderate_mg:
            return Intensity.MODERATE
        return Intensity.LIGHT if enmo_mg >= self.light_mg else Intensity.INACTIVE


HILDEBRAND: Final = "Hildebrand 2014 and 2017"
# Found at the wrist of the hand that writes less, and at the hip.
THRESHOLDS: Final[Mapping[Site, Thresholds]] = {
    Site.WRIST: Thresholds(44.8, 100.6, 428.8, HILDEBRAND),
    Site.WAIST: Thresholds(47.4, 69.1, 258.7, HILDEBRAND),
}


def enmo(acceleration_g: FloatArray) -> FloatArray:
    """Acceleration beyond gravity.

    Args:
        acceleration_g: Shape (n, 3), calibrated.

    Returns:
        g, shape (n,), never negative.

    >>> enmo(np.array([[0.0, 0.0, 1.5], [0.0, 0.6, 0.0]]))
    array([0.5, 0. ])
    """
    norm = np.sqrt(np.einsum("ij,ij->i", acceleration_g, acceleration_g))
    return np.asarray(np.maximum(norm - 1.0, 0.0))


def withheld(site: Site, age_years: float | None) -> str:
    """Why no minutes of activity can be told, in plain words, or ""."""
    if age_years is not None and age_years < ADULT_YEARS:
        return "the thresholds are those of adults"
    if site is Site.UNKNOWN:
        return "where the sensor was worn is not recorded"
    if site not in THRESHOLDS:
        return "there are thresholds for the wrist and the waist only"
    return ""


def minutes_of(enmo_mg: Sequence[float | None], site: Site) -> dict[Intensity, int]:
    """How many minutes of each intensity.

    Args:
        enmo_mg: Mean ENMO of each minute; None where it was not measured or not worn.
        site: One that has thresholds.
    """
    thresholds = THRESHOLDS[site]
    found = Counter(thresholds.intensity(value) for value in enmo_mg if value is not None)
    return {intensity: found[intensity] for intensity in Intensity}
