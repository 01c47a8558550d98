"""Leads are known by their names; those that cannot be what they say are named."""

from dataclasses import replace

import numpy as np
import pytest

from vitals.ecg.fusion import fuse
from vitals.ecg.lead_checks import (
    CONTRADICTS,
    INVERTED,
    OTHER_GAIN,
    SWAPPED,
    lead_problems,
)
from vitals.ecg.leads import STANDARD, canonical
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import RATE_HZ, beat_train, steady
from vitals.tests.ecg.challenge import twelve_leads

ARMS = {"I": -1, "II": "III", "III": "II", "aVR": "aVL", "aVL": "aVR"}


@pytest.fixture(scope="module")
def twelve():
    """Twelve leads of one heart: every lead a mixture of three waves, limb leads by Einthoven."""
    times = steady(70, 20)
    waves = [beat_train(times + late, 20, noise_uv=3.0) for late in (0.0, 0.012, 0.03)]
    one = 0.7 * waves[0] + 0.1 * waves[1]
    two = 0.6 * waves[0] + 0.5 * waves[1]
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    mixtures = ((-0.5, 0.4), (-0.3, 0.8), (0.2, 0.8), (0.8, 0.4), (1.0, 0.2), (0.8, 0.1))
    chest = [a * waves[0] + b * waves[2] for a, b in mixtures]
    signal = np.stack([*limb, *chest], axis=1)
    return Ecg(signal, np.zeros(signal.shape, dtype=bool), RATE_HZ, STANDARD)


def problems(ecg):
    return lead_problems(fuse(ecg))


def turned(ecg, changes):
    """The same ECG with leads scaled by a number or replaced by another lead."""
    signal = ecg.microvolts.copy()
    for name, change in changes.items():
        source = change if isinstance(change, str) else name
        size = 1 if isinstance(change, str) else change
        column = ecg.microvolts[:, STANDARD.index(source)]
        signal[:, STANDARD.index(name)] = size * column
    return replace(ecg, microvolts=signal)


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        ("I", "I"),
        ("avf", "aVF"),
        ("AVR", "aVR"),
        ("ECG II", "II"),
        ("Lead V3", "V3"),
        ("MDC_ECG_LEAD_III", "III"),
        ("V-6", "V6"),
        ("MLII", "MLII"),
        (" patch ", "patch"),
        ("", ""),
    ],
)
def test_a_lead_is_known_by_its_name(recorded, name):
    assert canonical(recorded) == name


def test_leads_that_fit_each_other_have_no_problem(twelve):
    assert problems(twelve) == {}


@pytest.mark.parametrize("name", ["I", "II", "III", "aVR", "aVL", "aVF"])
def test_an_inverted_limb_lead_is_named(twelve, name):
    assert problems(turned(twelve, {name: -1})) == {name: INVERTED}


@pytest.mark.parametrize("name", ["V3", "V4", "V5"])
def test_an_inverted_chest_lead_is_named(twelve, name):
    assert name in problems(turned(twelve, {name: -1}))


def test_swapped_arms_are_said_of_all_leads_that_they_change(twelve):
    assert problems(turned(twelve, ARMS)) == dict.fromkeys(ARMS, SWAPPED)


def test_limb_leads_of_different_gain_are_said(twelve):
    assert problems(turned(twelve, {"III": 0.4})) == dict.fromkeys(("I", "II", "III"), OTHER_GAIN)


def test_a_limb_lead_from_another_place_contradicts(twelve):
    found = problems(turned(twelve, {"aVF": "V1"}))
    assert found == {"aVF": CONTRADICTS}


def test_names_are_given_as_recorded(twelve):
    names = tuple(f"ECG {name}" for name in STANDARD)
    found = problems(replace(turned(twelve, {"aVF": -1}), leads=names))
    assert found == {"ECG aVF": INVERTED}


def test_nothing_is_said_of_one_lead(twelve):
    signal = twelve.microvolts[:, [1]]
    one = replace(twelve, microvolts=signal, missing=twelve.missing[:, [1]], leads=("II",))
    assert problems(one) == {}


def test_nothing_is_said_without_beats():
    noise = np.random.default_rng(2).normal(scale=100, size=(5000, 12))
    assert problems(Ecg(noise, np.zeros(noise.shape, dtype=bool), RATE_HZ, STANDARD)) == {}


def test_two_leads_of_one_name_are_not_judged(twelve):
    assert problems(replace(twelve, leads=(*STANDARD[:-1], "V5"))) == {}


@pytest.mark.needs("shared_data")
@pytest.mark.parametrize("name", ["Q0022", "Q0630"])
def test_a_recorded_ecg_has_no_problem_until_the_arms_are_swapped(shared_data, name):
    ecg = twelve_leads(shared_data / "signals", name)
    assert problems(ecg) == {}
    assert set(problems(turned(ecg, ARMS)).values()) == {SWAPPED}
