"""The calendar counts back from the last six-o'clock round."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from demo.days import Days, InTheFutureError

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def days(moment):
    return Days(datetime.fromisoformat(moment), STOCKHOLM)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-22T06:00+01:00", "2026-11-22"),
        ("2026-11-22T05:59+01:00", "2026-11-21"),
        ("2026-11-21T23:30+00:00", "2026-11-21"),
        ("2026-11-22T05:30+00:00", "2026-11-22"),
    ],
)
def test_the_day_begins_with_the_round_of_its_own_zone(moment, day):
    assert days(moment).date(0) == day


def test_a_moment_after_the_round_is_refused():
    with pytest.raises(InTheFutureError):
        days("2026-11-22T23:00+01:00").at(0, "06:01")


def test_months_are_counted_over_the_year():
    assert days("2026-02-10T12:00+01:00").month(14) == "2024-12"


@pytest.mark.parametrize(
    ("on", "born"), [("11-22", "1966-11-22"), ("11-23", "1965-11-23"), ("01-01", "1966-01-01")]
)
def test_somebody_of_sixty_is_sixty_today(on, born):
    assert days("2026-11-22T12:00+01:00").born(age=60, on=on) == born


def test_offsets_follow_the_summer():
    winter = days("2026-11-22T12:00+01:00")
    assert winter.at(0, "05:00").isoformat().endswith("+01:00")
    assert winter.at(120, "05:00").isoformat().endswith("+02:00")
