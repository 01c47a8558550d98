"""What devices and the worker put into charts is valid R4 and keeps the profiles it declares."""

import pytest
from django.utils import timezone

from fhir.registry import render
from patients.models import Observation
from tests.independent_validator import told
from vitals.acts.summarising import summarise
from vitals.analysis import read
from vitals.storage.drawing import draw
from vitals.tests.conftest import rfc3339


@pytest.fixture
def emitted(ecg_of, toy_ecg, close, device):
    """The summaries of a recording that was read and of one that could not be; a cuff's reading."""
    pressure = {
        "client_id": "cuff", "kind": "blood-pressure", "unit": "mm[Hg]",
        "values": {"systolic": 128, "diastolic": 82}, "device_time": rfc3339(timezone.now()),
    }  # fmt: skip
    assert device.post("/api/v1/readings/", pressure).status_code == 201
    for name, signal in (("ecg", toy_ecg), ("flat", toy_ecg * 0)):
        recording = ecg_of(signal, client_id=name)
        close(recording, len(signal), 15)
        draw(recording)
        read(recording)
        summarise(recording)
    return [render(row) for row in Observation.objects.order_by("pk")]


@pytest.mark.needs("node", "shared_data")
def test_an_independent_validator_finds_nothing(emitted, tmp_path):
    assert len(emitted) == 3
    assert told(emitted, tmp_path) == []
