"""A cuff reading on its way into the chart."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir.registry import render
from patients.models import Observation
from vitals.models import ReadingReceipt
from vitals.tests.conftest import rfc3339

PRESSURE = {"systolic": Decimal(128), "diastolic": Decimal(82)}


@pytest.fixture
def send(device, worn):
    def post(**changed):
        body = {
            "client_id": "r1", "kind": "blood-pressure", "unit": "mm[Hg]", "values": PRESSURE,
            "device_time": rfc3339(timezone.now()),
        }  # fmt: skip
        return device.post("/api/v1/readings/", body | changed)

    return post


def single(kind, unit, value):
    return {"kind": kind, "unit": unit, "values": {"value": Decimal(value)}}


def test_a_reading_is_charted_as_preliminary(send, rosa):
    answer = send()
    assert answer.status_code == 201
    charted = Observation.objects.get(pk=answer.json()["id"])
    assert (charted.patient_id, charted.status, charted.is_unconfirmed) == (
        rosa.pk,
        "preliminary",
        True,
    )


def test_a_pressure_has_both_its_parts(send):
    send()
    parts = render(Observation.objects.get())["component"]
    values = {p["code"]["coding"][0]["code"]: p["valueQuantity"]["value"] for p in parts}
    assert values == {"8480-6": 128, "8462-4": 82}


def test_a_value_keeps_its_digits_and_its_unit(device, worn):
    body = json.dumps({"client_id": "t", "device_time": rfc3339(timezone.now())})
    measured = '"kind": "temperature", "unit": "[degF]", "values": {"value": 98.60}'
    device.post("/api/v1/readings/", f"{body[:-1]}, {measured}}}".encode())
    quantity = render(Observation.objects.get())["valueQuantity"]
    assert (str(quantity["value"]), quantity["code"]) == ("98.60", "[degF]")


def test_an_oxygen_saturation_has_both_its_codes(send):
    send(**single("spo2", "%", "97"))
    codings = render(Observation.objects.get())["code"]["coding"]
    assert [coding["code"] for coding in codings] == ["2708-6", "59408-5"]


def test_glucose_in_millimoles_has_the_code_of_that_unit(send):
    send(**single("glucose", "mmol/L", "5.6"))
    assert Observation.objects.get().code_code == "15074-8"


def test_the_device_is_named(send, patch):
    send()
    assert Observation.objects.get().device == patch.reference


def test_the_same_reading_again_is_charted_once(send):
    at = rfc3339(timezone.now())
    assert [send(device_time=at).status_code for _ in range(2)] == [201, 200]
    assert Observation.objects.count() == 1


def test_the_answer_to_a_repeat_names_the_same_observation(send):
    at = rfc3339(timezone.now())
    assert send(device_time=at).json()["id"] == send(device_time=at).json()["id"]


def test_another_body_under_the_same_id_is_refused(send):
    at = rfc3339(timezone.now())
    send(device_time=at)
    answer = send(device_time=at, values=PRESSURE | {"systolic": 129})
    assert (answer.status_code, answer.json()["code"]) == (409, "client-id-reused")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"unit": "psi"}, "unit-unknown"),
        ({"unit": "mmHg"}, "unit-unknown"),
        ({"kind": "mood"}, "kind-unknown"),
        ({"values": {"systolic": 500, "diastolic": 80}}, "value-impossible"),
        ({"values": {"systolic": 0, "diastolic": 0}}, "value-impossible"),
        ({"values": {"systolic": 80, "diastolic": 120}}, "value-impossible"),
        ({"values": {"systolic": 120}}, "malformed"),
        ({"values": {"systolic": 120, "diastolic": 80, "pulse": 70}}, "malformed"),
        ({"values": {"systolic": "120", "diastolic": 80}}, "malformed"),
        ({"values": {"systolic": True, "diastolic": 80}}, "malformed"),
        ({"values": {"systolic": 10**60, "diastolic": 80}}, "malformed"),
        ({"values": []}, "malformed"),
        (single("spo2", "%", "101"), "value-impossible"),
        (single("spo2", "%", "-1"), "value-impossible"),
        (single("temperature", "Cel", "98.6"), "value-impossible"),
        (single("weight", "kg", "0"), "value-impossible"),
        (single("heart-rate", "/min", "900"), "value-impossible"),
        ({"device_time": "1970-01-01T00:00:00Z"}, "device-time-past"),
        ({"device_time": "2999-01-01T00:00:00Z"}, "device-time-future"),
        ({"device_time": "today"}, "malformed"),
    ],
)
def test_a_reading_that_cannot_be_is_refused(send, changed, code):
    answer = send(**changed)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Observation.objects.exists()


def test_a_refused_reading_may_come_again_corrected(send):
    send(unit="psi")
    assert send().status_code == 201


def test_what_nobody_wore_is_in_no_chart(device, db):
    body = {"client_id": "r1", "device_time": rfc3339(timezone.now())}
    answer = device.post("/api/v1/readings/", body | single("spo2", "%", "97"))
    assert answer.json() == {"id": "", "status": "unassigned", "assigned": False}
    assert not Observation.objects.exists()


def test_a_waiting_reading_is_charted_when_it_is_known_who_wore_it(device, rosa, as_nurse):
    from vitals.acts.wearing import attach

    now = timezone.now()
    body = {"client_id": "r1", "device_time": rfc3339(now)}
    device.post("/api/v1/readings/", body | single("spo2", "%", "97"))
    attach(by=as_nurse, patient=rosa, serial="P-1", start=now - timedelta(minutes=1))
    assert Observation.objects.get().patient_id == rosa.pk
    assert ReadingReceipt.objects.get().observation_id == Observation.objects.get().pk


def test_the_doctor_accepts_it(send, as_ames):
    from patients.acts.observation import accept

    send()
    accepted = accept(by=as_ames, observation=Observation.objects.get(), expected=1)
    assert (accepted.status, accepted.version) == ("final", 2)


def test_it_is_history_from_the_first_version(send, patch):
    from fhir.models import Change

    send()
    change = Change.objects.get(type="Observation")
    assert change.principal == f"device:{patch.pk}"
