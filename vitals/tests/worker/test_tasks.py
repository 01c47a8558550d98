"""Jobs: none is forgotten, whoever dies."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection, connections

from vitals.analysis import read
from vitals.jobs import QUEUE, enqueue
from vitals.models import Analysis, PyramidPiece
from vitals.tasks import catch_up, overlooked, read_signals, rescue
from vitals.tests.conftest import wave


def jobs(status="todo"):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'recording_id' FROM procrastinate_jobs"
            " WHERE status::text = %s AND queue_name = %s",
            [status, QUEUE],
        )
        return [row[0] for row in cursor.fetchall()]


def take(worker="NULL"):
    """As a worker that began every waiting job."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = {worker}")


@pytest.fixture
def keeps_connection(monkeypatch):
    """The test's own transaction must outlive the job."""
    monkeypatch.setattr("vitals.tasks.close_old_connections", lambda: None)
    monkeypatch.setattr(connections["default"], "close", lambda: None)


def test_a_chunk_leaves_one_job_that_names_only_the_recording(device, recording):
    device.put(recording, 0, wave())
    assert jobs() == [recording]


def test_many_chunks_share_one_waiting_job(device, recording):
    for seq in range(5):
        device.put(recording, seq, wave(10), first=10 * seq)
    assert jobs() == [recording]


def test_a_chunk_that_comes_while_the_job_runs_leaves_another(device, recording):
    device.put(recording, 0, wave())
    take()
    device.put(recording, 1, wave(seed=1), first=2500)
    assert jobs() == [recording]


def test_a_refused_chunk_leaves_no_job(device, recording):
    device.put(recording, 0, b"abc")
    assert jobs() == []


def test_closing_leaves_a_job(device, recording):
    device.post(f"/api/v1/recordings/{recording}/close", {"sample_count": 0, "chunk_count": 0})
    assert jobs() == [recording]


def test_the_job_of_a_dead_worker_is_begun_anew(device, recording):
    device.put(recording, 0, wave())
    take()
    assert rescue() == 1
    assert jobs() == [recording]


def test_the_job_of_a_dead_worker_gives_way_to_one_that_waits(device, recording):
    device.put(recording, 0, wave())
    take()
    device.put(recording, 1, wave(seed=1), first=2500)
    rescue()
    assert (jobs(), jobs("doing")) == ([recording], [])


def test_the_job_of_a_living_worker_is_left_alone(device, recording):
    device.put(recording, 0, wave())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker = cursor.fetchone()[0]
    take(worker)
    assert rescue() == 0


def test_the_job_draws_reads_and_summarises(ecg_of, toy_ecg, keeps_connection):
    recording = ecg_of(toy_ecg)
    read_signals(recording)
    assert PyramidPiece.objects.exists()
    assert Analysis.objects.readings().get().result["rate_high"] > 0


def test_doing_the_job_twice_changes_nothing(ecg_of, toy_ecg, keeps_connection):
    recording = ecg_of(toy_ecg)
    read_signals(recording)
    first = list(PyramidPiece.objects.values_list("channel", "level", "index", "n_filled"))
    read_signals(recording)
    assert list(PyramidPiece.objects.values_list("channel", "level", "index", "n_filled")) == first


def test_what_was_overlooked_is_caught_up_with(device, recording, keeps_connection):
    device.put(recording, 0, wave())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    catch_up(0)
    assert jobs() == [recording]


def test_a_closed_recording_without_a_final_reading_was_overlooked(ecg_of, toy_ecg, close):
    recording = ecg_of(toy_ecg)
    close(recording, len(toy_ecg), 15)
    assert overlooked() == [UUID(recording)]


def test_a_final_reading_that_never_came_into_the_chart_was_overlooked(ecg_of, toy_ecg, close):
    recording = ecg_of(toy_ecg)
    close(recording, len(toy_ecg), 15)
    read(UUID(recording))
    assert overlooked() == [UUID(recording)]


def test_what_is_done_is_not_overlooked(ecg_of, toy_ecg, close, keeps_connection):
    recording = ecg_of(toy_ecg)
    close(recording, len(toy_ecg), 15)
    read_signals(recording)
    assert overlooked() == []


def test_a_job_can_be_asked_for_twice(recording):
    enqueue(UUID(recording))
    enqueue(UUID(recording))
    assert jobs() == [recording]
