"""A long recording is shared out among workers, and nothing is examined twice for nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from django.db import connection, connections
from django.utils import timezone
from time_machine import travel

from fhir.together import load
from vitals import analysis, tasks
from vitals.analysis import examine, unexamined
from vitals.jobs import PIECES, QUEUE
from vitals.live import ecg_reading, state
from vitals.models import Analysis, Recording
from vitals.tests.worker.conftest import RATE

CHUNK = 20 * RATE
LENGTH = 66 * CHUNK  # 22 min: five pieces


@pytest.fixture(autouse=True)
def keeps_connection(monkeypatch):
    """The test's own transaction must outlive the job."""
    monkeypatch.setattr("vitals.tasks.close_old_connections", lambda: None)
    monkeypatch.setattr(connections["default"], "close", lambda: None)


@pytest.fixture(autouse=True)
def _short_groups(monkeypatch):
    monkeypatch.setattr(tasks, "PIECES_AT_ONCE", 2)


@pytest.fixture
def quiet(ecg_of, close):
    """Twenty minutes in which nobody wore the electrodes: quick to examine."""
    recording = ecg_of(np.zeros(CHUNK))
    ecg_of(np.zeros(CHUNK), recording=recording, first_seq=1, at=LENGTH - CHUNK)
    close(recording, LENGTH, 2)
    return UUID(recording)


def waiting(queue):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %s"
            " ORDER BY id",
            [queue],
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def forget_jobs():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_a_long_recording_is_shared_out_in_groups_of_pieces(quiet):
    tasks.read_signals(str(quiet))
    assert [(job["first"], job["end"]) for job in waiting(PIECES)] == [(0, 2), (2, 4), (4, 6)]


def test_asked_twice_no_group_is_doubled(quiet):
    tasks.read_signals(str(quiet))
    tasks.read_signals(str(quiet))
    assert len(waiting(PIECES)) == 3


def test_a_job_names_nobody(quiet):
    tasks.read_signals(str(quiet))
    assert all(job.keys() == {"recording_id", "first", "end"} for job in waiting(PIECES))


def test_until_all_pieces_are_examined_there_is_no_reading(quiet):
    tasks.read_signals(str(quiet))
    tasks.examine_pieces(str(quiet), 0, 6)
    assert not Analysis.objects.readings().exists()


def test_progress_counts_the_pieces(quiet):
    tasks.examine_pieces(str(quiet), 0, 2)
    assert state(Recording.objects.get(pk=quiet))["progress"] == {"done": 2, "all": 5}


def test_whoever_is_last_has_the_recording_read(quiet):
    forget_jobs()
    tasks.examine_pieces(str(quiet), 2, 6)
    before = waiting(QUEUE)
    tasks.examine_pieces(str(quiet), 0, 2)
    assert (before, len(waiting(QUEUE))) == ([], 1)


def test_what_is_examined_is_not_examined_again(quiet, monkeypatch):
    examine(quiet, [0, 1, 2])
    asked = []

    def watched(excerpts):
        asked.extend(excerpt.index for excerpt in excerpts)
        return []

    monkeypatch.setattr(analysis.parallel, "examine", watched)
    tasks.examine_pieces(str(quiet), 0, 6)
    assert asked == [3, 4]


def test_the_jobs_of_a_dead_worker_are_begun_anew_without_what_is_finished(quiet):
    tasks.read_signals(str(quiet))
    examine(quiet, [0, 1])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    tasks.rescue()
    tasks.read_signals(waiting(QUEUE)[0]["recording_id"])
    assert [(job["first"], job["end"]) for job in waiting(PIECES)] == [(2, 4), (4, 6)]


def test_shared_out_it_reads_like_in_one_go(ecg_of, toy_ecg, close):
    long = np.concatenate([toy_ecg, toy_ecg])
    kept = []
    for client_id, shares in (("at once", ()), ("shared", ((1, 2), (0, 1)))):
        recording = ecg_of(long, client_id=client_id)
        close(recording, len(long), 30)
        for first, end in shares:
            tasks.examine_pieces(recording, first, end)
        tasks.read_signals(recording)
        kept.append(Analysis.objects.readings().get(recording=recording).result)
    assert kept[0] == kept[1]


