"""Rate, regularity and pauses come from beats that follow each other, and from nothing else."""

import numpy as np
import pytest

from vitals.ecg.arrays import Span
from vitals.ecg.rhythm import (
    Pause,
    pauses,
    rate_by_minute,
    rate_range,
    regularity,
    rr_intervals,
    stretches,
    uneven_share,
)

RATE_HZ = 100.0


def peaks(*intervals_s):
    return np.round(np.cumsum([1.0, *intervals_s]) * RATE_HZ).astype(np.int64)


def test_intervals_are_seconds_between_beats():
    assert rr_intervals(np.array([0, 80, 180]), RATE_HZ).tolist() == [0.8, 1.0]


@pytest.mark.parametrize("n_beats", [0, 1])
def test_fewer_than_two_beats_have_no_interval(n_beats):
    assert rr_intervals(np.arange(n_beats), RATE_HZ).size == 0


def test_rejected_time_between_two_beats_ends_a_stretch():
    parts = stretches(np.array([10, 20, 40, 50]), [Span(25, 30), Span(60, 90)])
    assert [part.tolist() for part in parts] == [[10, 20], [40, 50]]


def test_no_beats_make_no_stretch():
    assert stretches(np.zeros(0, dtype=np.int64), [Span(0, 5)]) == []


def test_the_range_is_of_means_over_eight_intervals():
    found = rate_range([peaks(*[1.0] * 8, *[0.5] * 8)], RATE_HZ)
    assert (found.low_per_min, found.high_per_min) == (60, 120)
    assert found.mean_per_min == pytest.approx(80)


def test_one_early_beat_does_not_make_the_range():
    found = rate_range([peaks(*[1.0] * 10, 0.5, 1.5, *[1.0] * 10)], RATE_HZ)
    assert found.high_per_min < 65


def test_a_short_recording_has_a_range_over_what_it_has():
    assert rate_range([peaks(1, 1, 1)], RATE_HZ).intervals == 3


@pytest.mark.parametrize("parts", [[], [peaks(1, 1)], [peaks(1), peaks(1)]])
def test_too_few_intervals_have_no_rate(parts):
    assert rate_range(parts, RATE_HZ) is None


def test_no_interval_is_taken_across_a_break():
    found = rate_range([peaks(1, 1, 1), 10_000 + peaks(1, 1, 1)], RATE_HZ)
    assert found.low_per_min == found.high_per_min == 60


@pytest.mark.parametrize(
    ("intervals", "word"),
    [
        ([0.8] * 30, "regular"),
        ([0.80, 0.84] * 15, "regular"),
        ([0.8] * 28 + [0.5, 1.1], "regular"),
        ([0.8, 0.5, 1.1] * 10, "irregular"),
        ([0.7, 1.0, 0.55, 0.9, 0.62, 1.2] * 5, "irregular"),
        ([0.8] * 7, "undetermined"),
    ],
)
def test_regular_means_few_intervals_away_from_those_around(intervals, word):
    assert regularity(uneven_share([peaks(*intervals)], RATE_HZ)) == word


def test_a_slow_change_of_rate_is_regular():
    intervals = np.linspace(1.0, 0.5, 60)
    assert regularity(uneven_share([peaks(*intervals)], RATE_HZ)) == "regular"


def test_a_long_interval_at_rest_is_a_pause():
    beats = peaks(1, 2.5, 1)
    assert pauses([beats], beats, RATE_HZ) == [Pause(200, 2.5)]


def test_a_long_interval_not_seen_at_rest_is_no_pause():
    assert pauses([peaks(1, 2.5, 1)], np.zeros(0, dtype=np.int64), RATE_HZ) == []


def test_no_pause_is_counted_across_a_break():
    beats = peaks(1, 2.5, 1)
    assert pauses(stretches(beats, [Span(300, 310)]), beats, RATE_HZ) == []


@pytest.mark.parametrize(("seconds", "counted"), [(1.99, 0), (2.0, 1)])
def test_a_pause_begins_at_two_seconds(seconds, counted):
    beats = peaks(1, seconds, 1)
    assert len(pauses([beats], beats, RATE_HZ)) == counted


def test_each_minute_has_its_rate():
    beats = peaks(*[1.0] * 58, *[0.5] * 120)
    assert rate_by_minute([beats], 12_000, RATE_HZ) == [
        pytest.approx(60, abs=1),
        pytest.approx(120, abs=1),
    ]


def test_a_minute_hardly_read_has_no_rate():
    assert rate_by_minute([peaks(*[1.0] * 15)], 6000, RATE_HZ) == [None]


def test_without_beats_every_minute_is_unknown():
    assert rate_by_minute([], 12_001, RATE_HZ) == [None, None, None]
