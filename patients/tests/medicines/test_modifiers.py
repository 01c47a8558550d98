"""Every modifier of a medicine's record is seen on its page."""

import pytest

from fhir import changes
from fhir.definitions import modifier_elements
from fhir.principal import SYSTEM
from patients.models import (
    Medication,
    MedicationAdministration,
    MedicationStatement,
)
from patients.tests.medicines.conftest import order
from patients.tests.medicines.signing import text


def order_page(client, rosa, **columns):
    return text(client.get(f"/medications/{order(rosa, **columns).id}/"))


def statement_page(client, rosa, **columns):
    row = MedicationStatement(patient=rosa, medication_text="Zinc", **columns)
    return text(client.get(f"/statements/{changes.create(row, by=SYSTEM).id}/"))


def dose_page(client, rosa, **columns):
    row = MedicationAdministration(patient=rosa, medication_text="Zinc", **columns)
    return text(client.get(f"/administrations/{changes.create(row, by=SYSTEM).id}/"))


def medicine_page(client, rosa, **columns):
    row = changes.create(Medication(code_text="Zinc", **columns), by=SYSTEM)
    return order_page(client, rosa, medication_text="", medication_reference=row.reference)


INSIDE = [{"url": "urn:x", "valueBoolean": True}]


LOUD = "contains information not understood here"


# Element of the definitions → a value of it, and the words that the page then shows.
VISIBLE = {
    ("MedicationRequest", "status"): (order_page, {"status": "draft"}, "draft"),
    ("MedicationRequest", "intent"): (order_page, {"intent": "option"}, "not ordered"),
    ("MedicationRequest", "doNotPerform"): (order_page, {"do_not_perform": True}, "Do not give"),
    ("MedicationRequest", "dispenseRequest.modifierExtension"): (
        order_page,
        {"dispense": {"modifierExtension": INSIDE}},
        LOUD,
    ),
    ("MedicationRequest", "dispenseRequest.initialFill.modifierExtension"): (
        order_page,
        {"dispense": {"initialFill": {"modifierExtension": INSIDE}}},
        LOUD,
    ),
    ("MedicationRequest", "substitution.modifierExtension"): (
        order_page,
        {"substitution": {"modifierExtension": INSIDE}},
        LOUD,
    ),
    ("MedicationStatement", "status"): (statement_page, {"status": "not-taken"}, "not taken"),
    ("MedicationAdministration", "status"): (dose_page, {"status": "not-done"}, "not given"),
    ("MedicationAdministration", "performer.modifierExtension"): (
        dose_page,
        {"performers": [{"modifierExtension": INSIDE}]},
        LOUD,
    ),
    ("MedicationAdministration", "dosage.modifierExtension"): (
        dose_page,
        {"dosage": {"modifierExtension": INSIDE}},
        LOUD,
    ),
    ("Medication", "status"): (medicine_page, {"status": "entered-in-error"}, "entered in error"),
    ("Medication", "ingredient.modifierExtension"): (
        medicine_page,
        {"ingredients": [{"modifierExtension": INSIDE}]},
        LOUD,
    ),
    ("Medication", "batch.modifierExtension"): (
        medicine_page,
        {"batch": {"modifierExtension": INSIDE}},
        LOUD,
    ),
}


EVERYWHERE = ("implicitRules", "modifierExtension")


TYPES = ("Medication", "MedicationAdministration", "MedicationRequest", "MedicationStatement")


@pytest.mark.parametrize(
    ("kind", "element"),
    [(t, e) for t in TYPES for e in modifier_elements(t) if e not in EVERYWHERE],
)
def test_every_modifier_is_seen(doctor_client, rosa, kind, element):
    page, columns, words = VISIBLE[kind, element]
    assert words in page(doctor_client, rosa, **columns)


@pytest.mark.parametrize("page", [order_page, statement_page, dose_page, medicine_page])
@pytest.mark.parametrize("element", EVERYWHERE)
def test_what_every_type_may_carry_is_loud(doctor_client, rosa, page, element):
    value = INSIDE if element == "modifierExtension" else "urn:rules"
    assert LOUD in page(doctor_client, rosa, extra={element: value})


@pytest.mark.parametrize("page", [order_page, statement_page, dose_page])
def test_what_was_entered_in_error_is_struck_through(doctor_client, rosa, page):
    assert "<s>" in page(doctor_client, rosa, status="entered-in-error")
