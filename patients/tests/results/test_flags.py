"""What a value is against its range; unknown is never normal."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from patients.chart.ranges import LocalRanges, assess
from patients.models import Observation, Patient, ReferenceRange

OWN = [{"low": {"value": Decimal("3.5")}, "high": {"value": Decimal("5.1")}}]
IN_MG = [{"low": {"value": Decimal("3.5"), "unit": "mg/dL"}}]
TWO = [
    {"low": {"value": Decimal(12)}, "text": "women 12 and more"},
    {"low": {"value": Decimal(14)}, "text": "men 14 and more"},
]


def potassium(value, *, comparator="", ranges=(), said=None, unit="mmol/L"):
    return Observation(
        code_system="http://loinc.org",
        code_code="2823-3",
        value=None if value is None else Decimal(value),
        value_comparator=comparator,
        value_ucum=unit,
        effective_start=timezone.now(),
        reference_ranges=list(ranges),
        interpretations=[{"coding": [{"code": said}]}] if said else [],
    )


@pytest.mark.parametrize(
    ("value", "comparator", "ranges", "said", "flag"),
    [
        ("4.2", "", OWN, None, ""),
        ("3.4", "", OWN, None, "L"),
        ("3.5", "", OWN, None, ""),
        ("5.2", "", OWN, None, "H"),
        ("4.2", "", OWN, "HH", "HH"),  # the sender's word wins
        ("9.9", "", OWN, "N", ""),
        ("4.2", "", [], "A", "A"),
        ("4.2", "", [], "AA", "AA"),
        ("3", "<", OWN, None, "L"),
        ("3.5", "<", OWN, None, "L"),
        ("5", "<", OWN, None, ""),  # below 5 may be inside or below
        ("6", ">", OWN, None, "H"),
        ("5.1", ">", OWN, None, "H"),
        ("4", ">", OWN, None, ""),
        ("9", "<", OWN, None, ""),
        ("2", "", IN_MG, None, ""),  # a range in another unit flags nothing
        ("13", "", TWO, None, ""),  # whose range it is, nobody knows
        ("99", "", [], None, ""),
        (None, "", OWN, None, ""),
    ],
)
def test_the_flag_of_a_value(value, comparator, ranges, said, flag):
    found = assess(potassium(value, comparator=comparator, ranges=ranges, said=said))
    assert found.flag == flag


def test_several_ranges_are_all_shown():
    found = assess(potassium("13", ranges=TWO))
    assert found.range_text == "women 12 and more; men 14 and more"


def test_a_range_of_another_kind_is_not_the_usual_one():
    therapeutic = [{"type": {"coding": [{"code": "therapeutic"}]}, "low": {"value": Decimal(9)}}]
    assert assess(potassium("4.2", ranges=therapeutic)).range_text == ""


@pytest.mark.parametrize("said", ["LL", "HH", "AA"])
def test_the_senders_critical_word_is_critical(said):
    assert assess(potassium("4.2", said=said)).critical


def aged(years, **columns):
    born = timezone.localdate() - timedelta(days=round(years * 365.25))
    return Patient(birth_date_low=born, birth_date_high=born, gender="female", **columns)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "flag"),
    [("4.2", ""), ("3.4", "L"), ("5.1", "H"), ("2.8", "LL"), ("6.2", "HH"), ("6.19", "H")],
)
def test_an_adult_without_a_range_of_the_laboratory_gets_the_local_one(value, flag):
    found = assess(potassium(value), LocalRanges(aged(50), {"2823-3"}))
    assert (found.flag, found.range_source) == (flag, "local")


@pytest.mark.django_db
@pytest.mark.parametrize("years", [0.1, 5, 15.9])
def test_a_child_gets_no_adult_range(years):
    found = assess(potassium("2.0"), LocalRanges(aged(years), {"2823-3"}))
    assert (found.flag, found.range_text) == ("", "")


@pytest.mark.django_db
def test_somebody_of_unknown_age_gets_no_local_range():
    found = assess(potassium("2.0"), LocalRanges(Patient(), {"2823-3"}))
    assert found.range_text == ""


@pytest.mark.django_db
def test_a_local_range_in_another_unit_flags_nothing():
    found = assess(potassium("20", unit="mg/dL"), LocalRanges(aged(50), {"2823-3"}))
    assert (found.flag, found.range_text) == ("", "")


@pytest.mark.django_db
def test_the_range_on_the_report_goes_before_the_local_one():
    found = assess(potassium("3.2", ranges=OWN), LocalRanges(aged(50), {"2823-3"}))
    assert (found.range_source, found.flag) == ("report", "L")


@pytest.mark.django_db
def test_a_critical_limit_of_this_house_raises_the_flag_of_a_range():
    found = assess(potassium("7.1", ranges=OWN), LocalRanges(aged(50), {"2823-3"}))
    assert (found.flag, found.flag_source) == ("HH", "local")


@pytest.mark.django_db
def test_a_sex_that_is_not_recorded_fits_no_range_of_one_sex():
    row = potassium("10", unit="g/dL")
    row.code_code = "718-7"
    known = LocalRanges(aged(50), {"718-7"})
    unknown = LocalRanges(aged(50), {"718-7"})
    unknown.patient.gender = "unknown"
    assert (assess(row, known).flag, assess(row, unknown).range_text) == ("L", "")


@pytest.mark.django_db
def test_a_facilitys_own_range_goes_before_the_houses(harbour, rosa):
    ReferenceRange.objects.create(
        code="2823-3", unit="mmol/L", low=3, high=6, source="Harbour", facility=harbour
    )
    found = assess(potassium("5.5"), LocalRanges(rosa, {"2823-3"}))
    assert (found.flag, found.range_text) == ("", "3–6")


@pytest.mark.django_db
def test_another_facilitys_range_is_not_used(hill, rosa):
    ReferenceRange.objects.create(
        code="2823-3", unit="mmol/L", low=1, high=99, source="Hill", facility=hill
    )
    assert assess(potassium("5.5"), LocalRanges(rosa, {"2823-3"})).flag == "H"


@pytest.mark.django_db
def test_every_local_range_names_its_source():
    assert not ReferenceRange.objects.filter(source="").exists()


@pytest.mark.django_db
def test_a_new_house_has_ranges_for_forty_tests():
    assert ReferenceRange.objects.values("name").distinct().count() >= 40


@pytest.mark.django_db
def test_no_range_of_a_new_house_is_for_children():
    assert not ReferenceRange.objects.filter(age_from_days__lt=16 * 365).exists()


def test_the_birthday_decides_on_the_day_of_the_specimen():
    born = date(2000, 1, 1)
    patient = Patient(birth_date_low=born, birth_date_high=born)
    row = potassium("2.0")
    row.effective_start = timezone.now().replace(year=2015, month=12, day=1)
    ranges = LocalRanges(None, ())
    ranges.patient = patient
    ranges.rows["2823-3"] = [
        ReferenceRange(code="2823-3", unit="mmol/L", low=3, high=5, age_from_days=5844)
    ]
    assert assess(row, ranges).range_text == ""
