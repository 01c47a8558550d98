"""The average beat is that of the beats that are alike, in the leads that can be read."""

import numpy as np
import pytest

from vitals.ecg.averaging import AVERAGE_RATE_HZ, average
from vitals.tests.ecg.made_ecg import r_peaks, twelve_leads


def averaged(ecg, beats, rate_per_min=75.0, missing=None):
    rr_s = np.full((len(beats), 2), 60 / rate_per_min)
    gone = ecg.missing if missing is None else missing
    return average(ecg.microvolts, gone, beats, rr_s, ecg.sampling_rate_hz)


def test_noise_averages_out():
    beat = averaged(twelve_leads(), r_peaks(75, 20, 500))
    assert (beat.noise_uv < 3).all()


@pytest.mark.parametrize("rate_hz", [100.0, 249.7, 250.0, 1000.0, 2000.0])
def test_r_has_its_height_at_500_samples_a_second_whatever_the_rate(rate_hz):
    beat = averaged(twelve_leads(rate_hz=rate_hz), r_peaks(75, 20, rate_hz))
    assert beat.microvolts[:, 1].max() == pytest.approx(1090, abs=15)
    assert len(beat.microvolts) == round(1.25 * AVERAGE_RATE_HZ) + 1


def test_drift_is_taken_off():
    ecg = twelve_leads()
    t = np.arange(ecg.n_samples) / 500
    drift = (800 * np.sin(2 * np.pi * 0.2 * t))[:, None]
    still = averaged(ecg, r_peaks(75, 20, 500))
    ecg.microvolts[:] += drift
    moved = averaged(ecg, r_peaks(75, 20, 500))
    assert np.abs(moved.microvolts - still.microvolts)[150:450].max() < 15


def test_beats_found_on_different_leads_are_aligned():
    beats = r_peaks(75, 20, 500)
    apart = beats + np.resize([-9, 0, 12], len(beats))
    even, uneven = averaged(twelve_leads(), beats), averaged(twelve_leads(), apart)
    assert uneven.microvolts[:, 1].max() > 0.97 * even.microvolts[:, 1].max()


def test_an_odd_beat_stays_out():
    ecg, beats = twelve_leads(), r_peaks(75, 20, 500)
    ecg.microvolts[beats[6] - 100 : beats[6] + 200] *= -2
    assert averaged(ecg, beats).beats.max() == averaged(twelve_leads(), beats).beats.max() - 1


def test_a_lead_of_noise_is_not_used():
    ecg = twelve_leads()
    ecg.microvolts[:, 7] = np.random.default_rng(1).normal(scale=3000, size=ecg.n_samples)
    assert np.flatnonzero(~averaged(ecg, r_peaks(75, 20, 500)).used).tolist() == [7]


def test_a_lead_that_is_missing_is_not_used():
    ecg = twelve_leads()
    ecg.microvolts[:, 3] = 0
    missing = ecg.missing.copy()
    missing[:, 3] = True
    beat = averaged(ecg, r_peaks(75, 20, 500), missing=missing)
    assert np.flatnonzero(~beat.used).tolist() == [3]


def test_beats_with_a_gap_stay_out():
    ecg, beats = twelve_leads(), r_peaks(75, 20, 500)
    missing = ecg.missing.copy()
    missing[beats[5] : beats[5] + 50] = True
    ecg.microvolts[missing] = 0
    whole = averaged(twelve_leads(), beats)
    gap = averaged(ecg, beats, missing=missing)
    assert gap.beats.max() == whole.beats.max() - 1


@pytest.mark.parametrize("n_beats", [0, 1, 2])
def test_too_few_beats_make_no_average(n_beats):
    assert averaged(twelve_leads(), r_peaks(75, 20, 500)[5 : 5 + n_beats]) is None


def test_a_flat_line_makes_no_average():
    ecg = twelve_leads()
    ecg.microvolts[:] = 0
    assert averaged(ecg, r_peaks(75, 20, 500)) is None
