"""Borders of waves lie where the formula that made them puts them."""

import numpy as np
import pytest

from vitals.ecg.averaging import average
from vitals.ecg.delineation import delineate
from vitals.tests.ecg.made_ecg import r_peaks, twelve_leads


def borders(ecg, rate_per_min=75.0):
    beats = r_peaks(rate_per_min, ecg.n_samples / ecg.sampling_rate_hz, ecg.sampling_rate_hz)
    rr_s = np.full((len(beats), 2), 60 / rate_per_min)
    return delineate(average(ecg.microvolts, ecg.missing, beats, rr_s, ecg.sampling_rate_hz))


def ms_from_r(places):
    return 2 * (np.nanmedian(places) - 250)


@pytest.mark.parametrize("rate_per_min", [45, 60, 75, 90, 100])
def test_borders_are_where_the_waves_begin_and_end(rate_per_min):
    found = borders(twelve_leads(rate_per_min), rate_per_min)
    # Waves of the formula are Gaussian: they are over 2 to 3 of their widths from their middle.
    assert ms_from_r(found.p_on) == pytest.approx(-160 - 2.3 * 22, abs=12)
    assert 2 * (found.qrs[0] - 250) == pytest.approx(-24 - 3 * 9, abs=12)
    assert 2 * (found.qrs[1] - 250) == pytest.approx(26 + 3 * 10, abs=12)
    assert ms_from_r(found.t_end) == pytest.approx(280 + 2 * 45, abs=16)


def test_p_is_found_and_t_is_clear():
    found = borders(twelve_leads())
    assert found.has_p(irregular=False)
    assert found.has_clear_t


def test_one_lead_is_enough():
    ecg = twelve_leads()
    ecg.microvolts[:, 1:] = 0
    missing = ecg.missing.copy()
    beats = r_peaks(75, 20, 500)
    beat = average(ecg.microvolts, missing, beats, np.full((len(beats), 2), 0.8), 500.0)
    found = delineate(beat)
    assert np.isfinite(found.t_end).tolist() == [True] + 11 * [False]


def without_p(ecg, beats, noise_uv=0.0):
    """Level, or fibrillation waves that do not repeat, where P was."""
    random = np.random.default_rng(9)
    t = np.arange(ecg.n_samples) / 500
    wander = np.cumsum(random.normal(scale=0.12, size=len(t)))
    f_waves = noise_uv * np.sin(2 * np.pi * 6.3 * t + wander)
    for beat in beats:
        ecg.microvolts[beat - 130 : beat - 35] = 0
    ecg.microvolts[:] += f_waves[:, None] * np.linspace(0.3, 1, 12)
    return ecg


def test_a_level_line_before_qrs_is_no_p():
    beats = r_peaks(75, 20, 500)
    ecg = without_p(twelve_leads(), beats)
    ecg.microvolts[:] += np.random.default_rng(4).normal(scale=8, size=ecg.microvolts.shape)
    assert not borders(ecg).has_p(irregular=False)


def test_fibrillation_waves_are_no_p():
    ecg = without_p(twelve_leads(seconds=60), r_peaks(75, 60, 500), noise_uv=80)
    assert not borders(ecg).has_p(irregular=True)


def test_a_flat_t_is_not_clear():
    beats = r_peaks(75, 20, 500)
    ecg = twelve_leads()
    for beat in beats:
        ecg.microvolts[beat + 50 : beat + 260] *= 0.05
    assert not borders(ecg).has_clear_t


def test_t_upside_down_ends_where_t_upright_does():
    ecg, upright = twelve_leads(), borders(twelve_leads())
    for beat in r_peaks(75, 20, 500):
        ecg.microvolts[beat + 50 : beat + 260] *= -1
    assert ms_from_r(borders(ecg).t_end) == pytest.approx(ms_from_r(upright.t_end), abs=6)
