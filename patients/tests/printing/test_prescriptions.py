"""A prescription on paper: what is signed, and what is no prescription."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.acts.medications import prescribe
from patients.models import AllergyIntolerance
from patients.prescribing.dose import Amount
from patients.tests.medicines.conftest import wanted
from patients.tests.printing.conftest import allergic, order, weighed

SIGN = "Signature and name of the prescriber"


@pytest.fixture
def printed(paper):
    def read(row):
        return paper(reverse("print-prescription", args=[row.id]))

    return read


def test_says_that_it_goes_nowhere_by_itself(rosa, printed):
    assert "Not transmitted: print and sign." in printed(order(rosa))


def test_has_a_line_to_sign_on(rosa, printed):
    assert SIGN in printed(order(rosa))


def test_a_typical_one_fits_one_page(rosa, as_ames, pages):
    row = prescribe(by=as_ames, patient=rosa, wanted=wanted(duration_days=7, refills=2))
    assert len(pages(reverse("print-prescription", args=[row.id]))) == 1


def test_says_the_whole_order(rosa, as_ames, printed):
    row = prescribe(by=as_ames, patient=rosa, wanted=wanted(duration_days=7, refills=2))
    said = printed(row)
    for part in (
        "5 mg by mouth once a day for 7 days",
        "Dose 5 mg",
        "Route by mouth",
        "Frequency once a day",
        "Refills 2",
        "Prescriber Dr Ada Ames",
    ):
        assert part in said


def test_weekly_is_loud(rosa, as_ames, printed):
    weekly = wanted("Methotrexate", frequency="weekly")
    assert "once WEEKLY" in printed(prescribe(by=as_ames, patient=rosa, wanted=weekly))


def test_what_is_not_recorded_is_said(rosa, printed):
    said = printed(order(rosa, dosages=[]))
    for part in (
        "dosage not recorded",
        "Refills not recorded",
        "Reason not recorded",
        "Allergies not recorded",
        "Weight not recorded",
    ):
        assert part in said


def test_names_allergies_with_reactions(rosa, printed):
    allergic(rosa, reactions=[{"manifestation": [{"text": "Hives"}], "severity": "severe"}])
    assert "Penicillin (Hives, severe" in printed(order(rosa))


def test_an_allergy_entered_in_error_is_absent(rosa, printed):
    changes.create(
        AllergyIntolerance(patient=rosa, code_text="Latex", verification_status="entered-in-error"),
        by=SYSTEM,
    )
    assert "Latex" not in printed(order(rosa))


def test_a_childs_dose_stands_per_kg(tove, as_ames, printed):
    weighed(tove, Decimal(20))
    row = prescribe(by=as_ames, patient=tove, wanted=wanted(dose=Amount(Decimal(100), "mg")))
    assert "5 mg per kg for each dose, at 20 kg" in printed(row)


def test_a_child_without_a_recent_weight_has_no_dose_per_kg(tove, printed):
    weighed(tove, Decimal(20), ago=timedelta(days=40))
    said = printed(order(tove))
    assert "cannot be told without a weight of the last 30 days" in said
    assert "weigh again" in said


def test_an_adult_has_no_dose_per_kg(rosa, as_ames, printed):
    weighed(rosa, Decimal(70))
    row = prescribe(by=as_ames, patient=rosa, wanted=wanted())
    assert "Per kg" not in printed(row)


def died(patient):
    patient.deceased = True
    changes.update(patient, by=SYSTEM, expected=patient.version)


@pytest.mark.parametrize(
    ("columns", "mark"),
    [
        ({"status": "entered-in-error"}, "ENTERED IN ERROR – not a prescription"),
        ({"status": "stopped"}, "STOPPED – not a valid prescription"),
        ({"status": "on-hold"}, "ON HOLD – not a valid prescription"),
        ({"status": ""}, "STATUS NOT RECORDED – not a valid prescription"),
        ({"intent": "proposal"}, "ONLY A PROPOSAL – not a prescription"),
        ({"do_not_perform": True}, "DO NOT GIVE – not a prescription"),
    ],
)
def test_what_is_no_prescription_says_so_and_cannot_be_signed(rosa, printed, columns, mark):
    said = printed(order(rosa, **columns))
    assert mark in said
    assert SIGN not in said
    assert "print and sign" not in said


def test_nothing_is_signed_for_the_dead(rosa, printed):
    row = order(rosa)
    died(rosa)
    said = printed(row)
    assert "THE PATIENT HAS DIED" in said
    assert SIGN not in said


def test_a_course_that_is_over_cannot_be_signed(rosa, printed):
    repeat = {"repeat": {"boundsDuration": {"value": 3, "code": "d"}}}
    begun = timezone.now() - timedelta(days=30)
    row = order(rosa, authored_at=begun, dosages=[{"text": "5 mg", "timing": repeat}])
    assert "COURSE OVER" in printed(row)


def test_all_current_ones_leave_out_what_is_none(rosa, paper):
    order(rosa, "Bisoprolol")
    order(rosa, "Warfarin", status="entered-in-error")
    order(rosa, "Digoxin", status="on-hold")
    order(rosa, "Lithium", do_not_perform=True)
    order(rosa, "Amiodarone", intent="plan")
    said = paper(reverse("print-prescriptions", args=[rosa.id]))
    assert "In all: 1 prescription" in said
    assert "Bisoprolol" in said
    for absent in ("Warfarin", "Digoxin", "Lithium", "Amiodarone"):
        assert absent not in said


def test_without_a_current_one_there_is_nothing_to_sign(rosa, paper):
    said = paper(reverse("print-prescriptions", args=[rosa.id]))
    assert "No prescription is current" in said
    assert SIGN not in said


def test_says_where_it_is_for(rosa, printed):
    assert "Setting Inpatient" in printed(order(rosa, categories=[{"text": "Inpatient"}]))


def test_what_is_not_understood_here_is_said(rosa, printed):
    odd = {"modifierExtension": [{"url": "urn:odd", "valueBoolean": True}]}
    assert "not understood here" in printed(order(rosa, extra=odd))
