"""Who wears which device when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from fhir.errors import NotAllowed, NotFound
from patients.models import Observation
from tests.cast import person, visit
from vitals.acts.wearing import attach, detach
from vitals.errors import DeviceUnknown, PairingEnded, PairingOverlap, PairingTime
from vitals.models import Pairing, Recording, WaveformChunk
from vitals.storage.reading import samples
from vitals.tests.conftest import rfc3339, wave

NOW = timezone.now


@pytest.fixture
def ivan(harbour):
    """Another patient in the clinic."""
    patient = person("Ivan", "Petrov", "100-9", harbour)
    visit(patient, harbour)
    return patient


def put_at(device, recording, seq, moment, first, seed=0):
    return device.put(recording, seq, wave(250, seed), first, Chunk_Device_Time=rfc3339(moment))


def test_a_nurse_attaches_a_device(worn, rosa, nurse):
    assert (worn.patient, worn.attached_by_id, worn.end) == (rosa, nurse.pk, None)


def test_attaching_is_audited_with_the_patient(worn, rosa):
    assert AuditEvent.objects.get(action="attach").patient_id == rosa.pk


def test_an_administrator_cannot_attach(patch, rosa, as_administrator):
    with pytest.raises(NotAllowed):
        attach(by=as_administrator, patient=rosa, serial="P-1")


def test_a_stranger_cannot_attach_to_somebody_elses_patient(patch, rosa, dr_baum):
    from accounts.principals import principal_of

    with pytest.raises(NotFound):
        attach(by=principal_of(dr_baum), patient=rosa, serial="P-1")


@pytest.mark.parametrize("serial", ["P-404", "", "p-1"])
def test_an_unknown_serial_is_refused(patch, rosa, as_nurse, serial):
    with pytest.raises(DeviceUnknown):
        attach(by=as_nurse, patient=rosa, serial=serial)


def test_a_device_of_another_facility_is_unknown(rosa, as_nurse, hill):
    from fhir.principal import SYSTEM
    from vitals.acts.registering import register_device

    register_device(by=SYSTEM, serial="H-1", facility=hill)
    with pytest.raises(DeviceUnknown):
        attach(by=as_nurse, patient=rosa, serial="H-1")


def test_a_device_that_is_worn_cannot_be_attached_to_another(worn, ivan, as_nurse):
    with pytest.raises(PairingOverlap):
        attach(by=as_nurse, patient=ivan, serial="P-1")


def test_it_cannot_be_attached_twice_to_the_same_patient(worn, rosa, as_nurse):
    with pytest.raises(PairingOverlap):
        attach(by=as_nurse, patient=rosa, serial="P-1")


def test_periods_may_touch(worn, ivan, as_nurse):
    at = NOW() - timedelta(minutes=10)
    detach(by=as_nurse, pairing=worn, reason="done", end=at)
    assert attach(by=as_nurse, patient=ivan, serial="P-1", start=at).start == at


def test_periods_may_not_overlap_by_a_moment(worn, ivan, as_nurse):
    at = NOW() - timedelta(minutes=10)
    detach(by=as_nurse, pairing=worn, reason="done", end=at)
    with pytest.raises(PairingOverlap):
        attach(by=as_nurse, patient=ivan, serial="P-1", start=at - timedelta(microseconds=1))


def test_the_database_itself_refuses_two_wearers(worn, ivan, patch):
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.create(
            device=patch, patient=ivan, start=NOW() - timedelta(minutes=30), end=NOW()
        )


@pytest.mark.parametrize("hours", [1, -24 * 31])
def test_a_start_ahead_or_long_ago_is_refused(patch, rosa, as_nurse, hours):
    with pytest.raises(PairingTime):
        attach(by=as_nurse, patient=rosa, serial="P-1", start=NOW() + timedelta(hours=hours))


def test_an_end_before_the_start_is_refused(worn, as_nurse):
    with pytest.raises(PairingTime):
        detach(by=as_nurse, pairing=worn, reason="x", end=worn.start - timedelta(seconds=1))


def test_it_comes_off_once(worn, as_nurse):
    detach(by=as_nurse, pairing=worn, reason="done")
    with pytest.raises(PairingEnded):
        detach(by=as_nurse, pairing=worn, reason="done")


def test_who_took_it_off_and_why_is_kept(worn, as_nurse, nurse):
    detach(by=as_nurse, pairing=worn, reason="skin is sore")
    worn.refresh_from_db()
    assert (worn.detached_by, worn.detach_reason) == (nurse, "skin is sore")


def test_a_stranger_cannot_take_it_off(worn, dr_baum):
    from accounts.principals import principal_of

    with pytest.raises(NotFound):
        detach(by=principal_of(dr_baum), pairing=worn, reason="x")


def test_data_of_an_unworn_device_waits(device, patch):
    recording = device.open().json()["id"]
    assert device.put(recording, 0, wave()).json()["assigned"] is False
    assert Recording.objects.get().pairing is None


def test_data_after_detaching_waits_in_no_chart(device, recording, worn, as_nurse):
    device.put(recording, 0, wave())
    detach(by=as_nurse, pairing=worn, reason="done")
    assert device.put(recording, 1, wave(seed=1), first=2500).json()["assigned"] is False


def test_samples_after_detaching_are_not_shown_with_the_recording(
    device, recording, worn, as_nurse
):
    device.put(recording, 0, wave(10))
    detach(by=as_nurse, pairing=worn, reason="done")
    device.put(recording, 1, wave(10, seed=1), first=10)
    shown = samples(Recording.objects.get(), 0, 20)[:, 0]
    assert (shown[10:] == -32768).all()


def test_after_a_change_of_wearer_the_recording_takes_no_more(
    device, recording, worn, ivan, as_nurse
):
    device.put(recording, 0, wave())
    detach(by=as_nurse, pairing=worn, reason="done")
    attach(by=as_nurse, patient=ivan, serial="P-1")
    answer = device.put(recording, 1, wave(seed=1), first=2500)
    assert (answer.status_code, answer.json()["code"]) == (409, "pairing-changed")


def test_late_data_goes_to_whoever_wore_it_then(device, recording, worn, ivan, as_nurse, rosa):
    measured = NOW()
    detach(by=as_nurse, pairing=worn, reason="done")
    attach(by=as_nurse, patient=ivan, serial="P-1")
    put_at(device, recording, 0, measured - timedelta(minutes=5), 0)
    assert Recording.objects.get().patient == rosa


def test_attaching_with_an_earlier_start_brings_the_waiting_data_along(
    device, patch, rosa, as_nurse
):
    recording = device.open().json()["id"]
    device.put(recording, 0, wave())
    attach(by=as_nurse, patient=rosa, serial="P-1", start=NOW() - timedelta(minutes=1))
    assert Recording.objects.get().patient == rosa
    assert not WaveformChunk.objects.filter(pairing=None).exists()


def test_only_the_data_of_that_time_comes_along(device, patch, rosa, as_nurse):
    recording, now = device.open().json()["id"], NOW()
    put_at(device, recording, 0, now - timedelta(minutes=9), 0)
    put_at(device, recording, 1, now - timedelta(minutes=1), 250, seed=1)
    attach(by=as_nurse, patient=rosa, serial="P-1", start=now - timedelta(minutes=5))
    shown = samples(Recording.objects.get(), 0, 500)[:, 0]
    assert (shown[:250] == -32768).all()
    assert shown[250:].astype("<i2").tobytes() == wave(250, 1)


def test_detaching_with_an_earlier_end_takes_the_later_data_away(device, recording, worn, as_nurse):
    now = NOW()
    put_at(device, recording, 0, now - timedelta(minutes=9), 0)
    put_at(device, recording, 1, now - timedelta(minutes=1), 250, seed=1)
    detach(by=as_nurse, pairing=worn, reason="lost", end=now - timedelta(minutes=5))
    assert WaveformChunk.objects.get(pairing=None).first_sample == 250


def test_a_recording_whose_data_all_left_is_nobodys(device, recording, worn, as_nurse):
    put_at(device, recording, 0, NOW() - timedelta(minutes=1), 0)
    detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
    assert Recording.objects.get().pairing is None


def test_a_packed_block_is_cut_where_the_wearer_changed(device, recording, worn, as_nurse):
    from vitals.storage import drawing

    now = NOW() - timedelta(minutes=20)
    for seq in range(6):
        put_at(device, recording, seq, now + timedelta(seconds=seq), 250 * seq, seed=seq)
    drawing.SETTLED, settled = timedelta(seconds=-1), drawing.SETTLED
    try:
        drawing.draw(recording)
        Recording.objects.update(closed_at=NOW())
        drawing.pack(recording)
    finally:
        drawing.SETTLED = settled
    assert WaveformChunk.objects.count() == 1
    detach(by=as_nurse, pairing=worn, reason="x", end=now + timedelta(seconds=3))
    kept = WaveformChunk.objects.filter(pairing=worn).values_list("first_sample", flat=True)
    assert sorted(kept) == [0, 250, 500]


def test_a_device_sees_only_its_own_recordings(device, stranger, recording, patch):
    from fhir.principal import Principal

    own = Principal("device", str(patch.pk))
    assert Recording.objects.visible_to(own).count() == 1
    assert not Observation.objects.visible_to(own).exists()
