"""ECG samples for a target that asked for them: pieces of five minutes, each once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import Observation, Patient
from tests.fhir_server.fixture import Remote
from vitals.models import Device, Pairing, Recording, SyncReceipt, SyncTarget, WaveformChunk
from vitals.storage.codec import MISSING
from vitals.sync import loop
from vitals.sync.waveforms import piece_id, sampled
from vitals.tests.sync.conftest import later, patient_at

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Any]
RATE = 50
PIECE = 300 * RATE


def signal(first: int, n: int) -> np.ndarray:
    return (np.arange(first, first + n) % 1000).astype("<i2")


def receive(recording: Recording, first: int, n: int) -> None:
    WaveformChunk.objects.create(
        recording=recording,
        first_sample=first,
        n_samples=n,
        start_time=recording.started_at + timedelta(seconds=first / RATE),
        pairing=recording.pairing,
        codec="raw",
        payload=signal(first, n).tobytes(),
    )


@pytest.fixture
def patch(north: Any) -> Device:
    return changes.create(Device(serial="PATCH-1", facility=north, registered=True), by=SYSTEM)


@pytest.fixture
def recording(rosa: Patient, patch: Device) -> Recording:
    """Rosa's patch, 50 Hz: ten minutes and a half, the last half minute still coming in."""
    start = timezone.now() - timedelta(hours=1)
    pairing = Pairing.objects.create(device=patch, patient=rosa, start=start)
    recording = Recording.objects.create(
        device=patch,
        pairing=pairing,
        client_id="one",
        kind="ecg",
        sampling_rate_hz=RATE,
        channels=["I"],
        unit="uV",
        units_per_step=2.5,
        started_at=start,
    )
    receive(recording, 0, 2 * PIECE + 30 * RATE)
    return recording


@pytest.fixture
def target(make_target: Make, remote: Remote, recording: Recording) -> SyncTarget:
    target: SyncTarget = make_target(remote.base_url, include_waveforms=True)
    return target


def piece(remote: Remote, recording: Recording, number: int) -> dict[str, Any]:
    return remote.get(f"Observation/{piece_id(recording, number)}")


def data_of(observation: dict[str, Any]) -> list[str]:
    text: str = observation["component"][0]["valueSampledData"]["data"]
    return text.split(" ")


def sent() -> int:
    return SyncReceipt.objects.filter(recording_id__isnull=False).count()


@pytest.mark.usefixtures("target")
def test_whole_pieces_arrive_sample_by_sample(remote: Remote, recording: Recording) -> None:
    loop.run_once()
    for number in (0, 1):
        expected = signal(number * PIECE, PIECE).tolist()
        assert [int(text) for text in data_of(piece(remote, recording, number))] == expected


@pytest.mark.usefixtures("target")
def test_a_piece_that_is_still_growing_waits(recording: Recording) -> None:
    loop.run_once()
    assert sent() == 2


@pytest.mark.usefixtures("target")
def test_the_rest_arrives_when_the_recording_closes(remote: Remote, recording: Recording) -> None:
    loop.run_once()
    Recording.objects.filter(pk=recording.pk).update(closed_at=timezone.now())
    loop.run_once()
    assert len(data_of(piece(remote, recording, 2))) == 30 * RATE


@pytest.mark.usefixtures("target")
def test_a_piece_says_what_it_is(remote: Remote, recording: Recording, rosa: Patient) -> None:
    loop.run_once()
    found = piece(remote, recording, 0)
    codes = {(code["system"], code["code"]) for code in found["code"]["coding"]}
    lead = found["component"][0]["code"]["coding"][0]
    sampled = found["component"][0]["valueSampledData"]
    assert codes == {("urn:iso:std:iso:11073:10101", "131328"), ("http://loinc.org", "11524-6")}
    assert (lead["system"], lead["code"]) == ("urn:iso:std:iso:11073:10101", "131329")
    assert (sampled["period"], sampled["factor"], sampled["origin"]["code"]) == (20, 2.5, "uV")
    assert found["status"] == "preliminary"
    assert found["subject"]["reference"] == f"Patient/{rosa.pk}"


@pytest.mark.usefixtures("target")
def test_nothing_is_sent_twice(remote: Remote, recording: Recording) -> None:
    loop.run_once()
    assert loop.run_once() == 0
    assert len(remote.history("Observation", str(piece_id(recording, 0)))) == 1


