"""Ventricular beats are told whatever recorded them, and only where they can be."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from vitals.ecg.beats.classes import NORMAL, PACED, UNCLASSIFIED, VENTRICULAR, codes, letters
from vitals.ecg.beats.classify import chosen_leads, classify, in_order
from vitals.ecg.fusion import fuse
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beat_classes.made import ectopic_ecg
from vitals.tests.ecg.beats import beat_train, steady


def classes_of(ecg):
    return classify(fuse(ecg))


@pytest.mark.parametrize("kept", ["", "N", "NVPQ", "VVVN"])
def test_letters_are_read_back(kept):
    assert letters(codes(kept)) == kept


def test_an_unknown_letter_is_refused():
    with pytest.raises(ValueError, match="substring"):
        codes("NX")


@pytest.mark.parametrize("leads", [1, 2])
def test_wide_early_beats_are_ventricular_and_the_others_not(leads):
    ecg, wide = ectopic_ecg(leads=leads)
    assert (classes_of(ecg) == np.where(wide, VENTRICULAR, NORMAL)).all()


@pytest.mark.parametrize("rate_hz", [100, 128, 249.7, 360, 500, 1000])
def test_the_sampling_rate_does_not_matter(rate_hz):
    ecg, wide = ectopic_ecg(rate_hz=rate_hz)
    assert (classes_of(ecg) == np.where(wide, VENTRICULAR, NORMAL)).all()


@pytest.mark.parametrize("factor", [0.3, 3, -1])
def test_gain_and_polarity_do_not_matter(factor):
    ecg, wide = ectopic_ecg()
    found = classes_of(replace(ecg, microvolts=factor * ecg.microvolts))
    assert (found == np.where(wide, VENTRICULAR, NORMAL)).all()


def test_ten_seconds_are_enough_for_an_early_wide_beat():
    ecg, wide = ectopic_ecg(n_beats=13, every=7)
    assert (classes_of(ecg) == np.where(wide, VENTRICULAR, NORMAL)).all()


def test_bigeminy_is_half_ventricular():
    ecg, wide = ectopic_ecg(every=2)
    assert (classes_of(ecg) == np.where(wide, VENTRICULAR, NORMAL)).mean() > 0.95


def test_a_steady_narrow_rhythm_has_no_ventricular_beat():
    ecg = Ecg.of_lead(beat_train(steady(72, 60), 60), 250.0)
    assert not (classes_of(ecg) == VENTRICULAR).any()


@pytest.mark.parametrize("age_years", [0.5, 12, 15.9])
def test_no_beat_of_a_child_is_classified(age_years):
    ecg, _ = ectopic_ecg(age_years=age_years)
    assert set(classes_of(ecg)) == {UNCLASSIFIED}


def test_an_adult_of_known_age_is_read():
    ecg, wide = ectopic_ecg(age_years=70.0, paced=False)
    assert (classes_of(ecg) == VENTRICULAR).sum() == wide.sum()


def test_with_a_pacemaker_nothing_is_called_ventricular():
    ecg, wide = ectopic_ecg(paced=True)
    found = classes_of(ecg)
    assert not (found == VENTRICULAR).any()
    assert set(found[wide]) <= {UNCLASSIFIED, PACED}


def test_three_beats_have_too_few_to_be_compared_with():
    ecg = Ecg.of_lead(beat_train([1.0, 2.0, 3.0], 12), 250.0)
    assert set(classes_of(ecg)) <= {UNCLASSIFIED}


def test_noise_has_no_classes_because_it_has_no_beats():
    noise = np.random.default_rng(5).normal(scale=300, size=15_000)
    assert classes_of(Ecg.of_lead(noise, 250.0)).size == 0


def test_a_second_lead_of_noise_does_not_spoil_the_first():
    ecg, wide = ectopic_ecg(leads=2)
    noisy = ecg.microvolts.copy()
    noisy[:, 1] = np.random.default_rng(3).normal(scale=400, size=len(noisy))
    found = classes_of(replace(ecg, microvolts=noisy))
    assert (found == np.where(wide, VENTRICULAR, NORMAL)).all()


def test_of_twelve_leads_two_with_different_views_are_taken():
    names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    assert [names[at] for at in in_order(names)] == ["II", "V1"]


def test_a_lead_that_came_off_is_not_chosen():
    ecg, _ = ectopic_ecg(leads=2)
    missing = ecg.missing.copy()
    missing[5000:, 0] = True
    chosen = chosen_leads(fuse(replace(ecg, missing=missing)))
    assert len(chosen) == 1
    assert chosen[0].readable.all()


def test_the_model_is_read_without_scikit_learn():
    program = (
        "import sys, vitals.ecg.beats.classify as c; c.model(); sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
