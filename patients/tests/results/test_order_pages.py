"""The forms of orders and results: what they take, what they give back, to whom they open."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.acts import orders, results
from patients.models import DiagnosticReport, Observation, ServiceRequest
from patients.tests.results.conftest import found


def now_typed():
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


def test_ordering_on_the_page(client, dr_ames, rosa):
    client.force_login(dr_ames)
    data = {
        "patient": rosa.id,
        "kind": "imaging",
        "examination": "Chest X-ray",
        "reason": "Cough",
        "priority": "urgent",
    }
    client.post(f"/patients/{rosa.id}/orders/new/", data)
    page = client.get(f"/patients/{rosa.id}/orders/").content.decode()
    assert "Chest X-ray" in page
    assert "urgent" in page


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"examination": ""},
        {"kind": "magic"},
        {"test": "Potassium"},  # both kinds at once
        {"examination": "x" * 301},
        {"priority": "whenever"},
    ],
)
def test_half_an_order_comes_back_with_what_is_wrong(client, dr_ames, rosa, change):
    client.force_login(dr_ames)
    data = {
        "patient": rosa.id,
        "kind": "imaging",
        "examination": "Chest X-ray",
        "reason": "Cough",
        "priority": "routine",
    }
    assert client.post(f"/patients/{rosa.id}/orders/new/", data | change).status_code == 422


def test_an_order_for_another_tabs_patient_is_refused(client, dr_ames, rosa, otto):
    client.force_login(dr_ames)
    data = {"patient": otto.id, "kind": "imaging", "examination": "X", "reason": "Cough"}
    data["priority"] = "routine"
    assert client.post(f"/patients/{rosa.id}/orders/new/", data).status_code == 409
    assert not ServiceRequest.objects.exists()


def test_a_nurse_gets_no_order_form(client, nurse, rosa):
    client.force_login(nurse)
    assert client.get(f"/patients/{rosa.id}/orders/new/").status_code == 403


def test_another_facilitys_doctor_finds_no_order(client, dr_baum, ordered):
    client.force_login(dr_baum)
    assert client.get(f"/orders/{ordered.id}/").status_code == 404


def test_a_stale_form_keeps_what_was_typed(client, dr_ames, as_nurse, ordered, rosa):
    client.force_login(dr_ames)
    orders.collect(by=as_nurse, row=ordered, kind="Blood", at=timezone.now(), expected=1)
    data = {"patient": rosa.id, "revoke-reason": "Not needed", "revoke-version": "1"}
    answer = client.post(f"/orders/{ordered.id}/revoke/", data)
    assert answer.status_code == 409
    assert "Not needed" in answer.content.decode()


def test_a_specimen_of_tomorrow_is_refused(client, nurse, ordered, rosa):
    client.force_login(nurse)
    tomorrow = timezone.localtime() + timedelta(days=1)
    data = {
        "patient": rosa.id,
        "collect-kind": "Blood",
        "collect-at": f"{tomorrow:%Y-%m-%dT%H:%M}",
        "collect-version": "1",
    }
    answer = client.post(f"/orders/{ordered.id}/specimen/", data)
    assert answer.status_code == 422
    assert "is in the future" in answer.content.decode()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"do_not_perform": True}, "do not perform"),
        ({"intent": "proposal"}, "proposal, not ordered"),
        ({"intent": "plan"}, "plan, not ordered yet"),
        ({"intent": ""}, "intent not recorded"),
        ({"status": "revoked"}, "revoked"),
        ({"status": "unknown"}, "status unknown"),
        ({"status": ""}, "status not recorded"),
        ({"status": "entered-in-error"}, "<s>Potassium</s>"),
    ],
)
def test_what_changes_the_meaning_of_an_order_is_seen(
    client, dr_ames, ordered, rosa, columns, words
):
    for column, value in columns.items():
        setattr(ordered, column, value)
    changes.update(ordered, by=SYSTEM)
    client.force_login(dr_ames)
    assert words in client.get(f"/patients/{rosa.id}/orders/").content.decode()
    assert words in client.get(f"/orders/{ordered.id}/").content.decode()


def test_entering_a_result_on_the_page(client, nurse, ordered, rosa):
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "value": "<3.5",
        "unit": "mmol/L",
        "at": now_typed(),
        "status": "final",
        "version": "1",
        "complete": "on",
    }
    client.post(f"/orders/{ordered.id}/result/", data)
    row = Observation.objects.get()
    assert (row.value, row.value_comparator, row.value_ucum) == (Decimal("3.5"), "<", "mmol/L")


@pytest.mark.parametrize(
    "change",
    [{"unit": ""}, {"unit": "blorp"}, {"value": "4,2"}, {"at": ""}, {"low": "5", "high": "3"}],
)
def test_a_result_that_can_be_misread_comes_back(client, nurse, ordered, rosa, change):
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "value": "4.2",
        "unit": "mmol/L",
        "at": now_typed(),
        "status": "final",
        "version": "1",
    }
    assert client.post(f"/orders/{ordered.id}/result/", data | change).status_code == 422
    assert not Observation.objects.exists()


def test_a_stale_correction_shows_both_values(client, nurse, lab, rosa):
    row = lab(rosa, "4.4")
    row.value = Decimal("4.6")
    changes.update(row, by=SYSTEM)
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "value": "4.8",
        "unit": "mmol/L",
        "at": now_typed(),
        "reason": "Typing error",
        "version": "1",
    }
    answer = client.post(f"/observations/{row.id}/correct/", data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "4.6" in page
    assert "4.8" in page


def test_a_report_on_the_page(client, dr_ames, rosa):
    client.force_login(dr_ames)
    data = {
        "patient": rosa.id,
        "examination": "Knee X-ray",
        "at": now_typed(),
        "conclusion": "<b>No fracture</b>",
        "status": "final",
    }
    client.post(f"/patients/{rosa.id}/imaging/new/", data)
    page = client.get(f"/reports/{DiagnosticReport.objects.get().id}/").content.decode()
    assert "&lt;b&gt;No fracture&lt;/b&gt;" in page


def test_a_report_against_an_order_keeps_the_orders_code(client, nurse, ordered, rosa):
    client.force_login(nurse)
    data = {
        "patient": rosa.id,
        "examination": "Potassium",
        "at": now_typed(),
        "conclusion": "Haemolysed, repeat",
        "status": "final",
        "version": "1",
    }
    client.post(f"/orders/{ordered.id}/report/", data)
    row = DiagnosticReport.objects.get()
    assert (row.code_code, row.order_references) == ("2823-3", [ordered.reference])


def test_an_order_shows_what_came_of_it(client, dr_ames, as_nurse, ordered):
    results.enter(by=as_nurse, order=ordered, found=found("6.4"), expected=1)
    client.force_login(dr_ames)
    page = client.get(f"/orders/{ordered.id}/").content.decode()
    assert "6.4" in page
    assert "critically high" in page
