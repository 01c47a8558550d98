"""What is measured on a beat is a ratio or a time, and unknown is not a number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.ecg.beats import features
from vitals.ecg.beats.features import NAMES, RHYTHM, rhythm
from vitals.ecg.beats.shapes import Lead, compared
from vitals.ecg.fusion import fuse
from vitals.tests.ecg.beat_classes.made import ectopic_ecg

RATE_HZ = 250.0


@pytest.fixture(scope="module")
def made():
    ecg, wide = ectopic_ecg(leads=2)
    beats = fuse(ecg).beats
    everywhere = np.ones(ecg.n_samples, dtype=bool)
    return [Lead(ecg.microvolts[:, at], everywhere) for at in (0, 1)], beats, wide


def measure(leads, beats, rate_hz):
    return features.measure(leads, beats, rate_hz).values


def column(values, name):
    return values[:, NAMES.index(name)]


def test_there_is_one_column_for_each_name(made):
    leads, beats, _ = made
    assert measure(leads, beats, RATE_HZ).shape == (len(beats), len(NAMES))
    assert len(set(NAMES)) == len(NAMES)


def test_an_early_beat_is_early_and_the_next_is_late(made):
    leads, beats, wide = made
    values = measure(leads, beats, RATE_HZ)
    assert (column(values, "rr_before_to_usual")[wide] < 0.75).all()
    assert (column(values, "rr_after_to_usual")[wide] > 1.25).all()


def test_a_wide_beat_is_wider_than_the_usual_one_and_unlike_it(made):
    leads, beats, wide = made
    values = measure(leads, beats, RATE_HZ)
    assert (column(values, "lead_1_width_to_usual")[wide] > np.log(1.5)).all()
    assert (column(values, "lead_1_likeness_to_usual")[~wide] > 0.95).all()


def test_gain_changes_nothing(made):
    leads, beats, _ = made
    louder = [Lead(7 * lead.level_uv, lead.readable) for lead in leads]
    np.testing.assert_allclose(
        measure(louder, beats, RATE_HZ), measure(leads, beats, RATE_HZ), atol=1e-4
    )


def test_a_steady_offset_changes_nothing(made):
    leads, beats, _ = made
    lifted = [Lead(lead.level_uv + 3000, lead.readable) for lead in leads]
    np.testing.assert_allclose(
        measure(lifted, beats, RATE_HZ), measure(leads, beats, RATE_HZ), atol=1e-4
    )


def test_of_one_lead_the_second_is_unknown(made):
    leads, beats, _ = made
    values = measure(leads[:1], beats, RATE_HZ)
    second = [at for at, name in enumerate(NAMES) if name.startswith("lead_2")]
    assert np.isnan(values[:, second]).all()


def test_what_cannot_be_read_is_unknown_and_not_zero(made):
    leads, beats, _ = made
    readable = leads[0].readable.copy()
    readable[beats[10] - 5 : beats[10] + 5] = False
    values = measure([Lead(leads[0].level_uv, readable), leads[1]], beats, RATE_HZ)
    assert np.isnan(column(values, "lead_1_width_s")[10])
    assert np.isfinite(column(values, "lead_2_width_s")[10])


def test_an_interval_over_a_gap_is_unknown():
    readable = np.ones(1000, dtype=bool)
    readable[450:460] = False
    found = rhythm(np.array([100, 300, 500, 700]), readable, RATE_HZ)
    before = found[:, RHYTHM.index("rr_before_s")]
    np.testing.assert_equal(before, [np.nan, 0.8, np.nan, 0.8])


@pytest.mark.parametrize("n_beats", [0, 1, 2, 3])
def test_a_few_beats_are_measured_without_complaint(made, n_beats):
    leads, beats, _ = made
    assert measure(leads, beats[:n_beats], RATE_HZ).shape == (n_beats, len(NAMES))


def test_the_usual_beat_is_the_narrow_one_even_among_many_wide_ones():
    ecg, wide = ectopic_ecg(every=2)
    lead = Lead(ecg.microvolts[:, 0], np.ones(ecg.n_samples, dtype=bool))
    (shapes,), _ = compared([lead], fuse(ecg).beats, RATE_HZ)
    narrow = shapes.cut[~wide].mean(axis=0)
    assert np.corrcoef(shapes.usual, narrow)[0, 1] > 0.95


def test_companions_of_a_wide_beat_are_wide(made):
    leads, beats, wide = made
    found = features.measure(leads, beats, RATE_HZ)
    assert wide[found.companions[wide]][found.is_alike[wide]].all()
    assert not wide[found.companions[~wide]][found.is_alike[~wide]].any()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(50, 400), min_size=1, max_size=40), st.integers(0, 2**16))
def test_no_signal_makes_infinite_features(steps, seed):
    beats = np.cumsum(steps)
    random = np.random.default_rng(seed)
    level = random.normal(scale=random.choice([0.0, 1e-9, 300.0, 1e6]), size=beats[-1] + 60)
    values = measure([Lead(level, np.ones(len(level), dtype=bool))], beats, RATE_HZ)
    assert not np.isinf(values).any()
