"""Several leads give the beats of one patient; what none can read is rejected."""

import numpy as np
import pytest

from benchmarks.scoring import score
from vitals.ecg.arrays import Span
from vitals.ecg.fusion import fuse
from vitals.ecg.quality import Grade
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import RATE_HZ, beat_train, steady

SECONDS = 60
TIMES = steady(72, SECONDS)
BEATS = np.round(TIMES * RATE_HZ).astype(int)
N = round(SECONDS * RATE_HZ)


def noise(scale, seed=3):
    return np.random.default_rng(seed).normal(scale=scale, size=N)


def ecg(*leads, names=("II", "V1", "V5"), missing=None):
    signal = np.stack(leads, axis=1)
    absent = np.zeros(signal.shape, dtype=bool) if missing is None else missing
    return Ecg(signal, absent, RATE_HZ, names[: len(leads)])


@pytest.fixture
def clean():
    return beat_train(TIMES, SECONDS)


def found(fused):
    return score(BEATS, fused.beats, 3)


def test_one_lead_is_read_as_it_is(clean):
    assert found(fuse(ecg(clean))).f1 == 100


def test_a_lead_of_noise_beside_a_clean_one_changes_nothing(clean):
    fused = fuse(ecg(noise(400), clean))
    assert found(fused).f1 == 100
    assert not fused.rejected.any()
    assert set(fused.reference) == {1}


def test_two_leads_that_are_clean_in_turns_are_read_throughout(clean):
    late = np.arange(N) >= N // 2
    fused = fuse(ecg(clean + noise(600) * late, clean + noise(600, 4) * ~late))
    assert found(fused).f1 > 99


def test_noise_in_all_leads_is_rejected_and_no_beat_claimed_in_it():
    fused = fuse(ecg(noise(300), noise(300, 4), noise(300, 5)))
    assert fused.rejected.all()
    assert not fused.beats.size


def test_a_lead_that_is_missing_for_a_while_does_not_end_the_reading(clean):
    missing = np.zeros((N, 2), dtype=bool)
    missing[5000:10_000, 0] = True
    fused = fuse(ecg(clean, 0.6 * clean, missing=missing))
    assert found(fused).f1 == 100
    assert not fused.rejected.any()
    assert fused.windows[0].grade(Span(5000, 7500)).grade is Grade.NO_SIGNAL


def test_where_no_lead_has_a_signal_nothing_is_claimed(clean):
    missing = np.zeros((N, 2), dtype=bool)
    missing[5000:10_000] = True
    fused = fuse(ecg(clean, clean, missing=missing))
    assert fused.rejected[5000:10_000].all()
    assert not ((fused.beats >= 5000) & (fused.beats < 10_000)).any()


def test_r_is_taken_from_one_lead_where_it_can_be_read(clean):
    assert set(fuse(ecg(0.8 * clean, clean, names=("V1", "II"))).reference) == {1}


def test_the_grade_is_that_of_the_best_lead(clean):
    fused = fuse(ecg(noise(400), clean))
    assert fused.grade(Span(0, 2500)).grade is Grade.GOOD
