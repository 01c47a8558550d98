"""ST is told from the standard 12 leads that pass 0.05 Hz, and keeps its level."""

from dataclasses import replace

import numpy as np
import pytest

from vitals.ecg.averaging import average
from vitals.ecg.delineation import delineate
from vitals.ecg.leads import STANDARD
from vitals.ecg.st import levels, refusal
from vitals.tests.ecg.made_ecg import r_peaks, twelve_leads


def raised(uv, drift_uv=0.0, seconds=20.0):
    """Twelve leads with ST of V2 off the line for 200 ms from J on, on a swinging baseline."""
    ecg = twelve_leads(seconds=seconds)
    t = np.arange(ecg.n_samples) / 500
    for beat in r_peaks(75, seconds, 500):
        ecg.microvolts[beat + 28 : beat + 128, 7] += uv
    ecg.microvolts[:] += (drift_uv * np.sin(2 * np.pi * 0.15 * t))[:, None]
    return ecg


def st_of(ecg):
    beats = r_peaks(75, ecg.n_samples / 500, 500)
    beat = average(ecg.microvolts, ecg.missing, beats, np.full((len(beats), 2), 0.8), 500.0)
    return levels(beat, delineate(beat).qrs, STANDARD)


@pytest.mark.parametrize("uv", [-300.0, -100.0, 0.0, 100.0, 300.0])
@pytest.mark.parametrize("drift_uv", [0.0, 500.0])
def test_what_st_is_raised_by_is_told(uv, drift_uv):
    level, other = st_of(raised(uv, drift_uv))["V2"], st_of(raised(0.0, drift_uv))["V2"]
    assert level.j60_uv - other.j60_uv == pytest.approx(uv, abs=15)


def test_a_lead_that_is_too_noisy_has_no_st():
    ecg = twelve_leads()
    ecg.microvolts[:, 9] += np.random.default_rng(2).normal(scale=400, size=ecg.n_samples)
    assert st_of(ecg)["V4"] is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bandwidth_hz": None}, "the recorder does not declare its bandwidth"),
        ({"bandwidth_hz": (0.5, 40.0)}, "the recorder cuts off below 0.5 Hz"),
        ({"bandwidth_hz": (float("nan"), 150.0)}, "the recorder cuts off below nan Hz"),
        ({"leads": (*STANDARD[:11], "V9")}, "only from the 12 standard leads"),
    ],
)
def test_why_there_is_no_st(changes, reason):
    ecg = replace(twelve_leads(bandwidth_hz=(0.05, 150.0)), **changes)
    assert refusal(ecg).startswith(reason)


def test_leads_may_be_written_in_other_letters():
    ecg = twelve_leads(bandwidth_hz=(0.0, 150.0))
    assert refusal(replace(ecg, leads=tuple(name.lower() for name in STANDARD))) is None
