"""What nobody here understands is loud wherever the record is shown, at any depth."""

import pytest
from django.utils import timezone

from fhir.definitions import modifier_elements
from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.registry import mapping, native_types
from patients.tests.modifiers.shown import NAME, NOT_OFFERED, NOT_UNDERSTOOD, SHOWN
from tests.fhir_samples import with_odd_modifier
from vitals.models import Device, Pairing

UNKNOWN = ("modifierExtension", "implicitRules")
PLACES = [
    (type_, path)
    for type_ in native_types()
    for path in modifier_elements(type_)
    if path.endswith(UNKNOWN)
]


def bring(*resources):
    items = [("x", dict(each), "") for each in resources]
    outcome = take_in(items, by=SYSTEM, origin="test")
    assert outcome.refused == []


@pytest.fixture
def page(client, dr_ames, rosa):
    """The page that shows a resource."""
    client.force_login(dr_ames)

    def show(resource):
        shown = SHOWN[resource["resourceType"]]
        bring(resource, *shown.along)
        if resource["resourceType"] == "Device":
            worn(rosa)
        address = shown.page
        for each in (resource, *shown.along):
            kind, key = each["resourceType"], each["id"]
            if f"{{{kind}}}" in address:
                found = mapping(kind).model.objects.get(fhir_id=key)
                address = address.replace(f"{{{kind}}}", str(found.pk))
        root = "" if address.startswith("/") else f"/patients/{rosa.id}/"
        answer = client.get(root + address)
        assert answer.status_code == 200
        return answer.content.decode()

    return show


def worn(patient):
    device = Device.objects.get(fhir_id="shown")
    Pairing.objects.create(device=device, patient=patient, start=timezone.now())


def test_every_type_is_shown_somewhere():
    assert set(SHOWN) == set(native_types())


@pytest.mark.parametrize("type_", native_types())
def test_without_them_the_type_is_named_and_nothing_is_odd(page, type_):
    text = page(SHOWN[type_].resource)
    assert (NAME in text, NOT_UNDERSTOOD in text) == (True, False)


@pytest.mark.parametrize(("type_", "path"), PLACES)
def test_an_unknown_modifier_is_loud(page, type_, path):
    text = page(with_odd_modifier(SHOWN[type_].resource, path))
    if type_ in NOT_OFFERED:
        assert NAME not in text
    else:
        assert NOT_UNDERSTOOD in text
