"""Names, ages, dates, units and flags as people read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ehr_project import wording

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2026, 11, 22), "0d"),
        (date(2026, 11, 2), "20d"),
        (date(2026, 10, 25), "4w 0d"),
        (date(2026, 7, 2), "20w 3d"),
        (date(2025, 11, 22), "12m 0d"),
        (date(2025, 1, 31), "21m 22d"),
        (date(2024, 11, 22), "2y 0m"),
        (date(2008, 11, 23), "17y 11m"),
        (date(2008, 11, 22), "18y"),
        (date(1960, 3, 12), "66y"),
        (date(2027, 1, 1), "not born yet"),
    ],
)
def test_age_grows_from_days_to_years(born, words):
    assert wording.age(born, TODAY) == words


def test_somebody_born_on_leap_day_is_a_year_older_on_the_last_of_february():
    assert wording.age(date(2004, 2, 29), date(2026, 2, 28)) == "22y"


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 45_000))
def test_every_age_can_be_written(born, days):
    on = min(born + timedelta(days=days), date(2150, 1, 1))
    assert wording.age(born, on)


def test_a_name_without_parts_is_said_to_be_missing():
    assert wording.banner_name("", "") == "Name not recorded"


def test_markup_in_a_name_stays_text():
    assert wording.banner_name("<b>", "x") == "<B>, x"


def test_a_moment_carries_the_offset_of_its_zone():
    with timezone.override("Europe/Vienna"):
        assert wording.moment(NOW) == "22-Nov-2026 13:00 +01:00"
    with timezone.override("America/St_Johns"):
        assert wording.moment(NOW) == "22-Nov-2026 08:30 -03:30"


def test_a_day_is_that_of_the_zone_shown():
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Vienna"):
        assert wording.day(late) == "23-Nov-2026"


def test_the_two_three_o_clocks_of_an_autumn_night_differ_by_their_offset():
    first, second = (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    with timezone.override("Europe/Vienna"):
        assert [wording.clock(first), wording.clock(second)] == ["02:30 +02:00", "02:30 +01:00"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7_199, "1 h ago")),
        *((364 * 86_400, "364 d ago"), (2679 * 86_400, "7 y ago"), (-5, "5 s ahead")),
    ],
)
def test_ages_of_values_use_their_largest_whole_unit(seconds, words):
    assert wording.ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_micrograms_are_spelled_out():
    assert wording.printed_unit("ug/L") == "microgram/L"


def test_an_unfamiliar_unit_is_shown_as_it_came():
    assert wording.printed_unit("kPa") == "kPa"


def test_annotations_of_a_unit_are_dropped():
    assert wording.printed_unit("10*3/uL{cells}") == "10*3/uL"
