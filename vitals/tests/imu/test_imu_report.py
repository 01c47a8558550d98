"""The benchmark of motion counts rightly, and says so when its data is not there."""

from collections import Counter

import pytest

from benchmarks import imu
from benchmarks.figures import main
from benchmarks.imu import Stretch, poisson_interval, share_right
from vitals.imu.falls.train import Outcome


def test_without_the_recordings_nothing_is_claimed(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CHARTWAVE_SHARED_DATA", str(tmp_path))
    assert main(imu.measure, []) == 0
    assert "skipped: no ../shared/data" in capsys.readouterr().out


@pytest.mark.parametrize(("n", "low", "high"), [(0, 0, 3.69), (4, 1.09, 10.24), (10, 4.80, 18.39)])
def test_the_poisson_interval_is_garwoods(n, low, high):
    assert poisson_interval(n) == pytest.approx((low, high), abs=0.005)


def test_stairs_are_walking_and_sitting_is_upright():
    found = [
        Stretch("walking upstairs", Counter(walking=9, upright=1)),
        Stretch("sitting", Counter(upright=9, lying=1)),
    ]
    assert share_right(found) == 90


def test_a_goal_that_is_not_reached_is_open_and_no_failure():
    outcomes = [
        Outcome("a", "S", is_fall=True, falls=0, hours=1),
        Outcome("b", "S", is_fall=False, falls=1, hours=1),
    ]
    figures = imu._figures([50.0], outcomes, 10.0, quick=False)
    assert {figure.ok for figure in figures} == {None}
