"""A recording that was made on somebody else goes to their chart, with all its device measured."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from fhir.errors import Invalid, NotFound
from patients.acts.moving import movable, move
from patients.models import Observation
from tests.cast import person, visit
from vitals.models import Recording
from vitals.storage.reading import samples
from vitals.tests.conftest import rfc3339, wave

REASON = "put on in the wrong room"


@pytest.fixture
def ivan(harbour):
    patient = person("Ivan", "Petrov", "100-9", harbour)
    visit(patient, harbour)
    return patient


@pytest.fixture
def recorded(worn, device):
    """Two chunks and a pulse, charted for Rosa."""
    key = device.open().json()["id"]
    device.put(key, 0, wave(2500, 1), 0)
    device.put(key, 1, wave(2500, 2), 2500)
    pulse = {
        "client_id": "pulse-1",
        "kind": "heart-rate",
        "device_time": rfc3339(timezone.now()),
        "values": {"value": 72},
        "unit": "/min",
    }
    assert device.post("/api/v1/readings/", pulse).status_code == 201
    return Recording.objects.get(pk=key)


@pytest.fixture
def moved(recorded, ivan, as_nurse):
    move(by=as_nurse, kind="Recording", row=recorded, right=ivan, reason=REASON, expected=1)
    recorded.refresh_from_db()
    return recorded


def test_it_belongs_to_the_right_patient(moved, ivan):
    assert moved.patient == ivan


def test_no_sample_is_lost(moved):
    assert samples(moved, 0, 5000).shape[0] == 5000


def test_what_the_device_measured_is_entered_in_error_where_it_was(moved, rosa):
    (reading,) = Observation.objects.of(rosa).filter(code_code="8867-4")
    assert (reading.status, reading.notes[0]["text"]) == (
        "entered-in-error",
        f"Moved to the correct patient: {REASON}",
    )


def test_and_waits_to_be_accepted_where_it_belongs(moved, ivan):
    (reading,) = Observation.objects.of(ivan).filter(code_code="8867-4")
    assert (reading.status, str(reading.value)) == ("preliminary", "72")


def test_the_device_goes_on_for_the_right_patient(moved, ivan, device):
    device.put(str(moved.pk), 2, wave(2500, 3), 5000)
    assert samples(moved, 0, 7500).shape[0] == 7500


def test_nobody_said_whether_the_right_patient_has_a_pacemaker(moved):
    assert moved.pairing.pacemaker == "unknown"


def test_both_charts_say_so(client, moved, rosa, ivan, nurse):
    client.force_login(nurse)
    pages = [client.get(f"/patients/{each.id}/").content.decode() for each in (rosa, ivan)]
    assert ("Moved to the correct patient" in pages[0], "moved here from another" in pages[1]) == (
        True,
        True,
    )


def test_both_charts_have_it_on_record(moved, rosa, ivan):
    seen = AuditEvent.objects.filter(action="move-wearing").values_list("patient_id", flat=True)
    assert set(seen) == {rosa.pk, ivan.pk}


def test_it_needs_a_reason(recorded, ivan, as_nurse):
    with pytest.raises(Invalid):
        move(by=as_nurse, kind="Recording", row=recorded, right=ivan, reason=" ", expected=1)


def test_a_stranger_does_not_find_it(recorded, dr_baum):
    from accounts.principals import principal_of

    assert movable("Recording").find(principal_of(dr_baum), recorded.pk) is None


def test_it_cannot_go_to_somebody_whose_chart_is_closed(recorded, otto, as_nurse):
    with pytest.raises(NotFound):
        move(by=as_nurse, kind="Recording", row=recorded, right=otto, reason=REASON, expected=1)
