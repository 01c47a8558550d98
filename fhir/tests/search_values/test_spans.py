"""What a date or an amount covers, and what odd ones do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from fhir.codec import loads
from fhir.search import spans
from fhir.search.reading import date_span, number_span
from fhir.search.spans import GREATEST, LEAST
from fhir.times import FIRST, LAST, moment_range

HOUSE = ZoneInfo(settings.TIME_ZONE)


def day(year, month=1, date=1, **more):
    return datetime(year, month, date, tzinfo=HOUSE, **more)


def end(year, month, date):
    return day(year, month, date, hour=23, minute=59, second=59, microsecond=999_999)


MOMENTS = [
    ("1958", day(1958), end(1958, 12, 31)),
    ("2024-02", day(2024, 2), end(2024, 2, 29)),
    ("2024-02-29", day(2024, 2, 29), end(2024, 2, 29)),
    ("2024-02-29T10:00:00Z", *[datetime(2024, 2, 29, 10, tzinfo=UTC)] * 2),
    ("2024-02-29T10:00:00+02:00", *[datetime(2024, 2, 29, 8, tzinfo=UTC)] * 2),
    ("2024-02-29T10:00:00.5Z", *[datetime(2024, 2, 29, 10, 0, 0, 500_000, tzinfo=UTC)] * 2),
]


@pytest.mark.parametrize(("text", "low", "high"), MOMENTS)
def test_a_date_covers_all_that_it_can_mean(text, low, high):
    assert spans.of_moment(text) == (low, high)


NO_MOMENTS = [
    *("?", "", "2024-13", "2023-02-29", "0000", "24", "2024-02-29T25:00:00Z", "-2024", "20240229"),
    *("2024-02-29T10:00:00", "٢٠٢٤", "2024\n", 2024, None, True, {"value": "2024"}),
]


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_date_covers_nothing(text):
    assert spans.of_moment(text) is None


PERIODS = [
    ({"start": "2020", "end": "2021-05"}, day(2020), end(2021, 5, 31)),
    ({"start": "2020"}, day(2020), LAST),
    ({"end": "2020"}, FIRST, end(2020, 12, 31)),
]


@pytest.mark.parametrize(("period", "low", "high"), PERIODS)
def test_a_side_of_a_period_that_is_not_said_is_open(period, low, high):
    assert spans.of_period(period) == (low, high)


@pytest.mark.parametrize("period", [{}, {"start": "?"}, {"start": "2020", "end": "?"}, {"id": "x"}])
def test_a_period_that_says_nothing_certain_covers_nothing(period):
    assert spans.of_period(period) is None


TIMINGS = [
    ({"event": ["2021-03-01", "2020"]}, day(2020), end(2021, 3, 1)),
    ({"repeat": {"boundsPeriod": {"start": "2020", "end": "2021"}}}, day(2020), end(2021, 12, 31)),
    ({"repeat": {"boundsPeriod": {"start": "2020"}}, "event": ["2019"]}, day(2019), LAST),
]


@pytest.mark.parametrize(("timing", "low", "high"), TIMINGS)
def test_a_timing_goes_from_its_first_to_its_last_moment(timing, low, high):
    assert spans.of_timing(timing) == (low, high)


@pytest.mark.parametrize(
    "timing", [{}, {"repeat": {"frequency": 3}}, {"event": []}, {"event": "2020"}, {"event": ["?"]}]
)
def test_a_timing_without_moments_covers_nothing(timing):
    assert spans.of_timing(timing) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["0001", "9999", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
def test_the_edges_of_time_go_to_the_database_and_back(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, %s::timestamptz", spans.of_moment(text))
        low, high = cursor.fetchone()
    assert FIRST <= low <= high <= LAST


NUMBERS = [
    ("100", 100),
    ("1e2", 100),
    ("1.0E-5", "0.000010"),
    ("-3", -3),
    ("0.10", "0.10"),
    ("-0", 0),
]


@pytest.mark.parametrize(("literal", "number"), NUMBERS)
def test_a_number_is_a_point(literal, number):
    assert spans.of_number(loads(literal)) == Decimal(number)


@pytest.mark.parametrize(
    "value",
    ["5", None, True, 1.5, [], {}, 10**200, Decimal("1e999"), Decimal("1E-5000"), Decimal("NaN")],
)
def test_what_is_no_number_of_this_world_is_none(value):
    assert spans.of_number(value) is None


AMOUNTS = [
    ({"value": 5}, 5, 5),
    ({"value": 5, "comparator": "<="}, LEAST, 5),
    ({"value": 5, "comparator": ">="}, 5, GREATEST),
    ({"value": Decimal("5.40")}, Decimal("5.4"), Decimal("5.4")),
    ({"value": 5, "comparator": "about"}, 5, 5),
]


@pytest.mark.parametrize(("amount", "low", "high"), AMOUNTS)
def test_an_amount_lies_between(amount, low, high):
    assert spans.of_amount(amount) == (low, high)


def test_less_than_does_not_reach_the_number():
    assert spans.of_amount({"value": 5, "comparator": "<"})[1] < 5


def test_more_than_starts_above_the_number():
    assert spans.of_amount({"value": 5, "comparator": ">"})[0] > 5


RANGES = [
    ({"low": {"value": 1}, "high": {"value": 3}}, 1, 3),
    ({"low": {"value": 1}}, 1, GREATEST),
    ({"high": {"value": 3}}, LEAST, 3),
]


@pytest.mark.parametrize(("given", "low", "high"), RANGES)
def test_a_side_of_a_range_that_is_not_said_is_open(given, low, high):
    assert spans.of_range(given) == (low, high)


SAMPLES = [
    ({"origin": {"value": 10}, "data": "1 -2 E 5 L"}, 8, 15),
    ({"origin": {"value": 0}, "factor": Decimal("0.5"), "data": "4 2"}, 1, 2),
    ({"origin": {"value": 0}, "factor": -1, "data": "4 2"}, -4, -2),
    ({"origin": {"value": 1}, "lowerLimit": -5, "upperLimit": 5, "data": "1 2"}, -4, 6),
]


@pytest.mark.parametrize(("samples", "low", "high"), SAMPLES)
def test_samples_lie_between_the_lowest_and_the_highest(samples, low, high):
    assert spans.of_samples(samples) == (low, high)


@pytest.mark.parametrize(
    "samples",
    [
        {},
        {"origin": {}, "data": "1"},
        {"origin": {"value": 0}, "data": "E U L"},
        {"origin": {"value": 0}, "data": "--1 1e5 ٣"},
        {"origin": {"value": 0}, "data": "1 " * 20_000},
        {"origin": {"value": 0}, "data": 5},
    ],
)
def test_samples_without_a_number_or_too_many_are_nowhere(samples):
    assert spans.of_samples(samples) is None


moments = st.datetimes(
    min_value=datetime.fromisoformat("0002-01-01"),
    max_value=datetime.fromisoformat("9998-01-01"),
    timezones=st.just(UTC),
)


@given(moments, st.sampled_from([4, 7, 10]))
def test_a_moment_lies_within_every_shorter_spelling_of_it(moment, letters):
    text = moment.astimezone(HOUSE).isoformat()
    low, high = spans.of_moment(text[:letters])
    assert low <= moment <= high


@given(moments)
def test_a_longer_spelling_covers_less(moment):
    text = moment.astimezone(HOUSE).isoformat()
    covered = [spans.of_moment(text[:letters]) for letters in (4, 7, 10)]
    widths = [high - low for low, high in covered]
    assert sorted(widths, reverse=True) == widths
    assert widths[-1] <= timedelta(days=1, hours=3)


@given(moments, st.sampled_from([4, 7, 10]))
def test_a_date_is_found_by_its_own_spelling(moment, letters):
    text = moment.astimezone(HOUSE).isoformat()[:letters]
    asked = date_span("date", text)
    low, high = spans.of_moment(text)
    assert asked.low <= low
    assert high <= asked.high


numbers = st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
)


@given(numbers)
def test_a_number_is_found_by_its_own_spelling(number):
    asked = number_span("value", str(number))
    assert asked.low <= spans.of_number(number) < asked.high


@given(numbers)
def test_a_more_precise_number_asks_for_less(number):
    rough, fine = (number_span("value", str(number.quantize(Decimal(e)))) for e in ("0.1", "0.001"))
    assert fine.high - fine.low < rough.high - rough.low


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("text", ["0001", "9999", "9999-12-31T23:59:59-12:00"])
def test_no_zone_leads_beyond_the_edges_of_time(text, zone, settings):
    settings.TIME_ZONE = zone
    low, high = moment_range(text)
    assert FIRST <= low <= high <= LAST
