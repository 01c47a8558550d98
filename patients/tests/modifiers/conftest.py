"""The page of a chart, or of the house, that shows a resource."""

import pytest
from django.utils import timezone

from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.registry import mapping
from patients.tests.modifiers.shown import SHOWN
from vitals.models import Device, Pairing


def bring(*resources):
    items = [("x", dict(each), "") for each in resources]
    outcome = take_in(items, by=SYSTEM, origin="test")
    assert outcome.refused == []


@pytest.fixture
def page(client, dr_ames, rosa):
    """The page that shows a resource."""
    client.force_login(dr_ames)

    def show(resource, query=""):
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
        answer = client.get(root + address + query)
        assert answer.status_code == 200
        return answer.content.decode()

    return show


def worn(patient):
    device = Device.objects.get(fhir_id="shown")
    Pairing.objects.get_or_create(
        device=device, patient=patient, defaults={"start": timezone.now()}
    )
