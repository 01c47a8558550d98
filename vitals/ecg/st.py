"""The level of ST in each lead, at J and 60 ms after it, over the level of the PR segment.

Only from the standard 12 leads and only when the recorder declares that it passes 0.05 Hz: a higher
limit bends ST, and nothing here is high-passed either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg import leads
from vitals.ecg.averaging import AVERAGE_RATE_HZ, AverageBeat
from vitals.ecg.signal import Ecg

HIGHEST_LOW_END_HZ: Final = 0.05  # AHA/ACC/HRS 2007: low-frequency limit of diagnostic ECGs
AFTER_J_S: Final = 0.06
PR_S: Final = (0.024, 0.004)  # from, to: before QRS begins
MOST_NOISE_UV: Final = 25.0  # our choice: a quarter of a millimetre at 10 mm/mV


@dataclass(frozen=True)
class Level:
    """ST over the PR segment, µV, at J and 60 ms after it."""

    j_uv: float
    j60_uv: float


def refusal(ecg: Ecg) -> str | None:
    """Why ST and axes cannot be told from these leads, in plain words; None when they can."""
    if not set(leads.STANDARD) <= {leads.canonical(name) for name in ecg.leads}:
        return "only from the 12 standard leads"
    if ecg.bandwidth_hz is None:
        return "the recorder does not declare its bandwidth"
    if not 0 <= ecg.bandwidth_hz[0] <= HIGHEST_LOW_END_HZ:
        return f"the recorder cuts off below {ecg.bandwidth_hz[0]:g} Hz; 0.05 Hz or less is needed"
    return None


def levels(
    beat: AverageBeat, qrs: tuple[int, int], names: Sequence[str]
) -> dict[str, Level | None]:
    """ST of each lead of an average beat.

    Args:
        beat: Nothing in it was high-passed.
        qrs: Where QRS begins and ends in it.
        names: Of its leads.

    Returns:
        By name; None where the lead was not used or is too noisy.
    """
    start, end = (qrs[0] - round(each * AVERAGE_RATE_HZ) for each in PR_S)
    level = beat.microvolts[start : end + 1].mean(axis=0)
    over = beat.microvolts - level
    later = min(qrs[1] + round(AFTER_J_S * AVERAGE_RATE_HZ), len(over) - 1)
    told = np.isfinite(beat.noise_uv) & (beat.noise_uv <= MOST_NOISE_UV) & beat.used
    return {
        name: Level(round(float(at_j), 1), round(float(at_j60), 1)) if sure else None
        for name, at_j, at_j60, sure in zip(names, over[qrs[1]], over[later], told, strict=True)
    }
