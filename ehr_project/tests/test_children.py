"""Processes the house keeps alive."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ehr_project.children import Child, Errand, end_all
from ehr_project.database.processes import until

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
# A leader with a worker of its own, as gunicorn has.
LEADER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
OUTSIDE = """
import sys, pathlib
from ehr_project.tests.test_children import SLEEPER, child_of
one = child_of(SLEEPER, pathlib.Path(sys.argv[1]))
one.start()
print(one.process.pid, flush=True)
input()
"""


def child_of(program: str, folder: Path) -> Child:
    command = [sys.executable, "-c", program]
    return Child("child", command, dict(os.environ), Path.cwd(), folder / "child.log")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    made: list[Child] = []

    def start(program: str) -> Child:
        child = child_of(program, tmp_path)
        child.start()
        made.append(child)
        assert until(lambda: "up" in child.log.read_text() or not child.alive, 20)
        return child

    yield start
    for child in made:
        child.end()


def exists(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # it was there a moment ago
        return False


def members(group: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_ends_when_asked(make):
    child = make(SLEEPER)
    end_all([child])
    assert not child.alive


def test_ends_with_everything_it_started(make):
    child = make(LEADER)
    group = child.process.pid
    assert len(members(group)) == 2
    end_all([child])
    assert until(lambda: members(group) == [], 30)


def test_one_that_ignores_the_request_is_ended_in_bounded_time(make, monkeypatch):
    monkeypatch.setattr("ehr_project.children.GOODBYE_S", 3.0)
    child = make(STUBBORN)
    began = time.monotonic()
    end_all([child])
    assert not child.alive
    assert time.monotonic() - began < 60


def test_a_killed_one_comes_back(make):
    child = make(SLEEPER)
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert until(lambda: not child.alive, 30)
    said: list[str] = []
    assert until(lambda: child.revive(said.append) or child.alive, 30)
    assert child.process.pid != first
    assert "child ended (-9)" in said[0]


def test_what_a_killed_leader_leaves_is_gone_before_the_next_start(make):
    child = make(LEADER)
    left = next(pid for pid in members(child.process.pid) if pid != child.process.pid)
    os.kill(child.process.pid, signal.SIGKILL)
    assert until(lambda: not child.alive, 30)
    assert until(lambda: child.revive(lambda _: None) or child.alive, 30)
    assert until(lambda: not exists(left), 30)


def test_the_pause_grows_while_it_keeps_dying(make):
    child = make("print('up')")
    pauses = []
    for _ in range(3):
        assert until(lambda: not child.alive, 30)
        child.began = time.monotonic() - child.pause
        child.revive(lambda _: None)
        pauses.append(child.pause)
    assert pauses == [1.0, 2.0, 4.0]


def errand(program, folder):
    child = child_of(program, folder)
    return Errand("codes", child.command, child.environment, child.folder, child.log)


def test_an_errand_that_is_done_is_not_run_again(tmp_path):
    one = errand("print('up')", tmp_path)
    one.start()
    assert until(lambda: one.done, 20)
    one.began = time.monotonic() - 61
    one.revive(lambda _: None)
    assert one.done


def test_an_errand_that_failed_is_run_again(tmp_path):
    one = errand("raise SystemExit(1)", tmp_path)
    one.start()
    first = one.process.pid
    assert until(lambda: not one.alive, 20)
    one.began = time.monotonic() - 61
    one.revive(lambda _: None)
    assert one.process.pid != first
    one.end()


def test_a_long_life_forgets_earlier_deaths(make):
    child = make("print('up')")
    child.pause = 30.0
    assert until(lambda: not child.alive, 30)
    child.began = time.monotonic() - 61
    child.revive(lambda _: None)
    assert child.pause == 1.0


@pytest.mark.needs("linux")
def test_it_dies_with_a_killed_parent(tmp_path):
    import subprocess

    command = [sys.executable, "-c", OUTSIDE, str(tmp_path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    assert until(lambda: not exists(pid), 30)
