"""ECGs of twelve leads made by formula, of which every border is known."""

from __future__ import annotations

import numpy as np

from vitals.ecg.leads import STANDARD
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import beat_train, steady

# How much of the same wave each lead shows: a heart whose QRS points to 60 degrees.
SHARES = {
    "I": 0.5,
    "II": 1.0,
    "III": 0.5,
    "aVR": -0.75,
    "aVL": 0.1,
    "aVF": 0.75,
    "V1": -0.4,
    "V2": -0.3,
    "V3": 0.4,
    "V4": 1.0,
    "V5": 1.1,
    "V6": 0.9,
}


def twelve_leads(
    rate_per_min: float = 75.0, seconds: float = 20.0, rate_hz: float = 500.0, **declared
) -> Ecg:
    """Sinus-like beats at one rate in the standard leads; further fields of the ECG as given."""
    wave = beat_train(steady(rate_per_min, seconds), seconds, rate_hz, noise_uv=0.0)
    noise = np.random.default_rng(3).normal(scale=8, size=(len(wave), len(STANDARD)))
    leads = np.stack([SHARES[name] * wave for name in STANDARD], axis=1) + noise
    return Ecg(leads, np.zeros(leads.shape, dtype=bool), rate_hz, STANDARD, **declared)


def r_peaks(rate_per_min: float, seconds: float, rate_hz: float) -> np.ndarray:
    """Where R lies in ``twelve_leads``."""
    return np.round(steady(rate_per_min, seconds) * rate_hz).astype(np.int64)
