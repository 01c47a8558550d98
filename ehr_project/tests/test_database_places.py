"""Where a database lives, and which PostgreSQL it is given: other versions, odd folders, root."""

import subprocess
from pathlib import Path

import pytest

from ehr_project.database import Cluster, DatabaseTrouble, scratch_cluster
from ehr_project.database import binaries as binaries_module
from ehr_project.database import folder as folder_module
from ehr_project.tests.conftest import ask, run


def test_data_of_another_version_are_refused_and_left_alone(data):
    cluster = Cluster(data, scratch=True, fsync=False)
    cluster.start()
    cluster.stop()
    (data / "database" / "major").write_text("11\n")
    with pytest.raises(DatabaseTrouble, match=r"written by PostgreSQL 11 .* Nothing was changed"):
        cluster.start()
    (data / "database" / "major").unlink()  # PG_VERSION still tells the truth
    try:
        cluster.start()
        assert cluster.answers()
    finally:
        cluster.stop()


def test_lost_passwords_are_named(data):
    cluster = Cluster(data, scratch=True, fsync=False)
    cluster.start()
    cluster.stop()
    (data / "database" / "passwords.json").unlink()
    with pytest.raises(DatabaseTrouble, match=r"passwords\.json is gone"):
        cluster.start()


@pytest.mark.parametrize("name", ["with a space", "długi–ünïcode", "d/" * 60 + "deep"])
def test_the_folder_may_have_an_unusual_or_long_name(data, name):
    folder = data / name
    folder.mkdir(parents=True)
    cluster = Cluster(folder, scratch=True, fsync=False)
    try:
        cluster.start()
        assert cluster.answers()
    finally:
        cluster.stop()


def test_a_folder_that_cannot_be_written_is_named(data):
    (data / "file").write_text("in the way")
    with pytest.raises(DatabaseTrouble, match=r"Cannot write in .*file"):
        Cluster(data / "file").start()


def test_a_wrong_ehr_pg_bin_is_named(data, monkeypatch):
    monkeypatch.setenv("EHR_PG_BIN", "/nowhere/bin")
    with pytest.raises(DatabaseTrouble, match="EHR_PG_BIN names /nowhere/bin"):
        Cluster(data).start()


def test_a_stray_pgport_changes_nothing(data, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    with scratch_cluster(fsync=False) as urls:
        assert ask(urls.app_url, "SELECT 1") == 1


def test_without_a_system_postgresql_the_one_in_the_wheel_runs(monkeypatch):
    monkeypatch.setattr(binaries_module, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("EHR_PG_BIN", raising=False)
    with scratch_cluster(fsync=False) as urls:
        assert str(ask(urls.app_url, "SHOW server_version")).startswith("18.")


def test_data_keep_their_version_when_a_newer_one_is_preferred(data, monkeypatch):
    account = binaries_module.server_account()
    oldest = min(binaries_module.candidates(account), key=lambda each: each.major)
    monkeypatch.setenv("EHR_PG_BIN", str(oldest.folder))
    cluster = Cluster(data, scratch=True, fsync=False)
    cluster.start()
    cluster.stop()
    monkeypatch.delenv("EHR_PG_BIN")
    try:
        version = str(ask(cluster.start().app_url, "SHOW server_version"))
        assert version.startswith(f"{oldest.major}.")
    finally:
        cluster.stop()


@pytest.fixture
def closed_home(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder only root can enter, and a place for state the server can."""
    state = data / "state"
    monkeypatch.setattr(folder_module, "STATE_FOLDER", state)
    home = data / "home"
    home.mkdir(mode=0o700)
    return home


@pytest.mark.needs("root")
def test_root_keeps_the_database_of_a_closed_home_elsewhere(closed_home, data):
    cluster = Cluster(closed_home / "var", scratch=True, fsync=False)
    try:
        cluster.start()
        assert cluster._folder is not None
        assert cluster._folder.home.parent == data / "state"
    finally:
        cluster.stop()


@pytest.mark.needs("root")
def test_a_closed_home_that_is_renamed_keeps_its_database(closed_home):
    cluster = Cluster(closed_home / "var", scratch=True, fsync=False)
    run(cluster.start().owner_url, "CREATE TABLE kept ()")
    cluster.stop()
    (closed_home / "var").rename(closed_home / "moved")
    moved = Cluster(closed_home / "moved", scratch=True, fsync=False)
    try:
        assert ask(moved.start().owner_url, "SELECT count(*) FROM kept") == 0
    finally:
        moved.stop()


@pytest.mark.needs("root")
def test_a_removed_data_folder_begins_anew_and_puts_the_old_database_aside(closed_home, data):
    said: list[str] = []
    for _ in range(2):
        cluster = Cluster(closed_home / "var", scratch=True, fsync=False, say=said.append)
        try:
            run(cluster.start().owner_url, "CREATE TABLE fresh ()")
        finally:
            cluster.stop()
        subprocess.run(["/bin/rm", "-r", str(closed_home / "var")], check=True)
    assert any("put aside" in line for line in said)
    assert len(list((data / "state").iterdir())) == 2


@pytest.mark.needs("root")
def test_programs_the_server_cannot_read_are_copied_for_it(data, monkeypatch):
    monkeypatch.setattr(binaries_module, "STATE_FOLDER", data / "state")
    account = binaries_module.server_account()
    wheel = next(each for each in binaries_module.candidates(None) if each.inside_wheel)
    copied = binaries_module.readable_copy(wheel.folder.parents[1], wheel.folder.parent.name)
    assert binaries_module.version_of(copied / "bin", account) == wheel.major
