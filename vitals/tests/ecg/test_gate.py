"""What cannot be an ECG is found before anything is read into it."""

import math

import numpy as np
import pytest

from vitals.ecg.arrays import Span, joined, true_spans
from vitals.ecg.gate import bridged, refusal, runs, usable
from vitals.tests.ecg.beats import RATE_HZ, beat_train, steady


@pytest.fixture
def clean():
    return beat_train(steady(70, 60), 60)


def spans_lost(signal, missing=None):
    absent = np.zeros(len(signal), dtype=bool) if missing is None else missing
    return true_spans(~usable(signal, RATE_HZ, absent))


def test_an_ecg_is_usable_throughout(clean):
    assert spans_lost(clean) == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_what_is_no_number_is_not_usable(clean, value):
    clean[1000:1200] = value
    assert spans_lost(clean) == [Span(1000, 1200)]


def test_missing_samples_are_not_usable(clean):
    missing = np.zeros(len(clean), dtype=bool)
    missing[300:900] = True
    assert spans_lost(clean, missing) == [Span(300, 900)]


def test_a_flat_line_of_two_seconds_is_not_usable(clean):
    clean[2000:2600] = 700.0
    assert spans_lost(clean) == [Span(2000, 2600)]


def test_the_quiet_between_two_beats_is_not_flat():
    slow = beat_train(steady(30, 60), 60, noise_uv=2.0)
    assert spans_lost(slow) == []


def test_a_rail_is_not_usable(clean):
    clean[2000:2050] = 5000.0
    assert spans_lost(clean) == [Span(2000, 2050)]


def test_one_spike_of_half_a_volt_takes_only_itself_out(clean):
    clean[5000] = 500_000.0
    assert spans_lost(clean) == [Span(5000, 5001)]


def test_a_large_constant_offset_does_no_harm(clean):
    assert spans_lost(clean + 200_000) == []


def test_all_missing_leaves_nothing():
    missing = np.ones(2500, dtype=bool)
    assert not usable(np.zeros(2500), RATE_HZ, missing).any()


def test_a_hole_of_a_few_samples_is_bridged():
    mask = np.ones(5000, dtype=bool)
    mask[1000:1010] = False
    assert runs(mask, RATE_HZ) == [Span(0, 5000)]


def test_a_hole_in_which_a_beat_could_hide_ends_the_run():
    mask = np.ones(5000, dtype=bool)
    mask[2000:2020] = False
    assert runs(mask, RATE_HZ) == [Span(0, 2000), Span(2020, 5000)]


def test_a_run_too_short_to_learn_from_is_left_out():
    mask = np.ones(5000, dtype=bool)
    mask[1000:1100] = False
    assert runs(mask, RATE_HZ) == [Span(1100, 5000)]


def test_a_bridge_is_a_straight_line():
    signal = np.array([0.0, 99.0, 99.0, 3.0])
    mask = np.array([True, False, False, True])
    assert bridged(signal, mask).tolist() == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("rate", [0, -250, math.nan, math.inf, 1e9, 99, 2001])
def test_an_impossible_sampling_rate_is_refused(rate):
    assert "sampling rate" in refusal(100_000, rate)


@pytest.mark.parametrize("rate", [100, 128, 249.7, 250, 360, 500, 1000, 2000])
def test_the_rates_of_real_devices_are_taken(rate):
    assert refusal(round(10 * rate) + 1, rate) is None


def test_less_than_ten_seconds_is_refused():
    assert refusal(2499, 250.0) == "it is shorter than 10 s"


@pytest.mark.parametrize(
    ("mask", "spans"),
    [
        ([], []),
        ([False], []),
        ([True, True], [Span(0, 2)]),
        ([True, False, True], [Span(0, 1), Span(2, 3)]),
    ],
)
def test_true_stretches_are_found(mask, spans):
    assert true_spans(np.array(mask, dtype=bool)) == spans


def test_touching_spans_are_joined_and_empty_ones_dropped():
    assert joined([Span(5, 5), Span(3, 4), Span(0, 3)]) == [Span(0, 4)]


@pytest.mark.parametrize(
    ("span", "inside"),
    [
        (Span(-5, 5), Span(0, 5)),
        (Span(95, 105), Span(95, 100)),
        (Span(-9, -5), Span(0, 0)),
        (Span(120, 130), Span(100, 100)),
    ],
)
def test_a_span_is_clipped_to_what_there_is(span, inside):
    assert span.clipped(0, 100) == inside
