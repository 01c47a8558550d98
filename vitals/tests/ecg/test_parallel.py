"""Pieces side by side: the same findings, in order, whoever dies."""

import os
import signal
import subprocess
import sys
from multiprocessing import forkserver
from pathlib import Path

import numpy as np
import pytest

from ehr_project.database.processes import until
from vitals.ecg import parallel
from vitals.ecg.incremental import excerpts
from vitals.ecg.parallel import examine, examined, examiners
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import beat_train, steady

RATE_HZ = 100.0
N_PIECES = 6
SECONDS = 300 * N_PIECES - 20


@pytest.fixture(scope="module")
def pieces():
    """Some beats and then nothing: the first piece takes longest."""
    signal_uv = np.zeros(round(SECONDS * RATE_HZ))
    beats = beat_train(steady(70, 40), 40, RATE_HZ)
    signal_uv[: len(beats)] = beats
    ecg = Ecg.of_lead(signal_uv, RATE_HZ)
    return list(excerpts(range(N_PIECES), ecg.n_samples, RATE_HZ, ecg.part))


@pytest.fixture(scope="module")
def crew():
    with examiners(2) as running:
        yield running


def told(found):
    return [each.to_json() for each in found]


def processes():
    """Those that examine; they are children of the server that forks them."""
    server = forkserver._forkserver._forkserver_pid
    children = Path(f"/proc/{server}/task/{server}/children").read_text()
    return [int(pid) for pid in children.split()]


def test_side_by_side_they_find_what_is_found_one_by_one(crew, pieces):
    assert told(examine(pieces)) == told(map(examined, pieces))


def test_a_process_that_was_killed_is_replaced(crew, pieces):
    list(examine(pieces))
    for pid in processes():
        os.kill(pid, signal.SIGKILL)
    assert told(examine(pieces)) == told(map(examined, pieces))


def test_a_piece_that_kills_its_process_is_given_up_and_the_rest_is_read(crew, pieces, monkeypatch):
    """Killed each time before it can answer, for example because memory ran out."""
    asked = parallel._Process._asked

    def killing(process, excerpt):
        if excerpt.index == 2:
            raise EOFError
        return asked(process, excerpt)

    monkeypatch.setattr(parallel._Process, "_asked", killing)
    assert [each.failed for each in examine(pieces)] == [at == 2 for at in range(N_PIECES)]


def test_a_piece_that_takes_too_long_is_given_up(pieces, monkeypatch):
    begun = parallel._Process._begun

    def late(process):
        pipe = begun(process)
        pipe.poll = lambda longest_s: False
        return pipe

    monkeypatch.setattr(parallel._Process, "_begun", late)
    with examiners(1):
        assert next(examine(pieces[:1])).failed


def test_a_failure_of_the_program_gives_up_one_piece_loudly(pieces, monkeypatch, caplog):
    def broken(excerpt):
        raise ZeroDivisionError

    monkeypatch.setattr(parallel.pieces, "examine", broken)
    assert examined(pieces[0]).failed
    assert "ZeroDivisionError" in caplog.text


def test_what_is_live_is_examined_first(crew, pieces):
    waiting = [parallel._Task(parallel.PATIENT, number, pieces[1]) for number in range(3)]
    urgent = parallel._Task(parallel.URGENT, 3, pieces[2])
    assert min([*waiting, urgent]) is urgent


def test_no_process_outlives_a_worker_that_was_killed(tmp_path):
    program = (
        "import sys, time\n"
        "from vitals.ecg import parallel\n"
        "from vitals.tests.ecg.test_parallel import processes, made\n"
        "parallel.LOADED_FIRST[:] = []\n"
        "with parallel.examiners(2):\n"
        "    list(parallel.examine(made()))\n"
        "    print(*processes(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=parallel_root()
    )
    try:
        running = [int(pid) for pid in worker.stdout.readline().split()]
        assert running
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    until(lambda: not any(alive(pid) for pid in running), 20)
    assert not any(alive(pid) for pid in running)


def made():
    """Nothing but a flat line, in two pieces."""
    ecg = Ecg.of_lead(np.zeros(40_000), RATE_HZ)
    return list(excerpts(range(2), ecg.n_samples, RATE_HZ, ecg.part))


def parallel_root():
    return Path(__file__).resolve().parents[3]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
