"""How often: words, doses a day, FHIR Timing and back."""

from decimal import Decimal

import pytest

from patients.prescribing.frequency import frequencies, frequency, of_timing


@pytest.mark.parametrize("each", frequencies().values(), ids=frequencies())
def test_the_fhir_timing_means_the_same_again(each):
    back = of_timing(each.timing())
    assert back is not None
    assert (back.doses_per_day, back.when) == (each.doses_per_day, each.when)


@pytest.mark.parametrize(
    ("key", "per_day"),
    [
        ("once-daily", 1),
        ("three-times-daily", 3),
        ("every-6-h", 4),
        ("every-48-h", Decimal("0.5")),
        ("every-other-day", Decimal("0.5")),
    ],
)
def test_counts_doses_a_day(key, per_day):
    assert frequencies()[key].doses_per_day == per_day


def test_weekly_is_a_seventh_of_a_dose_a_day():
    assert frequencies()["weekly"].doses_per_day == Decimal(1) / 7


@pytest.mark.parametrize("key", ["once", "continuous"])
def test_without_rhythm_there_are_no_doses_a_day(key):
    assert frequencies()[key].doses_per_day is None


@pytest.mark.parametrize(
    ("key", "loud"),
    [
        ("weekly", "once WEEKLY"),
        ("monthly", "once MONTHLY"),
        ("twice-weekly", "twice WEEKLY"),
        ("every-72-h", "every 72 HOURS"),
        ("every-other-day", "every OTHER DAY"),
        ("once-daily", "once a day"),
        ("every-6-h", "every 6 hours"),
    ],
)
def test_what_is_not_daily_is_said_loudly(key, loud):
    assert frequencies()[key].loud == loud


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("twice daily", "twice-daily"),
        ("Every 8 hours", "every-8-h"),
        ("  once   a week ", "weekly"),
        ("at bedtime", "at-night"),
    ],
)
def test_knows_plain_words(words, key):
    assert frequency(words).key == key


@pytest.mark.parametrize("words", ["QD", "qod", "now and then", "", "tds", "x" * 500])
def test_knows_no_abbreviations_and_guesses_nothing(words):
    assert frequency(words) is None


@pytest.mark.parametrize(
    "repeat",
    [
        {"frequency": 7, "period": 1, "periodUnit": "d"},
        {"frequency": 1, "period": 1, "periodUnit": "d", "periodMax": 2},
        {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"},
        {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"]},
        {"frequency": 1, "period": 1, "periodUnit": "fortnight"},
    ],
)
def test_a_timing_with_more_than_we_know_is_not_understood(repeat):
    assert of_timing({"repeat": repeat}) is None


def test_reads_the_timing_of_an_imported_prescription():
    timing = {"repeat": {"frequency": 2, "period": 1.0, "periodUnit": "d"}}
    assert of_timing(timing).key == "twice-daily"
