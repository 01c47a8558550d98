"""Which way is up, and whether somebody lies."""

import numpy as np
import pytest

from vitals.imu import posture
from vitals.imu.orientation import facing, gravity, tilt_deg
from vitals.imu.posture import Posture
from vitals.imu.sites import Site
from vitals.tests.imu.made import RATE


def rocked(seconds=60.0, swing_deg=50.0, per_second=0.7, shaken_g=0.4):
    """A sensor rocked about x: acceleration with shaking, rotation, and the true direction up."""
    t = np.arange(round(seconds * RATE)) / RATE
    angle = np.radians(swing_deg) * np.sin(2 * np.pi * per_second * t)
    up = np.stack([0 * t, np.cos(angle), np.sin(angle)], axis=1)
    rotation = np.zeros((len(t), 3))
    rotation[:, 0] = -np.degrees(np.gradient(angle, t))
    shaking = shaken_g * np.sin(2 * np.pi * 1.9 * t)[:, None] * [[0.3, 0.0, 1.0]]
    return up + shaking, rotation, up


def error_deg(found, true):
    return float(np.degrees(np.arccos(np.clip((found * true).sum(axis=1), -1, 1))).mean())


def test_at_rest_up_is_where_the_acceleration_points():
    still = np.tile([0.0, 0.6, 0.8], (500, 1))
    assert np.allclose(gravity(still, RATE, None), still)


def test_a_gyroscope_follows_what_an_accelerometer_cannot():
    acceleration, rotation, up = rocked()
    alone = error_deg(gravity(acceleration, RATE, None), up)
    together = error_deg(gravity(acceleration, RATE, rotation), up)
    assert together < 6 < 20 < alone


def test_a_gyroscope_that_lies_is_not_believed_for_long():
    still = np.tile([0.0, 1.0, 0.0], (6000, 1))
    drifting = np.tile([1.0, 0.0, 0.0], (6000, 1))  # a degree a second that is not there
    assert error_deg(gravity(still, RATE, drifting), still) < 3


@pytest.mark.parametrize("n", [1, 10, 49, 51])
def test_a_moment_has_a_direction_too(n):
    assert np.allclose(gravity(np.tile([0, 0, 1.0], (n, 1)), RATE, np.zeros((n, 3))), [0, 0, 1])


def test_tilt_is_an_angle():
    up = np.array([[0, 1, 0], [0, 0, 1], [0, -1, 0], [0, 0, 0]], float)
    assert tilt_deg(up, np.array([0, 2.0, 0])).round().tolist() == [0, 90, 180, 90]


def test_the_axis_that_points_up_has_a_sign():
    assert facing(np.array([[0, 0, -1], [0.9, 0.1, 0.1]])) == ["-z", "+x"]


WALK = np.array([True] * 4 + [False] * 4)


def directions(*rows):
    return np.array(rows, dtype=float)


UP = directions(*[(0, 1, 0)] * 6, (0, 0.1, 1), (0, 0, 0))


def test_who_leans_more_than_60_degrees_from_walking_lies():
    found = posture.postures(UP, posture.reference(UP, WALK))
    assert found == [Posture.UPRIGHT] * 6 + [Posture.LYING, None]


def test_without_walking_nobody_knows_which_way_is_up():
    assert "no walking" in posture.reference(UP, np.zeros(8, dtype=bool))


def test_a_sensor_that_was_turned_is_said():
    turned = directions(*[(0, 1, 0)] * 2, *[(1, 0, 0)] * 2, *[(0, 1, 0)] * 4)
    assert "turned" in posture.reference(turned, WALK)


@pytest.mark.parametrize("site", list(Site))
def test_posture_is_told_on_the_trunk_only(site):
    assert (posture.withheld(site) == "") == (site in {Site.CHEST, Site.WAIST})


def test_stretches_of_one_posture_are_joined():
    found = [Posture.UPRIGHT, Posture.UPRIGHT, None, Posture.LYING]
    assert posture.runs(found) == [
        {"posture": "upright", "from_s": 0, "to_s": 20},
        {"posture": "lying", "from_s": 30, "to_s": 40},
    ]
