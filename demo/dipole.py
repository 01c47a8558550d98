"""A heart that was never there: one moving dipole, seen by the twelve standard leads.

The vector of an invented heart is a sum of bells, one for each wave; the leads follow from it by
Dower's matrix, so they obey Einthoven as those of a body do. It is for showing and trying, not for
learning medicine: nobody has measured it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Bell(NamedTuple):
    """One wave: its middle after R, its width (standard deviation), where its vector points."""

    at_s: float
    width_s: float
    left_mv: float
    foot_mv: float
    back_mv: float


# Sizes and directions within what textbooks of vectorcardiography call usual; chosen by us.
P_WAVE: Final = Bell(-0.165, 0.022, 0.07, 0.10, -0.01)
T_WAVE: Final = Bell(0.245, 0.038, 0.26, 0.20, -0.16)
QRS: Final = (
    Bell(-0.022, 0.008, -0.16, -0.06, -0.24),
    Bell(0.000, 0.011, 1.05, 0.85, 0.22),
    Bell(0.022, 0.010, -0.16, -0.05, 0.55),
)

# Dower, Machado & Osborne 1980: leads from the directions left, foot and back.
DOWER: Final = {
    "I": (0.632, -0.235, 0.059),
    "II": (0.235, 1.066, -0.132),
    "V1": (-0.515, 0.157, -0.917),
    "V2": (0.044, 0.164, -1.387),
    "V3": (0.882, 0.098, -1.277),
    "V4": (1.213, 0.127, -0.601),
    "V5": (1.125, 0.127, -0.086),
    "V6": (0.831, 0.076, 0.230),
}
LEADS: Final = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
NOISE_MV: Final = 0.008


def twelve_leads(
    seconds: float, sampling_rate_hz: float, rate_per_min: float, seed: int
) -> FloatArray:
    """Millivolts of the leads in the order of ``LEADS``, shape (n, 12).

    Args:
        seconds: How long.
        sampling_rate_hz: Samples per second.
        rate_per_min: Mean heart rate; it breathes by 4 %.
        seed: The same seed gives the same trace.
    """
    random = np.random.default_rng(seed)
    times = np.arange(round(seconds * sampling_rate_hz)) / sampling_rate_hz
    vector = np.zeros((len(times), 3))
    at = 0.4
    while at < seconds + 1:
        for bell in (P_WAVE, *QRS, T_WAVE):
            shape = np.exp(-0.5 * ((times - at - bell.at_s) / bell.width_s) ** 2)
            vector += shape[:, None] * np.array(bell[2:])
        at += 60 / rate_per_min * (1 + 0.04 * np.sin(2 * np.pi * at / 4.2))
    seen = {name: vector @ np.array(weights) for name, weights in DOWER.items()}
    seen = {name: trace + random.normal(0, NOISE_MV, len(times)) for name, trace in seen.items()}
    return np.column_stack([(seen | limbs(seen["I"], seen["II"]))[name] for name in LEADS])


def limbs(lead_i: FloatArray, lead_ii: FloatArray) -> dict[str, FloatArray]:
    """The limb leads that follow from I and II (Einthoven; Goldberger)."""
    return {
        "III": lead_ii - lead_i,
        "aVR": -(lead_i + lead_ii) / 2,
        "aVL": lead_i - lead_ii / 2,
        "aVF": lead_ii - lead_i / 2,
    }
