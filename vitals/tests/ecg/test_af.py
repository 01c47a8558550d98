"""Possible atrial fibrillation is irregularity that ectopy and breathing do not have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.ecg.af import coefficient_of_sample_entropy, complexity, irregular, possible
from vitals.ecg.arrays import Span
from vitals.ecg.beats.classes import NORMAL, UNCLASSIFIED, VENTRICULAR

RATE_HZ = 250.0


def chaotic(n, rate_per_min=85, spread=0.2, seed=3):
    steps = np.random.default_rng(seed).normal(scale=spread, size=n)
    return 60 / rate_per_min * np.maximum(0.4, 1 + steps)


def steady(n, seed=4):
    return 0.8 + 0.015 * np.random.default_rng(seed).normal(size=n)


def breathing(n):
    return 0.9 + 0.15 * np.sin(np.arange(n) * 2 * np.pi / 4.3) + 0.1 * (steady(n) - 0.8)


def atrial_ectopy(n):
    random = np.random.default_rng(8)
    return np.concatenate(
        [[0.5, 1.0] if random.random() < 0.15 else [0.8, 0.81] for _ in range(n // 2)]
    )


def beats_of(intervals_s):
    return np.round(np.cumsum([1.0, *intervals_s]) * RATE_HZ).astype(np.int64)


def found_in(intervals_s, classes=None, rejected=()):
    beats = beats_of(intervals_s)
    normal = np.full(len(beats), NORMAL, dtype=np.uint8)
    return possible(beats, normal if classes is None else classes, rejected, RATE_HZ)


@pytest.mark.parametrize("rate_per_min", [55, 70, 90, 120, 150])
def test_chaos_is_found_at_any_rate(rate_per_min):
    intervals = chaotic(300, rate_per_min)
    covered = sum(span.length for span in found_in(intervals)) / RATE_HZ
    assert covered > 0.7 * intervals.sum()


@pytest.mark.parametrize(
    "intervals",
    [
        steady(400),
        breathing(400),
        atrial_ectopy(400),
        np.tile([0.8, 0.5, 1.1], 130),
        np.tile([0.55, 1.05], 200),
        np.linspace(1.1, 0.5, 400),
    ],
    ids=["steady", "breathing", "atrial ectopy", "trigeminy", "bigeminy", "quickening"],
)
def test_what_has_an_order_is_not(intervals):
    assert found_in(intervals) == []


def test_an_episode_is_met_at_its_borders():
    intervals = np.concatenate([steady(200), chaotic(200), steady(200, seed=6)])
    (span,) = found_in(intervals)
    started, ended = 1 + intervals[:200].sum(), 1 + intervals[:400].sum()
    assert span.start / RATE_HZ == pytest.approx(started, abs=20)
    assert span.end / RATE_HZ == pytest.approx(ended, abs=20)


def test_less_than_thirty_seconds_is_no_episode():
    assert found_in(np.concatenate([steady(200), chaotic(30), steady(200, seed=6)])) == []


def test_ventricular_beats_do_not_make_it():
    intervals = steady(400).copy()
    early = np.random.default_rng(2).choice(np.arange(5, 395), 120, replace=False)
    intervals[early] *= np.random.default_rng(3).uniform(0.5, 0.8, size=120)
    classes = np.full(401, NORMAL, dtype=np.uint8)
    classes[early + 1] = VENTRICULAR
    assert found_in(intervals, classes) == []


def test_it_is_found_between_ventricular_beats():
    classes = np.full(401, NORMAL, dtype=np.uint8)
    classes[::9] = VENTRICULAR
    assert len(found_in(chaotic(400), classes)) == 1


def test_nothing_is_said_of_unclassified_beats():
    assert found_in(chaotic(300), np.full(301, UNCLASSIFIED, dtype=np.uint8)) == []


@pytest.mark.parametrize("n", [0, 1, 2, 10, 29])
def test_too_few_intervals_are_never_called_irregular(n):
    assert not irregular(chaotic(n)).any()


def test_no_episode_reaches_over_a_long_loss_of_signal():
    beats = beats_of(chaotic(600))
    gap = Span(int(beats[300]) + 1, int(beats[300]) + round(16 * 3600 * RATE_HZ))
    shifted = np.where(np.arange(601) > 300, beats + gap.length, beats)
    spans = possible(shifted, np.zeros(601, dtype=np.uint8), [gap], RATE_HZ)
    assert len(spans) == 2
    assert all(span.clipped(*gap).length == 0 for span in spans)


def test_one_or_no_beat_has_no_rhythm():
    for n in (0, 1):
        beats = np.arange(n, dtype=np.int64)
        assert possible(beats, np.zeros(n, dtype=np.uint8), [], RATE_HZ) == []


def test_chaos_has_more_entropy_than_order():
    order = np.median(coefficient_of_sample_entropy(steady(100)))
    assert order < -1.9 < -0.7 < np.median(coefficient_of_sample_entropy(chaotic(100)))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.2, 3.0), min_size=3, max_size=200))
def test_complexity_is_a_share(intervals):
    values = complexity(np.array(intervals))
    assert values.shape == (len(intervals),)
    assert ((values >= 0) & (values <= 1 + 1e-9)).all()
