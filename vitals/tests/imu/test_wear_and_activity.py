"""Worn or not, and how much somebody moved."""

import numpy as np
import pytest

from vitals.imu import activity
from vitals.imu.activity import THRESHOLDS, Intensity, enmo, minutes_of
from vitals.imu.sites import Site
from vitals.imu.wear import Minutes, worn

PER_MINUTE = 3000


def minutes(*parts):
    """Minutes of a standard deviation and a range, as ``(how many, sd, range)`` each; None: gap."""
    sd = np.concatenate([np.full(n, s or 0.0) for n, s, _ in parts])
    reach = np.concatenate([np.full(n, r or 0.0) for n, _, r in parts])
    n = np.concatenate([np.full(n, 0 if s is None else PER_MINUTE) for n, s, _ in parts])
    three = np.ones((1, 3))
    return Minutes(
        n, 0 * sd[:, None] * three, sd[:, None] * three, -reach[:, None] / 2 * three,
        reach[:, None] / 2 * three,
    )  # fmt: skip


def test_an_hour_at_rest_was_not_worn():
    assert worn(minutes((120, 0.004, 0.02)), PER_MINUTE) == [False] * 8


def test_somebody_asleep_still_breathes():
    assert worn(minutes((120, 0.015, 0.06)), PER_MINUTE) == [True] * 8


def test_lying_still_with_a_turn_now_and_then_is_worn():
    still_but_once = minutes((50, 0.004, 0.02), (1, 0.004, 0.9), (50, 0.004, 0.02))
    assert worn(still_but_once, PER_MINUTE)[2] is True


def test_of_less_than_an_hour_nothing_is_said():
    assert worn(minutes((59, 0.004, 0.02)), PER_MINUTE) == [None] * 4


def test_of_a_gap_nothing_is_said():
    assert worn(minutes((90, 0.1, 1), (90, None, None)), PER_MINUTE)[-1] is None


def test_taken_off_in_the_middle():
    found = worn(minutes((60, 0.1, 1), (120, 0.004, 0.02), (60, 0.1, 1)), PER_MINUTE)
    assert found[0] is True
    assert found[7] is False
    assert found[-1] is True


def test_enmo_of_rest_is_nothing_and_never_negative():
    assert enmo(np.array([[0, 0, 1.0], [0, 0, 0.4], [0, 0, 0]])).tolist() == [0, 0, 0]


@pytest.mark.parametrize("site", THRESHOLDS)
@pytest.mark.parametrize("intensity", list(Intensity))
def test_each_threshold_belongs_to_the_higher_class(site, intensity):
    limits = THRESHOLDS[site]
    edges = [0.0, limits.light_mg, limits.moderate_mg, limits.vigorous_mg]
    assert limits.intensity(edges[list(Intensity).index(intensity)]) is intensity


def test_minutes_that_are_not_known_are_not_counted():
    found = minutes_of([10.0, None, 80.0, 500.0], Site.WAIST)
    assert [found[each] for each in Intensity] == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("site", "age", "words"),
    [
        (Site.WRIST, 40, ""), (Site.WAIST, None, ""), (Site.WAIST, 12, "adults"),
        (Site.UNKNOWN, 40, "not recorded"), (Site.CHEST, 40, "wrist and the waist"),
        (Site.ANKLE, 40, "wrist and the waist"), (Site.OTHER, 40, "wrist and the waist"),
    ],
)  # fmt: skip
def test_activity_is_told_where_thresholds_exist(site, age, words):
    assert words in activity.withheld(site, age)
    assert bool(words) == bool(activity.withheld(site, age))
