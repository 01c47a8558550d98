"""What is taken from elsewhere, and the walk through the whole list."""

import pytest

from patients.models import (
    MedicationReview,
    MedicationStatement,
)
from patients.tests.medicines.conftest import order
from patients.tests.medicines.signing import text


def elsewhere(client, rosa, **fields):
    said = {
        "medicine": "St John's wort",
        "status": "active",
        "source": "the patient",
        "patient": str(rosa.id),
    }
    return client.post(f"/patients/{rosa.id}/medications/elsewhere/", said | fields)


def test_a_nurse_records_a_medicine_from_elsewhere(nurse_client, rosa):
    elsewhere(nurse_client, rosa, since="2019")
    row = MedicationStatement.objects.get()
    assert "Said by: the patient" in text(nurse_client.get(f"/statements/{row.id}/"))


@pytest.mark.parametrize(("field", "value"), [("since", "soon"), ("since", "2090"), ("source", "")])
def test_a_statement_that_cannot_be_is_refused(nurse_client, rosa, field, value):
    assert elsewhere(nurse_client, rosa, **{field: value}).status_code == 422


def test_a_statement_is_ended_with_its_reason(nurse_client, rosa):
    elsewhere(nurse_client, rosa)
    row = MedicationStatement.objects.get()
    said = {"reason": "Rash", "version": "1", "patient": str(rosa.id)}
    nurse_client.post(f"/statements/{row.id}/stop/", said)
    assert "Rash" in text(nurse_client.get(f"/statements/{row.id}/"))


def walk(client, rosa, row, **fields):
    line = {"outcome": "confirmed", "reference": row.reference, "version": "1", "reason": ""}
    said = {f"{row.id}-{name}": value for name, value in (line | fields).items()}
    about = {"source": "the patient", "patient": str(rosa.id)}
    return client.post(f"/patients/{rosa.id}/medications/reconcile/", said | about)


def test_a_walk_stands_in_the_header(doctor_client, rosa):
    walk(doctor_client, rosa, order(rosa))
    page = text(doctor_client.get(f"/patients/{rosa.id}/medications/"))
    assert "Last reconciled by Dr Ada Ames" in page


def test_a_walk_with_an_open_line_is_refused(doctor_client, rosa):
    answer = walk(doctor_client, rosa, order(rosa), outcome="")
    assert (answer.status_code, MedicationReview.objects.count()) == (422, 0)
    assert "Choose what became of it." in text(answer)


def test_a_walk_over_a_list_that_changed_keeps_nothing(doctor_client, rosa):
    row = order(rosa)
    order(rosa, "Warfarin")
    answer = walk(doctor_client, rosa, row)
    assert (answer.status_code, MedicationReview.objects.count()) == (409, 0)


def test_a_walk_over_a_list_that_changed_keeps_the_answers_in_the_form(doctor_client, rosa):
    row = order(rosa)
    order(rosa, "Warfarin")
    answer = walk(doctor_client, rosa, row, outcome="changed", reason="takes half of it")
    assert "takes half of it" in text(answer)


def test_a_nurse_is_not_offered_to_stop_a_prescription(nurse_client, rosa):
    answer = walk(nurse_client, rosa, order(rosa), outcome="stopped", reason="x")
    assert (answer.status_code, MedicationReview.objects.count()) == (422, 0)


def test_a_nurse_ends_what_is_taken_from_elsewhere(nurse_client, rosa):
    elsewhere(nurse_client, rosa)
    row = MedicationStatement.objects.get()
    walk(nurse_client, rosa, row, outcome="stopped", reason="Rash")
    row.refresh_from_db()
    assert row.status == "stopped"