@pytest.mark.usefixtures("target")
def test_a_gap_is_sent_as_e(remote: Remote, recording: Recording) -> None:
    receive(recording, 3 * PIECE, PIECE)
    loop.run_once()
    samples = data_of(piece(remote, recording, 2))
    assert samples[30 * RATE :] == ["E"] * (PIECE - 30 * RATE)


@pytest.mark.usefixtures("target")
def test_what_fills_a_gap_later_replaces_the_piece(remote: Remote, recording: Recording) -> None:
    receive(recording, 3 * PIECE, PIECE)
    loop.run_once()
    receive(recording, 2 * PIECE + 30 * RATE, PIECE - 30 * RATE)
    loop.run_once()
    assert "E" not in data_of(piece(remote, recording, 2))
    assert len(remote.history("Observation", str(piece_id(recording, 2)))) == 2


@pytest.mark.usefixtures("target")
def test_pieces_of_a_wrong_wearer_are_taken_back(
    remote: Remote, recording: Recording, north: Any
) -> None:
    loop.run_once()
    old = str(piece_id(recording, 0))
    other = patient_at(north, "Dahl")
    Pairing.objects.filter(pk=recording.pairing_id).update(end=timezone.now())
    right = Pairing.objects.create(
        device=recording.device, patient=other, start=timezone.now() + timedelta(seconds=1)
    )
    WaveformChunk.objects.filter(recording=recording).update(pairing=right)
    Recording.objects.filter(pk=recording.pk).update(pairing=right)
    later()
    later()
    recording.refresh_from_db()
    assert remote.get(f"Observation/{old}")["status"] == "entered-in-error"
    now = piece(remote, recording, 0)["subject"]["reference"]
    assert now == f"Patient/{other.pk}"


def test_without_the_choice_no_samples_leave(
    make_target: Make, remote: Remote, recording: Recording
) -> None:
    make_target(remote.base_url)
    loop.run_once()
    assert sent() == 0


def test_missing_samples_are_not_a_number(recording: Recording) -> None:
    assert sampled(np.array([5, MISSING, 7], np.int16)) == "5 E 7"


@pytest.fixture
def summary(rosa: Patient, patch: Device) -> Make:
    """Makes the summary of a recording, as the worker does."""

    def make(patient: Patient = rosa) -> Any:
        return changes.create(
            Observation(
                id=uuid4(),
                patient=patient,
                status="preliminary",
                code_system="urn:iso:std:iso:11073:10101",
                code_code="131328",
                code_text="ECG recording",
                device=patch.reference,
                effective_start=timezone.now(),
                notes=[{"text": "Preliminary, unreviewed computer reading"}],
            ),
            by=SYSTEM,
        )

    return make


def test_a_summary_leaves_as_preliminary(make_target: Make, remote: Remote, summary: Make) -> None:
    made = summary()
    make_target(remote.base_url)
    loop.run_once()
    found = remote.get(f"Observation/{made.fhir_id}")
    assert found["status"] == "preliminary"
    assert "computer reading" in found["note"][0]["text"]


def edited(summary: Any) -> None:
    summary.notes = [*summary.notes, {"text": "longer"}]
    changes.update(summary, by=SYSTEM)


def test_a_patient_has_one_summary_an_hour(
    make_target: Make, remote: Remote, summary: Make
) -> None:
    made = summary()
    make_target(remote.base_url)
    loop.run_once()
    edited(made)
    summary()
    later()
    later()
    assert SyncReceipt.objects.filter(is_summary=True).count() == 1
    assert len(remote.history("Observation", made.fhir_id)) == 1


def test_an_hour_later_the_next_one_leaves(
    make_target: Make, remote: Remote, summary: Make
) -> None:
    made = summary()
    make_target(remote.base_url)
    loop.run_once()
    edited(made)
    SyncReceipt.objects.update(sent_at=timezone.now() - timedelta(minutes=61))
    later()
    assert len(remote.history("Observation", made.fhir_id)) == 2


def test_two_summaries_at_once_leave_as_one(
    make_target: Make, remote: Remote, summary: Make
) -> None:
    summary()
    summary()
    make_target(remote.base_url)
    loop.run_once()
    assert SyncReceipt.objects.filter(is_summary=True).count() == 1


def test_a_summary_in_error_is_recalled_at_once(
    make_target: Make, remote: Remote, summary: Make
) -> None:
    made = summary()
    make_target(remote.base_url)
    loop.run_once()
    made.status = "entered-in-error"
    changes.update(made, by=SYSTEM)
    loop.run_once()
    assert remote.get(f"Observation/{made.fhir_id}")["status"] == "entered-in-error"
