"""The rounds of the ward: when a dose is due, through nights, weeks, months and clock changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from patients.due_times import TIMES_OF_DAY, due_times, interval
from patients.prescribing.frequency import frequencies

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = datetime(2026, 3, 2, 10, 5, tzinfo=OSLO)


def due(key, *, start=MONDAY, days=7, since=None):
    since = since or start
    return due_times(
        {"timing": frequencies()[key].timing()},
        start=start,
        since=since,
        until=since + timedelta(days=days),
        zone=OSLO,
    )


def clocks(times):
    return [f"{at.astimezone(OSLO):%a %H:%M}" for at in times]


@pytest.mark.parametrize(
    ("key", "first_day"),
    [
        ("once-daily", ["Tue 08:00"]),
        ("at-night", ["Mon 22:00"]),
        ("twice-daily", ["Mon 20:00", "Tue 08:00"]),
        ("three-times-daily", ["Mon 14:00", "Mon 20:00", "Tue 08:00"]),
        ("every-6-h", ["Mon 12:00", "Mon 18:00", "Tue 00:00", "Tue 06:00"]),
    ],
)
def test_daily_doses_fall_on_the_rounds(key, first_day):
    assert clocks(due(key, days=1)) == first_day


def test_a_weekly_dose_is_due_once_a_week():
    assert clocks(due("weekly", days=20)) == ["Mon 10:05", "Mon 08:00", "Mon 08:00"]


def test_every_other_day_skips_a_day():
    assert clocks(due("every-other-day", days=5)) == ["Mon 10:05", "Wed 08:00", "Fri 08:00"]


def test_twice_weekly_has_its_days():
    assert clocks(due("twice-weekly")) == ["Thu 08:00", "Mon 08:00"]


def test_once_is_due_once():
    assert due("once", days=300) == [MONDAY]


def test_once_is_not_due_again_later():
    assert due("once", since=MONDAY + timedelta(days=1)) == []


def test_a_continuous_infusion_has_no_due_time():
    assert due("continuous") == []


def test_every_36_hours_counts_from_the_start():
    assert clocks(due("every-36-h", days=4)) == ["Mon 10:05", "Tue 22:05", "Thu 10:05"]


def test_hours_are_real_hours_when_the_clock_changes():
    start = datetime(2026, 3, 28, 22, 0, tzinfo=OSLO)  # the night loses 02:00 to 03:00
    times = [at.astimezone(UTC) for at in due("every-2-h", start=start, days=1)]
    assert {later - sooner for sooner, later in pairwise(times)} == {timedelta(hours=2)}


def test_the_morning_round_stays_at_eight_when_the_clock_changes():
    start = datetime(2026, 3, 27, 10, 0, tzinfo=OSLO)
    assert set(clocks(due("once-daily", start=start, days=4))) == {
        "Sat 08:00",
        "Sun 08:00",
        "Mon 08:00",
        "Tue 08:00",
    }


def test_a_month_from_the_31st_is_the_last_of_february():
    start = datetime(2026, 1, 31, 10, 0, tzinfo=OSLO)
    assert [f"{at:%d-%b}" for at in due("monthly", start=start, days=60)] == [
        "31-Jan",
        "28-Feb",
        "31-Mar",
    ]


def test_nothing_is_due_before_the_start():
    assert all(at >= MONDAY for at in due("four-times-daily", since=MONDAY - timedelta(days=2)))


def test_an_order_of_years_ago_is_still_reckoned():
    old = MONDAY.replace(year=1981)
    assert due("weekly", start=old, since=MONDAY, days=7) != []


def test_times_that_are_written_out_are_taken():
    dosage = {"timing": {"repeat": {"timeOfDay": ["07:30:00", "19:30:00"], "dayOfWeek": ["mon"]}}}
    found = due_times(
        dosage, start=MONDAY, since=MONDAY, until=MONDAY + timedelta(days=7), zone=OSLO
    )
    assert clocks(found) == ["Mon 19:30", "Mon 07:30"]


@pytest.mark.parametrize(
    "timing",
    [{}, {"code": {"text": "as the doctor said"}}, {"repeat": {"frequency": 7, "period": 3}}],
)
def test_what_is_not_understood_is_never_taken_for_nothing_due(timing):
    dosage = {"timing": timing}
    until = MONDAY + timedelta(days=1)
    assert due_times(dosage, start=MONDAY, since=MONDAY, until=until, zone=OSLO) is None


@pytest.mark.parametrize("key", list(frequencies()))
def test_every_frequency_of_the_form_has_due_times_or_none(key):
    start = datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
    assert due(key, start=start, days=400) is not None


@pytest.mark.parametrize("clocks_", TIMES_OF_DAY.values())
def test_the_table_of_rounds_holds_clock_times_in_order(clocks_):
    assert list(clocks_) == sorted(clocks_)


@pytest.mark.parametrize(
    ("key", "hours"),
    [
        ("once-daily", 24),
        ("four-times-daily", 4),
        ("every-6-h", 6),
        ("weekly", 168),
        ("once", None),
    ],
)
def test_the_shortest_time_between_two_doses(key, hours):
    gap = interval({"timing": frequencies()[key].timing()})
    assert gap == (timedelta(hours=hours) if hours else None)
