"""Attaching, detaching, unassigned data and the upload console, as pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vitals.models import Pairing
from vitals.tests.conftest import wave

ROOT = Path(__file__).resolve().parents[2]
FORM = {"serial": "P-1", "lead": "patch", "wear_site": "chest", "pacemaker": "no", "confirm": "on"}


@pytest.fixture
def ward(client, nurse):
    client.force_login(nurse)
    return client


@pytest.fixture
def attach_url(rosa):
    return f"/patients/{rosa.pk}/devices/attach/"


def test_two_identifiers_of_the_patient_are_shown(ward, patch, attach_url):
    page = ward.get(attach_url).content.decode()
    assert "12-Mar-1960" in page
    assert "100-1" in page


def test_a_nurse_attaches_a_device_on_the_patients_page(ward, patch, rosa, attach_url):
    answer = ward.post(attach_url, FORM)
    assert answer.url == f"/patients/{rosa.pk}/"
    assert Pairing.objects.get().patient == rosa


@pytest.mark.parametrize("missing", ["serial", "pacemaker", "confirm"])
def test_what_is_missing_is_asked_for(ward, patch, attach_url, missing):
    answer = ward.post(attach_url, FORM | {missing: ""})
    assert answer.status_code == 422
    assert missing in answer.context["form"].errors


def test_an_unknown_serial_is_told_beside_its_field(ward, patch, attach_url):
    answer = ward.post(attach_url, FORM | {"serial": "P-404"})
    assert "No device with this serial" in str(answer.context["form"].errors["serial"])


def test_a_device_that_is_worn_by_somebody_else_is_told(ward, worn, attach_url):
    answer = ward.post(attach_url, FORM)
    assert answer.status_code == 422
    assert "Detach it there first" in str(answer.context["form"].errors["serial"])


def test_the_refusal_does_not_name_who_wears_it(ward, worn, attach_url):
    from html import unescape

    answer = ward.post(attach_url, FORM)
    assert "Lindqvist" not in unescape(str(answer.context["form"].errors))


def test_a_nurse_detaches_it(ward, worn):
    ward.post(f"/pairings/{worn.pk}/detach/", {"reason": "done"})
    worn.refresh_from_db()
    assert worn.end is not None


def test_detaching_asks_why(ward, worn):
    answer = ward.post(f"/pairings/{worn.pk}/detach/", {"reason": ""})
    assert answer.status_code == 422
    worn.refresh_from_db()
    assert worn.end is None


def test_a_stranger_finds_neither_page(client, dr_baum, worn, attach_url):
    client.force_login(dr_baum)
    assert client.get(attach_url).status_code == 404
    assert client.get(f"/pairings/{worn.pk}/detach/").status_code == 404


def test_an_administrator_attaches_nothing(client, administrator, patch, attach_url):
    client.force_login(administrator)
    assert client.post(attach_url, FORM).status_code == 403


def test_the_chart_lists_who_wore_what(ward, worn, rosa):
    page = ward.get(f"/patients/{rosa.pk}/").content.decode()
    assert "P-1" in page


def test_unworn_data_waits_under_unassigned(ward, device, patch):
    recording = device.open().json()["id"]
    device.put(recording, 0, wave())
    (row,) = ward.get("/unassigned/").context["rows"]
    assert (str(row["recording"].pk), row["duration_text"]) == (recording, "10 s")


def test_worn_data_does_not_wait(ward, device, recording):
    device.put(recording, 0, wave())
    assert ward.get("/unassigned/").context["rows"] == []


def test_a_nurse_may_look_at_unassigned_data(ward, device, patch):
    recording = device.open().json()["id"]
    device.put(recording, 0, wave())
    page = ward.get(f"/recordings/{recording}/")
    assert page.status_code == 200
    assert "Nobody wore this device" in page.content.decode()


def test_another_facility_sees_none_of_it(client, dr_baum, device, patch):
    recording = device.open().json()["id"]
    device.put(recording, 0, wave())
    client.force_login(dr_baum)
    assert client.get("/unassigned/").context["rows"] == []
    assert client.get(f"/recordings/{recording}/").status_code == 404


def test_the_console_shows_what_was_stored_and_what_was_refused(ward, device, recording):
    device.put(recording, 0, wave())
    device.put(recording, 1, b"abc")
    lines = ward.get("/uploads/").context["uploads"]
    assert [(line.stored, line.code) for line in lines] == [(False, "odd-byte-count"), (True, "")]


def test_the_console_can_show_refusals_only(ward, device, recording):
    device.put(recording, 0, wave())
    device.put(recording, 1, b"abc")
    (line,) = ward.get("/uploads/?refused=1").context["uploads"]
    assert line.status == 400


def test_the_console_shows_no_device_of_another_facility(client, dr_baum, device, recording):
    device.put(recording, 0, wave())
    device.put(recording, 1, b"abc")
    client.force_login(dr_baum)
    assert client.get("/uploads/").context["uploads"] == []


def test_older_uploads_are_a_page_away(ward, device, recording):
    for seq in range(103):
        device.put(recording, seq, wave(2, seq), first=2 * seq)
    first = ward.get("/uploads/")
    second = ward.get("/uploads/" + first.context["next_url"])
    assert (len(first.context["uploads"]), len(second.context["uploads"])) == (100, 3)


@pytest.mark.parametrize("page", ["/uploads/", "/unassigned/"])
def test_who_attaches_no_devices_is_refused(client, registrar, page):
    client.force_login(registrar)
    assert client.get(page).status_code == 403


def test_the_docs_are_open_and_have_no_inline_script(client, db):
    page = client.get("/api/docs/").content.decode()
    assert "<script>" not in page
    assert "<style" not in page


def test_the_description_lists_every_address_of_the_api(client, db):
    from vitals.api.urls import urlpatterns

    schema = client.get("/api/schema/?format=json").json()
    described = {path.removeprefix("/api/") for path in schema["paths"]}
    ours = {
        str(pattern.pattern).replace("<uuid:", "{").replace("<int:", "{").replace(">", "}")
        for pattern in urlpatterns
        if str(pattern.pattern).startswith("v1")
    }
    assert ours == described


def test_every_code_in_the_guide_exists_and_every_code_stands_in_the_guide():
    from fhir.errors import InTheClear, LengthRequired, TooOften
    from vitals import errors

    guide = (ROOT / "docs/device-api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| \d{3} \| `([a-z-]+)`", guide, re.MULTILINE))
    known = {
        each.code
        for each in vars(errors).values()
        if isinstance(each, type)
        and issubclass(each, errors.DeviceRefusal)
        and not each.__subclasses__()
    } | {errors.BadUpload.code, errors.BadValue.code}
    known |= {InTheClear.code, LengthRequired.code, TooOften.code}  # said at the door of the house
    assert told == known
