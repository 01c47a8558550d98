"""The discharge letter: one stay, and nothing that does not belong to it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.acts.notes import start_draft
from patients.dosages import STATUS_CHANGED, with_moment
from patients.models import Appointment, Condition, NoteTemplate, Observation, Procedure, Task
from patients.tests.notes.conftest import signed, write
from patients.tests.printing.conftest import order, row


@pytest.fixture
def letter(stay, paper):
    return lambda: paper(reverse("print-letter", args=[stay.id]))


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def changed(at):
    return {"extensions": with_moment([], STATUS_CHANGED, at)}


def test_says_why_and_where_and_until_when(letter):
    said = letter()
    assert "Reason Chest pain" in said
    assert "Inpatient stay" in said
    assert "not discharged" not in said


def test_names_the_diagnoses_of_the_stay(rosa, stay, letter):
    row(Condition, rosa, encounter=stay, code_text="Angina", clinical_status="active")
    assert "Angina" in letter()


def test_a_diagnosis_entered_in_error_or_refuted_is_absent(rosa, stay, letter):
    for status in ("entered-in-error", "refuted"):
        row(Condition, rosa, encounter=stay, code_text="Cancer", verification_status=status)
    assert "Cancer" not in letter()


def test_without_a_signed_discharge_note_it_says_so(letter):
    assert "No discharge note is signed for this visit." in letter()


@pytest.fixture
def discharge_draft(as_ames, rosa, stay):
    outline = "Course"
    template = NoteTemplate.objects.create(name="Leaving", kind="discharge", outline=outline)
    draft = start_draft(by=as_ames, patient=rosa, template=template)
    draft.encounter = stay
    draft.save()
    return draft


def test_the_course_is_the_signed_discharge_note(as_ames, discharge_draft, letter):
    signed(as_ames, write(as_ames, discharge_draft, ["Pain settled on day two."]))
    said = letter()
    assert "Pain settled on day two." in said
    assert "Signed electronically by Dr Ada Ames" in said


def test_an_unsigned_discharge_note_is_no_course(as_ames, discharge_draft, letter):
    write(as_ames, discharge_draft, ["Pain settled on day two."])
    assert "Pain settled" not in letter()


def test_procedures_and_results_of_the_stay_stand_in_it(rosa, stay, letter):
    row(Procedure, rosa, encounter=stay, code_text="Angiography", status="completed")
    row(
        Observation,
        rosa,
        encounter=stay,
        status="final",
        categories=["laboratory"],
        code_text="Troponin T",
        value=Decimal(52),
        value_ucum="ng/L",
        effective_start=days_ago(3),
    )
    said = letter()
    assert "Angiography" in said
    assert "52 ng/L" in said


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"authored_at": days_ago(300)}, "unchanged"),
        ({"authored_at": days_ago(2)}, "NEW"),
        (
            {"authored_at": days_ago(2), "prior_prescription": "MedicationRequest/before"},
            "CHANGED during the stay",
        ),
    ],
)
def test_each_medicine_says_what_the_stay_did_to_it(rosa, letter, columns, words):
    order(rosa, "Bisoprolol", **columns)
    said = letter()
    assert words in said[said.index("Medicines at discharge") :]


def test_what_was_stopped_during_the_stay_stands_apart(rosa, letter):
    order(rosa, "Ibuprofen", authored_at=days_ago(90), status="stopped", **changed(days_ago(2)))
    said = letter()
    assert said.index("Stopped during the stay: do not take") < said.index("Ibuprofen")


def test_what_was_stopped_after_the_stay_was_taken_at_its_end(rosa, stay, letter):
    later = stay.end + timedelta(minutes=30)
    order(rosa, "Ramipril", authored_at=days_ago(90), status="stopped", **changed(later))
    said = letter()
    assert "Stopped during the stay" not in said
    assert "Ramipril" in said


def test_what_was_stopped_before_the_stay_is_absent(rosa, letter):
    order(rosa, "Codeine", authored_at=days_ago(90), status="stopped", **changed(days_ago(30)))
    assert "Codeine" not in letter()


def test_a_medicine_entered_in_error_is_absent(rosa, letter):
    order(rosa, "Warfarin", status="entered-in-error", **changed(days_ago(2)))
    assert "Warfarin" not in letter()


def test_follow_ups_and_appointments_close_it(rosa, letter):
    row(Task, rosa, status="requested", intent="order", description="Check potassium")
    row(
        Appointment,
        rosa,
        status="booked",
        start=timezone.now() + timedelta(days=9),
        service_types=[{"text": "Cardiology clinic"}],
    )
    said = letter()
    assert "Check potassium" in said
    assert "Cardiology clinic" in said


def test_before_discharge_it_is_provisional(rosa, stay, letter):
    stay.status, stay.end = "in-progress", None
    changes.update(stay, by=SYSTEM, expected=stay.version)
    assert "this letter is provisional" in letter()


def test_of_a_visit_entered_in_error_it_counts_for_nothing(rosa, stay, letter):
    stay.status = "entered-in-error"
    changes.update(stay, by=SYSTEM, expected=stay.version)
    assert "ENTERED IN ERROR – this visit counts for nothing" in letter()


def test_what_was_ordered_for_the_stay_alone_says_so(rosa, letter):
    order(rosa, "Enoxaparin", authored_at=days_ago(2), categories=[{"text": "Inpatient"}])
    assert "ordered for the stay: at home only if somebody says so" in letter()
