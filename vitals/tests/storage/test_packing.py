"""Chunks become blocks of a minute: also late ones, also the last ones, never altered ones."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from django.db import connection, connections
from django.utils import timezone

from vitals.models import ChunkReceipt, Recording, WaveformChunk
from vitals.storage import drawing
from vitals.storage.drawing import draw, pack, resting
from vitals.storage.reading import samples
from vitals.storage.verifying import Tally, verify
from vitals.tests.conftest import RATE, wave

SIZE = 10 * RATE


@pytest.fixture
def settled(monkeypatch):
    """Everything has settled at once."""
    monkeypatch.setattr(drawing, "SETTLED", timedelta(seconds=-5))


@pytest.fixture
def send(device, recording):
    """Upload chunks of 10 s by number."""

    def put(*numbers):
        for seq in numbers:
            assert device.put(recording, seq, wave(SIZE, seq), seq * SIZE).status_code == 201
        draw(recording)
        return recording

    return put


def blocks(recording):
    rows = WaveformChunk.objects.filter(recording=recording).order_by("first_sample")
    return [(row.first_sample // SIZE, row.n_samples // SIZE, row.codec != "raw") for row in rows]


def intact(recording):
    row = Recording.objects.get(pk=recording)
    numbers = ChunkReceipt.objects.filter(recording=recording).values_list("seq", flat=True)
    for seq in numbers:
        expected = np.frombuffer(wave(SIZE, seq), "<i2")
        assert np.array_equal(samples(row, seq * SIZE, SIZE)[:, 0], expected)
    return list(verify(row, Tally())) == []


def test_a_minute_becomes_one_block(send, settled):
    key = send(*range(8))
    assert pack(key) == 8
    assert blocks(key) == [(0, 6, True), (6, 2, True)]
    assert intact(key)


def test_what_has_not_settled_stays_as_received(send):
    key = send(*range(6))
    assert pack(key) == 0
    assert resting(key)


def test_a_late_chunk_closes_the_gap_between_blocks(send, settled):
    key = send(0, 1, 3, 4, 5)
    pack(key)
    assert blocks(key) == [(0, 2, True), (3, 3, True)]
    send(2)
    assert pack(key) == 1
    assert blocks(key) == [(0, 6, True)]
    assert intact(key)


def test_the_end_of_a_recording_that_stays_open_is_packed_too(send, settled):
    key = send(0, 1)
    pack(key)
    assert blocks(key) == [(0, 2, True)]
    send(2, 3)
    pack(key)
    assert blocks(key) == [(0, 4, True)]
    assert intact(key)


def test_a_chunk_that_stands_alone_is_packed(send, settled):
    key = send(0, 9)
    assert pack(key) == 2
    assert blocks(key) == [(0, 1, True), (9, 1, True)]


def test_many_chunks_that_stand_alone_hold_up_nobody(send, settled, monkeypatch):
    monkeypatch.setattr(drawing, "AT_ONCE", 2)
    key = send(*range(0, 40, 6), 41)
    assert pack(key) == 8
    assert not resting(key)


def test_packing_twice_changes_nothing(send, settled):
    key = send(*range(7))
    pack(key)
    before = list(WaveformChunk.objects.values_list("pk", "payload"))
    assert pack(key) == 0
    assert [
        (pk, bytes(payload)) for pk, payload in WaveformChunk.objects.values_list("pk", "payload")
    ] == [(pk, bytes(payload)) for pk, payload in before]


def test_samples_of_different_wearers_are_never_joined(send, settled):
    key = send(*range(4))
    WaveformChunk.objects.filter(first_sample__gte=2 * SIZE).update(pairing=None)
    pack(key)
    assert blocks(key) == [(0, 2, True), (2, 2, True)]


def test_an_altered_chunk_is_not_hidden_in_a_block(send, settled, caplog):
    key = send(*range(8))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vitals_waveformchunk SET payload = set_byte(payload, 0, 1) "
            "WHERE first_sample = %s",
            [3 * SIZE],
        )
    with caplog.at_level(logging.ERROR):
        assert pack(key) == 2
    assert "not those received" in caplog.text
    (found,) = verify(Recording.objects.get(pk=key), Tally())
    assert "chunk 3 " in found.what


def test_an_unreadable_block_does_not_stop_the_others(send, settled, caplog):
    key = send(0, 1)
    pack(key)
    WaveformChunk.objects.filter(recording=key).update(payload=b"\0")
    send(2, *range(6, 12))
    assert pack(key) == 6
    assert (6, 6, True) in blocks(key)


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'recording_id', scheduled_at > now() + interval '9 minutes' "
            "FROM procrastinate_jobs WHERE task_name = 'vitals.tasks.pack_settled'"
        )
        return cursor.fetchall()


@pytest.fixture
def keeps_connection(monkeypatch):
    """The test's own transaction must outlive the job."""
    monkeypatch.setattr("vitals.tasks.close_old_connections", lambda: None)
    monkeypatch.setattr(connections["default"], "close", lambda: None)


def test_reading_a_recording_leaves_one_job_that_packs_it_later(send, keeps_connection):
    from vitals.tasks import read_signals

    key = send(0, 1)
    for _ in range(2):
        read_signals(key)
    assert jobs() == [(key, True)]


def test_the_job_comes_back_for_what_had_not_settled(send, keeps_connection):
    from vitals.tasks import pack_settled

    key = send(0, 1)
    pack_settled(key)
    assert jobs() == [(key, True)]


def test_the_job_of_what_is_packed_does_not_come_back(send, settled, keeps_connection):
    from vitals.tasks import pack_settled

    key = send(0, 1)
    Recording.objects.filter(pk=UUID(key)).update(closed_at=timezone.now())
    pack_settled(key)
    assert (jobs(), blocks(key)) == ([], [(0, 2, True)])
