"""The page of the list of medicines: who reaches it, and what it says."""

import pytest

from fhir import changes
from fhir.principal import SYSTEM
from patients.tests.medicines.conftest import order, posted
from patients.tests.medicines.signing import new, text


@pytest.mark.parametrize(
    "tail", ["", "new/", "elsewhere/", "reconcile/", "due/"], ids=lambda tail: tail or "list"
)
def test_a_doctor_of_another_house_finds_nothing(client, dr_baum, rosa, tail):
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/medications/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["", "renew/", "stop/", "hold/", "give/"])
def test_a_prescription_of_somebody_elses_patient_is_not_there(client, dr_baum, rosa, tail):
    client.force_login(dr_baum)
    assert client.get(f"/medications/{order(rosa).id}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["", "elsewhere/", "reconcile/", "due/"])
def test_a_nurse_reaches_the_pages_of_the_round(nurse_client, rosa, tail):
    assert nurse_client.get(f"/patients/{rosa.id}/medications/{tail}").status_code == 200


def test_a_nurse_may_not_open_the_prescription_form(nurse_client, rosa):
    assert nurse_client.get(new(rosa)).status_code == 403


def test_a_nurse_may_not_post_a_prescription(nurse_client, rosa):
    assert nurse_client.post(new(rosa), posted()).status_code == 403


@pytest.mark.parametrize("tail", ["renew/", "stop/", "hold/"])
def test_a_nurse_may_not_change_a_prescription(nurse_client, rosa, tail):
    assert nurse_client.get(f"/medications/{order(rosa).id}/{tail}").status_code == 403


def test_a_registrar_reads_no_medicines(client, registrar, rosa):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/medications/").status_code == 403


def test_the_list_says_that_nobody_reconciled_it(doctor_client, rosa):
    assert "Never reconciled here" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


def test_the_list_names_what_is_missing(doctor_client, rosa):
    order(rosa)
    assert "dosage not recorded" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


def test_the_list_of_the_dead_says_so(doctor_client, rosa):
    order(rosa)
    rosa.deceased = True
    changes.update(rosa, by=SYSTEM)
    assert "On the list at death" in text(doctor_client.get(f"/patients/{rosa.id}/medications/"))


@pytest.mark.parametrize("rows", [1, 100])
def test_the_page_asks_as_often_for_one_line_as_for_a_hundred(
    doctor_client, rosa, rows, django_assert_max_num_queries
):
    for number in range(rows):
        order(rosa, f"Medicine {number}")
        order(rosa, f"Old medicine {number}", status="stopped")
    doctor_client.get(f"/patients/{rosa.id}/medications/")
    with django_assert_max_num_queries(26):
        doctor_client.get(f"/patients/{rosa.id}/medications/")
