"""Upright or lying, told on the trunk against the direction that was up while walking.

Who walks is upright, so the sensor may be stuck on in any way. Lying is more than 60° from that
(Karantonis et al. 2006, IEEE Trans Inf Technol Biomed 10:156–167). Sitting and standing look the
same on the trunk and are one word here. Which side somebody lies on is not told, because nobody
wrote down how the sensor was turned.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray
from vitals.imu.calibration import WINDOW_S
from vitals.imu.orientation import tilt_deg
from vitals.imu.sites import Site

LYING_DEG: Final = 60.0
LEAST_WALKING: Final = 3  # our choice: windows of 10 s that show which way is up
LEAST_AGREEMENT: Final = 0.9  # our choice: length of the mean of their unit vectors


class Posture(StrEnum):
    """How somebody held the trunk for 10 s."""

    UPRIGHT = "upright"
    LYING = "lying"


def reference(up: FloatArray, walking: BoolArray) -> FloatArray | str:
    """The direction that is up for somebody upright, shape (3,); or why it is not known.

    Args:
        up: Direction of each 10 s, shape (w, 3); zeros where not measured.
        walking: Whether somebody walked in it, shape (w,).
    """
    lengths = np.linalg.norm(up, axis=1)
    chosen = walking & (lengths > 0)
    if chosen.sum() < LEAST_WALKING:
        return "no walking was found that shows which way is up"
    mean = np.asarray((up[chosen] / lengths[chosen, None]).mean(axis=0))
    if np.linalg.norm(mean) < LEAST_AGREEMENT:
        return "the sensor was turned on the body during the recording"
    return mean


def postures(up: FloatArray, upright: FloatArray) -> list[Posture | None]:
    """The posture of each 10 s; None where nothing was measured.

    Args:
        up: Direction of each 10 s, shape (w, 3); zeros where not measured.
        upright: As ``reference`` gives it.
    """
    measured = np.linalg.norm(up, axis=1) > 0
    lying = tilt_deg(up, upright) > LYING_DEG
    words = np.where(lying, Posture.LYING, Posture.UPRIGHT).tolist()
    return [
        Posture(word) if known else None
        for word, known in zip(words, measured.tolist(), strict=True)
    ]


def withheld(site: Site) -> str:
    """Why no posture can be told at a wear site, in plain words, or ""."""
    if site is Site.UNKNOWN:
        return "where the sensor was worn is not recorded"
    return "" if site.on_trunk else "posture can be told on the trunk only"


def runs(found: list[Posture | None]) -> list[dict[str, Any]]:
    """Stretches of one posture, in seconds from the start."""
    told = []
    at = 0
    for posture, group in groupby(found):
        length = len(list(group))
        if posture is not None:
            spans = {"from_s": at * WINDOW_S, "to_s": (at + length) * WINDOW_S}
            told.append({"posture": posture.value, **spans})
        at += length
    return told
