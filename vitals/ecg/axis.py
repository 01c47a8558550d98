"""The frontal axes of P, QRS and T, from leads I and aVF."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import FloatArray
from vitals.ecg.averaging import AVERAGE_RATE_HZ, AverageBeat
from vitals.ecg.delineation import Borders

# aVF is measured against the mean of two limbs, which shows √3/2 of the voltage that lead I shows.
AVF_SCALE: Final = 2 / math.sqrt(3)
SMALLEST_UV: Final = 10.0  # our choice: a vector shorter than this points nowhere
T_AROUND_S: Final = 0.04
P_ENDS_BEFORE_QRS_S: Final = 0.004


@dataclass(frozen=True)
class Axes:
    """Degrees from -179 to 180, 0 to the left, 90 down; None where it points nowhere."""

    p: int | None
    qrs: int | None
    t: int | None

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"p": self.p, "qrs": self.qrs, "t": self.t}


def axes(beat: AverageBeat, borders: Borders, names: tuple[str, ...]) -> Axes:
    """The axes of an average beat.

    Args:
        beat: Holds leads I and aVF, both used.
        borders: Of its waves.
        names: Standard names of its leads.
    """
    limb = beat.microvolts[:, [names.index("I"), names.index("aVF")]]
    first, last = borders.qrs
    begins, peak = _median(borders.p_on), _median(borders.t_peak)
    around = round(T_AROUND_S * AVERAGE_RATE_HZ)
    return Axes(
        p=None if begins is None else _above_line(limb, begins, first - _p_gap()),
        qrs=_net(limb[first : last + 1] - limb[first]),
        t=None
        if peak is None
        else angle(*limb[max(last, peak - around) : peak + around].mean(axis=0).tolist()),
    )


def angle(lead_i_uv: float, avf_uv: float) -> int | None:
    """The direction of a vector in the frontal plane.

    Args:
        lead_i_uv: Of the wave in lead I, µV.
        avf_uv: In lead aVF.

    Returns:
        Whole degrees, -179 to 180; None when the vector is too short.

    >>> angle(100, 0), angle(0, 100), angle(-100, 0), angle(2, 3)
    (0, 90, 180, None)
    """
    down = AVF_SCALE * avf_uv
    if math.hypot(lead_i_uv, down) < SMALLEST_UV:
        return None
    degrees = round(math.degrees(math.atan2(down, lead_i_uv)))
    return 180 if degrees == -180 else degrees


def _net(qrs: FloatArray) -> int | None:
    """The axis of the largest deflection upwards and the largest downwards together."""
    return angle(*(qrs.max(axis=0) + qrs.min(axis=0)).tolist())


def _p_gap() -> int:
    return round(P_ENDS_BEFORE_QRS_S * AVERAGE_RATE_HZ)


def _above_line(limb: FloatArray, start: int, end: int) -> int | None:
    """The axis of what lies above the line from ``start`` to ``end``."""
    if end - start < 2:
        return None
    along = np.linspace(0, 1, end - start)[:, None]
    part = limb[start:end]
    over = part - part[0] * (1 - along) - part[-1] * along
    # P takes about the earlier two thirds of that time; the rest is the line itself.
    return angle(*(1.5 * over.mean(axis=0)).tolist())


def _median(places: FloatArray) -> int | None:
    known = places[np.isfinite(places)]
    return round(float(np.median(known))) if known.size else None
