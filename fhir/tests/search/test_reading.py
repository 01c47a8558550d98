"""Values as clients write them: dates and numbers as ranges, commas and their escapes."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from fhir.errors import BadParameter
from fhir.search.criteria import Span
from fhir.search.reading import date_span, number_span, parts, plain, shown


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024-05-01T10:00Z", utc(2024, 5, 1, 10), utc(2024, 5, 1, 10, 0, 59, 999_999)),
        ("2024-05-01T10:00:00Z", utc(2024, 5, 1, 10), utc(2024, 5, 1, 10, 0, 0, 999_999)),
        (
            "2024-05-01T10:00:00.5Z",
            utc(2024, 5, 1, 10, 0, 0, 500_000),
            utc(2024, 5, 1, 10, 0, 0, 599_999),
        ),
        (
            "2024-05-01T10:00:00.123456789Z",
            utc(2024, 5, 1, 10, 0, 0, 123_456),
            utc(2024, 5, 1, 10, 0, 0, 123_456),
        ),
        ("2024-05-01T12:00:00+02:00", utc(2024, 5, 1, 10), utc(2024, 5, 1, 10, 0, 0, 999_999)),
    ],
)
def test_a_moment_is_as_wide_as_it_is_written(text, low, high):
    assert date_span("date", text) == Span("eq", low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", "2024-01-01T00:00:00", "2024-12-31T23:59:59.999999"),
        ("2024-02", "2024-02-01T00:00:00", "2024-02-29T23:59:59.999999"),
        ("2023-02-28", "2023-02-28T00:00:00", "2023-02-28T23:59:59.999999"),
        ("2024-05-01T10:30", "2024-05-01T10:30:00", "2024-05-01T10:30:59.999999"),
    ],
)
def test_without_a_zone_it_is_the_time_of_the_house(text, low, high, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    span = date_span("date", f"ge{text}")
    assert [
        span.prefix,
        *(end.replace(tzinfo=None).isoformat() for end in (span.low, span.high)),
    ] == [
        "ge",
        low,
        high,
    ]


@time_machine.travel("2016-01-11T00:00:00Z", tick=False)
def test_nearly_is_a_tenth_of_the_way_to_today():
    assert date_span("date", "ap2016-01-01T00:00:00Z").low == utc(2015, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "zz2020", "2020-13", "2020-02-30", "20200101", "2020-1-1", "ge", "0000"),
        *("2020-01-01T25:00Z", "2020-01-01T10Z", "2020T10:00Z", "10000", "２０２０", "2020\n"),
        *("gtge2020", "2020-01-01T10:00:00+99:99", "-2020", "2020-01-01T10:00:00Zulu"),
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadParameter, match="date="):
        date_span("date", text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("100", Span("eq", Decimal("99.5"), Decimal("100.5"), open_end=True)),
        ("100.00", Span("eq", Decimal("99.995"), Decimal("100.005"), open_end=True)),
        ("1e2", Span("eq", Decimal(50), Decimal(150), open_end=True)),
        ("-5.4", Span("eq", Decimal("-5.45"), Decimal("-5.35"), open_end=True)),
        ("ne0.1", Span("ne", Decimal("0.05"), Decimal("0.15"), open_end=True)),
        ("gt100", Span("gt", Decimal(100), Decimal(100))),
        ("ap100", Span("ap", Decimal(90), Decimal(110))),
        ("ap-100", Span("ap", Decimal(-110), Decimal(-90))),
    ],
)
def test_a_number_is_as_wide_as_its_digits(text, span):
    assert number_span("value", text) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "NaN",
        "Infinity",
        "1e9999",
        "1_000",
        "0x10",
        "1.",
        ".5",
        "１",
        "1" * 100,
        "gt",
        "1 ",
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadParameter, match="value="):
        number_span("value", text)


@given(st.lists(st.text(), min_size=1))
def test_what_is_escaped_and_joined_comes_apart_again(texts):
    def escaped(text):
        for sign in "\\,|$":
            text = text.replace(sign, f"\\{sign}")
        return text

    joined = ",".join(escaped(text) for text in texts)
    assert [plain(part) for part in parts(joined, ",")] == texts


@given(st.text() | st.text(alphabet=st.characters(categories=["Cs", "Cc"])))
def test_what_is_shown_can_always_be_sent(text):
    assert len(shown(text).encode()) < 1000
