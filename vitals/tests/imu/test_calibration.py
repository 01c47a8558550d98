"""A sensor that is off is put right by the recording itself, or left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitals.imu.calibration import Calibration, calibrate, resting


def sides(n=60, seed=1):
    """Resting directions all around, shape (n, 3), 1 g long."""
    points = np.random.default_rng(seed).standard_normal((n, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


offsets = st.tuples(*[st.floats(-0.08, 0.08)] * 3)
gains = st.tuples(*[st.floats(0.93, 1.07)] * 3)


@settings(max_examples=25, deadline=None)
@given(offsets, gains)
def test_offset_and_gain_are_found(offset, gain):
    true = sides()
    measured = true / np.array(gain) - np.array(offset)
    found = calibrate(measured)
    if not found.withheld:
        assert np.abs(found.applied(measured) - true).max() < 0.005


def test_a_wrong_sensor_is_put_right():
    measured = sides() * [1.05, 0.97, 1.0] + [0.05, -0.03, 0.02]
    found = calibrate(measured)
    assert found.withheld == ""
    assert found.error_after_g < 0.002 < found.error_before_g


def test_too_few_sides_leave_it_as_it_is():
    found = calibrate(np.abs(sides()))
    assert found.is_none
    assert "different sides" in found.withheld


def test_too_little_rest_leaves_it_as_it_is():
    found = calibrate(sides(9))
    assert found.is_none
    assert "lay still" in found.withheld


def test_what_no_scale_fits_is_left_as_it_is():
    noisy = sides(200) * np.random.default_rng(0).uniform(0.5, 1.5, (200, 1))
    assert calibrate(noisy).is_none


@pytest.mark.parametrize(
    ("mean", "sd", "rests"),
    [
        ((0, 0, 1), (0.001, 0.001, 0.001), True),
        ((0, 0, 1), (0.001, 0.02, 0.001), False),
        ((0, 0, 2.5), (0.001, 0.001, 0.001), False),
        ((0, 0, 0), (0, 0, 0), False),  # nothing was measured
    ],
)
def test_rest_is_where_no_axis_moves(mean, sd, rests):
    assert len(resting(np.array([mean], float), np.array([sd], float))) == rests


def test_it_is_kept_as_it_was():
    found = calibrate(sides() * [1.05, 0.97, 1.0])
    assert Calibration.from_json(found.to_json()) == found
