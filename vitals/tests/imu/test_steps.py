"""Steps, and what is none."""

import numpy as np
import pytest

from vitals.imu.resampling import at_50_hz
from vitals.imu.steps import find, in_bouts
from vitals.tests.imu.made import RATE, resting, walking


def counted(acceleration, rate=RATE, missing=None):
    gap = np.zeros(len(acceleration), dtype=bool) if missing is None else missing
    return len(find(*at_50_hz(np.asarray(acceleration), gap, rate)))


@pytest.mark.parametrize("rate", [20, 25, 50, 100, 200, 249.7, 1000])
def test_a_hundred_steps_are_a_hundred_at_any_rate(rate):
    walk = np.concatenate([resting(5, rate=rate), walking(100, rate=rate), resting(5, rate=rate)])
    assert abs(counted(walk, rate) - 100) <= 2


@pytest.mark.parametrize("per_second", [1.0, 1.4, 1.8, 2.2, 2.8])
def test_slow_and_fast_steps_count_alike(per_second):
    walk = np.concatenate([resting(5), walking(60, per_second), resting(5)])
    assert abs(counted(walk) - 60) <= 2


@pytest.mark.parametrize("towards", [(1, 0, 0), (0, 0, -1), (1, 1, 1)])
def test_it_does_not_matter_how_the_sensor_is_turned(towards):
    walk = [resting(5, towards), walking(50, towards=towards), resting(5, towards)]
    assert abs(counted(np.concatenate(walk)) - 50) <= 2


def test_rest_has_no_steps():
    assert counted(resting(60)) == 0


def test_three_steps_are_no_bout():
    assert in_bouts(np.array([0, 30, 60, 600, 900])).tolist() == []


def test_four_steps_are_a_bout():
    assert in_bouts(np.array([0, 30, 60, 90, 600])).tolist() == [0, 30, 60, 90]


def test_nothing_is_counted_in_a_gap():
    walk = walking(100)
    gap = np.zeros(len(walk), dtype=bool)
    gap[len(walk) // 4 : len(walk) // 2] = True
    assert counted(walk, missing=gap) < 80


@pytest.mark.parametrize("n", [0, 1, 49, 50, 120])
def test_a_moment_is_no_walk(n):
    assert counted(np.ones((n, 3))) == 0


def test_a_recording_of_nothing_but_gaps_has_no_steps():
    walk = walking(50)
    assert counted(walk, missing=np.ones(len(walk), dtype=bool)) == 0
