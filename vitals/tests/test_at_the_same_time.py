"""Uploads and nurses at the same moment: real transactions, several connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from vitals.acts.wearing import attach
from vitals.models import ChunkReceipt, Recording, WaveformChunk
from vitals.tests.conftest import DeviceClient, rfc3339, wave

pytestmark = pytest.mark.django_db(transaction=True)

TOGETHER = 6


def at_once(*works):
    """Begin all of them at the same moment; their results."""
    start = threading.Barrier(len(works))

    def begin(work):
        start.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(begin, works))


def put(device, recording, seq, seed, first):
    lane = DeviceClient(device.key)
    return lambda: lane.put(recording, seq, wave(250, seed), first).status_code


@pytest.mark.parametrize("_again", range(3))
def test_the_same_chunk_on_several_lanes_is_stored_once(device, recording, _again):
    answers = at_once(*[put(device, recording, 0, 0, 0) for _ in range(TOGETHER)])
    assert sorted(answers) == [200] * (TOGETHER - 1) + [201]
    assert WaveformChunk.objects.count() == 1


@pytest.mark.parametrize("_again", range(3))
def test_of_chunks_that_overlap_only_one_is_stored(device, recording, _again):
    answers = at_once(*[put(device, recording, n, n, 100 * n % 240) for n in range(TOGETHER)])
    assert sorted(answers) == [201] + [409] * (TOGETHER - 1)
    assert ChunkReceipt.objects.count() == 1


def test_different_chunks_on_several_lanes_are_all_stored(device, recording):
    answers = at_once(*[put(device, recording, n, n, 250 * n) for n in range(TOGETHER)])
    assert answers == [201] * TOGETHER


def test_one_client_id_on_several_lanes_is_one_recording(device, worn):
    started = rfc3339(timezone.now() - timedelta(weeks=3))
    lanes = [DeviceClient(device.key) for _ in range(TOGETHER)]
    answers = at_once(
        *[lambda lane=lane: lane.open(started_at=started).status_code for lane in lanes]
    )
    assert sorted(answers) == [200] * (TOGETHER - 1) + [201]
    assert Recording.objects.count() == 1


@pytest.mark.parametrize("_again", range(5))
def test_no_chunk_waits_that_came_while_the_nurse_attached(device, patch, rosa, as_nurse, _again):
    recording = device.open().json()["id"]
    since = timezone.now() - timedelta(minutes=1)
    uploads = [put(device, recording, n, n, 250 * n) for n in range(TOGETHER - 1)]
    at_once(
        *uploads,
        lambda: attach(by=as_nurse, patient=rosa, serial="P-1", start=since),
    )
    assert not WaveformChunk.objects.filter(pairing=None).exists()


@pytest.mark.parametrize("_again", range(3))
def test_two_nurses_cannot_put_one_device_on_two_patients(patch, rosa, harbour, as_nurse, _again):
    from tests.cast import person, visit
    from vitals.errors import PairingOverlap
    from vitals.models import Pairing

    ivan = person("Ivan", "Petrov", "100-9", harbour)
    visit(ivan, harbour)

    def put_on(patient):
        try:
            return attach(by=as_nurse, patient=patient, serial="P-1").pk
        except PairingOverlap:
            return None

    answers = at_once(lambda: put_on(rosa), lambda: put_on(ivan))
    assert answers.count(None) == 1
    assert Pairing.objects.count() == 1
