"""Picking a product of the formulary on the page."""

import pytest

from patients.models import (
    MedicationRequest,
)
from patients.tests.medicines.signing import new, signed, text


def test_the_formulary_is_searched_without_a_patient(doctor_client):
    answer = doctor_client.post("/medications/choices/", {"medicine": "amoxi"})
    assert "amoxicillin" in text(answer).lower()


def test_the_formulary_is_not_searched_by_get(doctor_client):
    assert doctor_client.get("/medications/choices/").status_code == 405


def test_a_picked_product_fills_the_fields(doctor_client, rosa):
    found = doctor_client.post("/medications/choices/", {"medicine": "amoxicillin 500"})
    (value, *_more) = [choice.value for choice in found.context["choices"]]
    answer = doctor_client.post(new(rosa), {"medicine": "amoxi", "dose": "1 g", "pick": value})
    said = answer.context["form"].initial
    assert (said["medicine"], said["route"], said["dose"]) == (
        "amoxicillin 500 mg capsule",
        "oral",
        "1 g",
    )


def test_a_picked_product_is_coded_by_the_formulary(doctor_client, rosa):
    found = doctor_client.post("/medications/choices/", {"medicine": "amoxicillin 500"})
    choice = found.context["choices"][0]
    signed(doctor_client, rosa, medicine=choice.text, choice=choice.value, dose="500 mg")
    assert MedicationRequest.objects.get().medication_code == choice.rxnorm


def test_a_text_that_was_changed_after_picking_is_no_longer_that_product(doctor_client, rosa):
    found = doctor_client.post("/medications/choices/", {"medicine": "amoxicillin 500"})
    choice = found.context["choices"][0]
    signed(doctor_client, rosa, medicine="Ginger root", choice=choice.value)
    assert MedicationRequest.objects.get().medication_code == ""


@pytest.mark.parametrize("value", ["", "x", "a|b|c", "a\0b", "|" * 5000])
def test_a_choice_that_the_formulary_never_gave_is_free_text(doctor_client, rosa, value):
    answer = doctor_client.post(new(rosa), {"medicine": "amoxi", "pick": value})
    assert answer.context["form"].initial["medicine"] == "amoxi"


def test_what_the_formulary_lacks_is_said_to_be_free_text(doctor_client):
    answer = doctor_client.post("/medications/choices/", {"medicine": "dragonwort"})
    assert "cannot be checked" in text(answer)
