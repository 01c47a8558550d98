"""The summary of a chart on paper says what is known, and what is not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from patients.models import Condition, Flag, MedicationStatement, Observation, Procedure
from patients.tests.printing.conftest import allergic, order, row, weighed


@pytest.fixture
def summary(rosa, paper):
    return lambda: paper(reverse("print-summary", args=[rosa.id]))


def problem(patient, text, **columns):
    said = {"clinical_status": "active", "categories": ["problem-list-item"]}
    return row(Condition, patient, code_text=text, **said | columns)


def sodium(patient, value, **columns):
    said = {
        "status": "final",
        "categories": ["laboratory"],
        "code_system": "http://loinc.org",
        "code_code": "2951-2",
        "code_text": "Sodium",
        "value": Decimal(value),
        "value_ucum": "mmol/L",
        "effective_start": timezone.now() - timedelta(hours=5),
    }
    return row(Observation, patient, **said | columns)


def test_a_medicine_of_which_nobody_knows_more_says_so(summary, rosa):
    day = timezone.now() - timedelta(days=3)
    said = {"status": "unknown", "medication_text": "Ibuprofen", "asserted_at": day}
    row(MedicationStatement, rosa, **said)
    assert "not known whether it is still taken" in " ".join(summary().split())


def test_an_empty_chart_says_none_recorded_for_each_part(summary):
    said = summary()
    assert "Allergies not recorded" in said
    assert said.count("None recorded.") == 7
    assert "Resuscitation" in said


def test_no_known_allergies_is_not_the_same_as_not_recorded(rosa, summary):
    allergic(rosa, "No known allergy", code_system="http://snomed.info/sct", code_code="716186003")
    assert "No known allergies" in summary()


def test_problems_stand_with_their_doubt(rosa, summary):
    problem(rosa, "Gout", verification_status="provisional")
    assert "Gout provisional" in summary()


def test_a_problem_entered_in_error_is_absent(rosa, summary):
    problem(rosa, "Leukaemia", verification_status="entered-in-error")
    assert "Leukaemia" not in summary()


def test_a_medicine_entered_in_error_is_absent(rosa, summary):
    order(rosa, "Warfarin", status="entered-in-error")
    assert "Warfarin" not in summary()


def test_a_medicine_not_to_give_says_so(rosa, summary):
    order(rosa, "Metformin", do_not_perform=True)
    assert "DO NOT GIVE: Metformin" in summary()


def test_a_medicine_on_hold_says_so(rosa, summary):
    order(rosa, "Digoxin", status="on-hold")
    assert "on hold" in summary()


def test_a_result_stands_with_unit_flag_and_range(rosa, summary):
    sodium(
        rosa,
        "128",
        reference_ranges=[
            {"low": {"value": 135, "unit": "mmol/L"}, "high": {"value": 145, "unit": "mmol/L"}}
        ],
    )
    said = summary()
    assert "128 mmol/L L low" in said
    assert "135–145" in said


def test_a_result_without_a_range_says_so(rosa, summary):
    sodium(rosa, "128", code_code="", code_text="Odd test")
    assert "no reference range" in summary()


def test_a_result_entered_in_error_is_absent(rosa, summary):
    sodium(rosa, "128", status="entered-in-error")
    assert "128 mmol/L" not in summary()


def test_a_vital_sign_stands_with_its_time_and_zone(rosa, harbour, summary):
    weighed(rosa, Decimal(70))
    at = timezone.localtime(timezone.now() - timedelta(days=1))
    assert f"70 kg {at:%d-%b-%Y}" in summary()
    assert "+00:00" in summary()


def test_an_operation_not_done_says_so(rosa, summary):
    row(
        Procedure,
        rosa,
        status="not-done",
        code_text="Appendectomy",
        category_code="387713003",
    )
    assert "NOT DONE: Appendectomy" in summary()


def test_flags_stand_on_top(rosa, summary):
    row(Flag, rosa, status="active", code_text="Falls at night")
    said = summary()
    assert said.index("Falls at night") < said.index("Problems")


def test_times_stand_in_the_zone_of_the_facility(rosa, harbour, summary):
    type(harbour).objects.filter(pk=harbour.pk).update(time_zone="Asia/Kolkata")
    assert "+05:30 by Dr Ada Ames" in summary()
