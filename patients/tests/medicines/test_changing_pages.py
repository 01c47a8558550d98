"""Stopping, renewing and holding a prescription on its pages."""

import pytest

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import (
    MedicationRequest,
)
from patients.tests.medicines.conftest import order, posted
from patients.tests.medicines.signing import checked, give, signed, stop, text


def test_a_prescription_is_stopped_with_its_reason(doctor_client, rosa):
    row = order(rosa)
    stop(doctor_client, row, rosa)
    assert "Dizzy" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


def test_a_stop_before_the_start_is_refused_on_the_page(doctor_client, rosa):
    answer = stop(doctor_client, order(rosa), rosa, at="2020-01-01T10:00")
    assert (answer.status_code, "before the start" in text(answer)) == (422, True)


def test_a_stop_without_a_reason_is_refused_on_the_page(doctor_client, rosa):
    assert stop(doctor_client, order(rosa), rosa, reason=" ").status_code == 422


def test_a_stale_stop_gets_the_merge_page_with_the_reason(doctor_client, rosa):
    row = order(rosa)
    row.priority = "urgent"
    changes.update(row, by=SYSTEM)
    answer = stop(doctor_client, row, rosa)
    assert (answer.status_code, "Dizzy" in text(answer)) == (409, True)


def test_the_merge_page_saves_over_the_newer_version(doctor_client, rosa):
    row = order(rosa)
    row.priority = "urgent"
    changes.update(row, by=SYSTEM)
    stop(doctor_client, row, rosa, version="2")
    row.refresh_from_db()
    assert row.status == "stopped"


def test_a_stop_of_what_is_over_leads_to_what_stands(doctor_client, rosa):
    row = order(rosa, status="stopped")
    answer = stop(doctor_client, row, rosa)
    assert answer.status_code == 409
    assert f'href="/medications/{row.id}/"' in text(answer)


def test_a_stale_renewal_gets_the_merge_page(doctor_client, rosa):
    row = order(rosa)
    address = f"/medications/{row.id}/renew/"
    answer = doctor_client.post(address, posted(version="1"))
    row.priority = "urgent"
    changes.update(row, by=SYSTEM)
    said = posted(version="1", sign="1", shown=answer.context["shown"], patient=str(rosa.id))
    assert doctor_client.post(address, said).status_code == 409


def test_a_renewal_starts_from_what_was_prescribed(doctor_client, rosa):
    signed(doctor_client, rosa, dose="7.5 mg", frequency="twice-daily")
    row = MedicationRequest.objects.get()
    page = text(doctor_client.get(f"/medications/{row.id}/renew/"))
    assert ('value="7.5 mg"' in page, 'value="twice-daily" selected' in page) == (True, True)


def test_a_prescription_is_held_and_resumed(doctor_client, rosa):
    row = order(rosa)
    said = {"reason": "Slow pulse", "patient": str(rosa.id)}
    doctor_client.post(f"/medications/{row.id}/hold/", said | {"version": "1"})
    doctor_client.post(f"/medications/{row.id}/hold/", said | {"version": "2"})
    row.refresh_from_db()
    assert (row.status, row.version) == ("active", 3)


def test_a_stopped_prescription_is_not_changed(doctor_client, rosa):
    row = order(rosa, status="stopped")
    assert doctor_client.get(f"/medications/{row.id}/stop/").status_code == 409


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_of_another_millennium_is_refused(doctor_client, rosa, harbour, at):
    harbour.time_zone = "Europe/Oslo"
    changes.update(harbour, by=SYSTEM)
    row = order(rosa, authored_at=None)
    answers = [
        checked(doctor_client, rosa, start=at, duration_days="700")[0],
        stop(doctor_client, row, rosa, at=at),
        give(doctor_client, row, rosa, at=at),
        give(doctor_client, row, rosa, due_at=f"{at}:00+01:00"),
    ]
    assert [answer.status_code for answer in answers] == [422] * 4


def test_what_must_not_be_given_is_not_renewed(doctor_client, rosa):
    row = order(rosa, do_not_perform=True)
    address = f"/medications/{row.id}/renew/"
    shown = doctor_client.post(address, posted(version="1")).context["shown"]
    said = posted(version="1", sign="1", shown=shown, patient=str(rosa.id))
    assert doctor_client.post(address, said).status_code == 409
