"""Device as FHIR."""

from __future__ import annotations

import pytest

from accounts.principals import principal_of
from fhir import changes
from fhir.known import Known
from fhir.principal import SYSTEM
from fhir.registry import mapping, render
from vitals.models import Device

# In the form of https://hl7.org/fhir/R4/device-example-f001-feedingtube.html, and beyond.
FOREIGN = {
    "resourceType": "Device",
    "id": "f001",
    "text": {"status": "generated", "div": "<div>12345</div>"},
    "identifier": [{"system": "http://example.org/devices", "value": "12345"}],
    "status": "inactive",
    "manufacturer": "Acme",
    "serialNumber": "S" * 300,
    "deviceName": [
        {"name": "The Patch", "type": "user-friendly-name"},
        {"name": "P-2000", "type": "model-name"},
    ],
    "note": [{"text": "kept"}],
    "patient": {"reference": "Patient/somebody"},
}


def read(resource):
    return mapping("Device").read(resource, Known())


def without_meta(resource):
    return {name: value for name, value in resource.items() if name != "meta"}


def test_a_foreign_device_comes_out_as_it_came_in(db):
    device = changes.create(read(FOREIGN), by=SYSTEM)
    assert without_meta(render(Device.objects.get(pk=device.pk))) == FOREIGN


@pytest.mark.parametrize("names", [[], [{"name": "a", "type": "model-name"}] * 2])
def test_device_names_of_any_number_come_out_as_they_came_in(db, names):
    resource = {"resourceType": "Device", "id": "d", "deviceName": names}
    device = changes.create(read(resource), by=SYSTEM)
    assert without_meta(render(Device.objects.get(pk=device.pk))) == resource


def test_a_registered_device_says_what_it_is(patch, harbour):
    resource = render(Device.objects.select_related("facility").get(pk=patch.pk))
    assert resource["serialNumber"] == "P-1"
    assert resource["deviceName"] == [{"name": "Patch One", "type": "model-name"}]
    assert resource["owner"] == {"reference": harbour.reference}


def test_an_imported_device_has_no_key_and_cannot_be_worn(db, rosa, as_nurse):
    from vitals.acts.wearing import attach
    from vitals.errors import DeviceUnknown

    changes.create(read(FOREIGN | {"serialNumber": "P-7"}), by=SYSTEM)
    with pytest.raises(DeviceUnknown):
        attach(by=as_nurse, patient=rosa, serial="P-7")


def test_two_imported_devices_may_carry_the_same_serial(db):
    changes.create(read(FOREIGN), by=SYSTEM)
    changes.create(read(FOREIGN | {"id": "f002"}), by=SYSTEM)
    assert Device.objects.count() == 2


def test_a_device_that_names_a_patient_is_not_shown_to_people(harbour, dr_ames):
    owner = FOREIGN | {"id": "f003"}
    device = read(owner)
    device.facility = harbour
    changes.create(device, by=SYSTEM)
    assert not Device.objects.visible_to(principal_of(dr_ames)).exists()


def test_people_see_the_devices_of_their_facilities(patch, dr_ames, dr_baum):
    assert Device.objects.visible_to(principal_of(dr_ames)).get() == patch
    assert not Device.objects.visible_to(principal_of(dr_baum)).exists()
