"""SIGKILL to a real worker in the middle of a day's recording: the next one goes on after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from ehr_project.database.processes import PROC, until
from vitals.acts.wearing import attach
from vitals.ecg import grid
from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION
from vitals.models import Analysis, Recording
from vitals.models.analysis import PIECE
from vitals.tests.conftest import RATE, rfc3339

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
DAY = 24 * 3600 * RATE
PIECES = 288
WITHIN_S = 600


@pytest.fixture
def day(device, rosa, as_nurse):
    """A day of which only the first and the last ten seconds came: 288 pieces, quick to examine."""
    begun = timezone.now() - timedelta(hours=25)
    attach(by=as_nurse, patient=rosa, serial="P-1", start=begun, pacemaker="no")
    recording = device.open(started_at=rfc3339(begun)).json()["id"]
    quiet = np.zeros(10 * RATE, dtype="<i2").tobytes()
    for seq, first in enumerate((0, DAY - 10 * RATE)):
        when = rfc3339(begun + timedelta(seconds=first / RATE))
        answer = device.put(recording, seq, quiet, first, Chunk_Device_Time=when)
        assert answer.status_code == 201, answer.content
    device.post(f"/api/v1/recordings/{recording}/close", {"sample_count": DAY, "chunk_count": 2})
    return Recording.objects.get(pk=recording)


@contextmanager
def last_piece_held(day):
    """Somebody else keeps the last piece and does not commit: so far and no further."""
    first = grid.window_span(PIECES - 1, DAY, RATE).start
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO vitals_analysis (recording_id, algorithm, algorithm_version,"
                " from_sample, to_sample, result, final, at, took_s, charted)"
                " VALUES (%s, %s, %s, %s, %s, '{}', false, now(), 0, false)",
                [day.pk, ALGORITHM + PIECE, ALGORITHM_VERSION, first, DAY],
            )
        yield
    finally:
        other.close()


@contextmanager
def worker(data):
    """A worker on the database of this test, in a session of its own; it makes no backup."""
    used = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
    where = {name: used[key] for name, key in names.items() if used[key]}
    if used["PORT"]:
        where["port"] = used["PORT"]
    query = "&".join(f"{name}={value}" for name, value in where.items() if name != "dbname")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": f"postgresql:///{where['dbname']}?{query}",
            "CHARTWAVE_DATA": str(data),
            "CHARTWAVE_BACKUP_NIGHTLY": "0",
        },
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def pieces():
    return dict(Analysis.objects.pieces().values_list("from_sample", "at"))


def alive(session):
    """Processes of a session that are not over."""
    found = []
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_a_killed_worker_leaves_its_pieces_and_no_process_and_the_next_goes_on(day, tmp_path):
    with last_piece_held(day), worker(tmp_path) as first:
        until(lambda: len(pieces()) >= 20, WITHIN_S)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    until(lambda: not alive(first.pid), 60)
    done = pieces()
    assert alive(first.pid) == []
    assert 20 <= len(done) < PIECES
    with connection.cursor() as cursor:  # as if ten seconds had passed
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 min'")
    with worker(tmp_path):
        until(lambda: Analysis.objects.readings().filter(final=True).exists(), WITHIN_S)
    now = pieces()
    assert len(now) == PIECES
    assert {at: now[at] for at in done} == done