def test_a_piece_whose_samples_came_meanwhile_is_not_kept(ecg_of, close, monkeypatch):
    recording = ecg_of(np.zeros(CHUNK))
    ecg_of(np.zeros(CHUNK), recording=recording, first_seq=2, at=LENGTH - CHUNK)

    def late(excerpts):
        found = list(map(analysis.parallel.examined, excerpts))
        ecg_of(np.ones(CHUNK), recording=recording, first_seq=1, at=CHUNK)
        return found

    monkeypatch.setattr(analysis.parallel, "examine", late)
    examine(UUID(recording), [0, 1])
    assert unexamined(UUID(recording)) == [0, 2, 3]


def test_a_piece_of_somebody_else_is_not_kept(quiet, worn, as_nurse, monkeypatch):
    from vitals.acts.wearing import detach

    def slow(excerpts):
        found = list(map(analysis.parallel.examined, excerpts))
        detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
        return found

    monkeypatch.setattr(analysis.parallel, "examine", slow)
    examine(quiet, [0])
    assert not Analysis.objects.exists()


def test_pieces_of_an_earlier_version_are_examined_again(quiet):
    examine(quiet, [0])
    Analysis.objects.update(algorithm_version="1")
    assert 0 in unexamined(quiet)


@pytest.fixture
def running(ecg_of, toy_ecg):
    recording = ecg_of(toy_ecg[: 2 * CHUNK])
    tasks.read_signals(recording)
    forget_jobs()
    return recording


def was_read(recording, ago_s, took_s):
    Analysis.objects.readings().filter(recording=recording).update(
        at=timezone.now() - timedelta(seconds=ago_s), took_s=took_s
    )


@pytest.mark.parametrize(
    ("ago_s", "took_s", "waits"),
    [(0.1, 0.1, True), (0.7, 3, True), (1.5, 3, False), (0.7, 0.3, False)],
)
def test_a_burst_of_chunks_is_read_at_most_half_of_the_time(running, ago_s, took_s, waits):
    with travel(timezone.now(), tick=False):
        was_read(running, ago_s, took_s)
        tasks.read_signals(running)
    assert bool(waiting(QUEUE)) == waits


def test_a_closed_recording_is_read_at_once(running, close):
    close(running, 2 * CHUNK, 2)
    forget_jobs()
    tasks.read_signals(running)
    assert Analysis.objects.readings().get().final


def test_a_chunk_is_due_at_once(device, recording):
    device.put(recording, 0, bytes(5000))
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at <= now() FROM procrastinate_jobs")
        assert cursor.fetchone() == (True,)


def test_pages_are_told_a_few_numbers_of_a_reading(running):
    reading = load(ecg_reading(Recording.objects.get(pk=running)))
    told = state(Recording.objects.get(pk=running))["analysis"]
    kept = Analysis.objects.readings().get().result
    assert (reading.rate_low, told["rate_high"]) == (kept["rate_low"], kept["rate_high"])


def test_what_an_earlier_version_read_is_read_again(running, close):
    close(running, 2 * CHUNK, 2)
    tasks.read_signals(running)
    before = tasks.overlooked()
    Analysis.objects.update(algorithm_version="1")
    assert (before, tasks.overlooked()) == ([], [UUID(running)])


def test_motion_is_read_too(device, worn):
    recording = device.open(
        client_id="m", kind="imu", unit="m/s2", channels=["x", "y", "z"], sampling_rate_hz=50,
        scale=0.01,
    ).json()["id"]  # fmt: skip
    still = np.tile(np.array([[0, 0, 981]], dtype="<i2"), (50 * 30, 1))
    device.put(recording, 0, still.tobytes())
    tasks.read_signals(recording)
    assert Analysis.objects.readings().get().algorithm == "chartwave-imu"
