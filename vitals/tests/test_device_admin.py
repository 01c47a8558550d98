"""Devices in the Django admin."""

from __future__ import annotations

import re

import pytest

from vitals.models import Device, DeviceKey
from vitals.tests.conftest import DeviceClient

ADD = "/admin/vitals/device/add/"


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def form(harbour, **changed):
    return {
        "serial": "X-9", "manufacturer": "Acme", "model_name": "Patch", "kind": "patch",
        "facility": str(harbour.pk), "status": "active",
    } | changed  # fmt: skip


def key_on(page):
    return re.search(r"cw_[0-9a-f]{8}_[\w-]{43}", page.content.decode()).group()


def test_registers_a_device(office, harbour):
    office.post(ADD, form(harbour))
    assert Device.objects.get().serial == "X-9"


def test_shows_the_key_that_opens_the_door(office, harbour):
    assert DeviceClient(key_on(office.post(ADD, form(harbour)))).open().status_code == 201


def test_the_page_with_the_key_is_not_stored(office, harbour):
    assert "no-store" in office.post(ADD, form(harbour))["Cache-Control"]


def test_the_key_is_on_no_later_page(office, harbour):
    key = key_on(office.post(ADD, form(harbour)))
    page = office.get(f"/admin/vitals/device/{Device.objects.get().pk}/change/")
    assert page.status_code == 200
    assert key not in page.content.decode()


@pytest.mark.parametrize("serial", ["", "  ", "P-1"])
def test_a_serial_that_is_missing_or_taken_is_complained_about(office, harbour, patch, serial):
    page = office.post(ADD, form(harbour, serial=serial))
    assert page.context["errors"]
    assert Device.objects.count() == 1


def test_a_facility_of_others_cannot_be_chosen(office, harbour, hill):
    office.post(ADD, form(harbour, facility=str(hill.pk)))
    assert not Device.objects.exists()


def test_a_new_key_is_made_on_request(office, patch):
    page = office.post(f"/admin/vitals/device/{patch.pk}/rotate/")
    assert DeviceClient(key_on(page)).open().status_code == 201


def test_looking_at_the_question_makes_no_key(office, patch):
    office.get(f"/admin/vitals/device/{patch.pk}/rotate/")
    assert DeviceKey.objects.count() == 1


def test_all_keys_are_withdrawn_on_request(office, patch, device):
    office.post(f"/admin/vitals/device/{patch.pk}/revoke/")
    assert device.open().json()["code"] == "key-revoked"


def test_a_device_out_of_use_sends_nothing(office, patch, device):
    office.post(
        f"/admin/vitals/device/{patch.pk}/change/",
        {
            "manufacturer": "", "model_name": "", "kind": "patch", "status": "inactive",
            "keys-TOTAL_FORMS": 0, "keys-INITIAL_FORMS": 0,
        },
    )  # fmt: skip
    patch.refresh_from_db()
    assert (patch.status, patch.version) == ("inactive", 2)
    assert device.open().status_code == 401


def test_an_administrator_elsewhere_does_not_see_the_device(client, patch, hill):
    from accounts.roles import Role
    from tests.cast import staff

    client.force_login(staff("other", Role.ADMINISTRATOR, hill, is_staff=True))
    assert client.get(f"/admin/vitals/device/{patch.pk}/change/").status_code == 302


def test_a_nurse_does_not_get_in(client, nurse, patch):
    client.force_login(nurse)
    assert client.get(f"/admin/vitals/device/{patch.pk}/rotate/").status_code == 302


def test_the_admin_shows_no_patient(office, worn, patch, rosa):
    page = office.get(f"/admin/vitals/device/{patch.pk}/change/").content.decode()
    assert "Lindqvist" not in page
