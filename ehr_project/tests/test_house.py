"""The one command that runs everything: its parts, and the whole of it on a scratch folder."""

import http.client
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehr_project import house
from ehr_project.database import running_urls, scratch_folder
from ehr_project.database.processes import until
from ehr_project.database.tables import copy_folder, tables
from ehr_project.house import House, HouseTrouble, free_port, port_number, secret_key, understand
from tests.stand_in import ports

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        port = ports.free_port()
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield port


def test_a_port_that_is_taken_is_named(taken):
    with pytest.raises(HouseTrouble, match=f"Port {taken} is taken"):
        free_port(taken)


def test_without_a_wish_the_next_free_port_is_chosen(taken, monkeypatch):
    monkeypatch.setattr(house, "FIRST_PORT", taken)
    assert free_port(None) > taken


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80x", ""])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(Exception, match="is no port"):
        port_number(text)


def test_the_data_stand_in_the_checkout_by_default():
    assert understand([]).data == ROOT / "var"


def test_a_data_folder_is_meant_from_where_the_command_was_called(monkeypatch, tmp_path):
    monkeypatch.setenv("CHARTWAVE_CALLED_FROM", str(tmp_path))
    assert understand(["--data", "there"]).data == tmp_path / "there"


def test_the_secret_key_is_made_once_and_private(tmp_path):
    key = secret_key(tmp_path / "key")
    assert len(key) >= 50
    assert secret_key(tmp_path / "key") == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_callers_database_settings_do_not_reach_the_children(monkeypatch, tmp_path):
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner/x")
    one = House(understand(["--data", str(tmp_path)]))
    environment = one.environment(house.Urls("postgresql://owner/y", "postgresql://app/y"))
    assert environment["DATABASE_URL"] == "postgresql://app/y"
    assert not {"PGPORT", "DATABASE_OWNER_URL"} & environment.keys()


def words_of(pid: str) -> list[str]:
    """The words of a command; none once it is over."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


class Running:
    """A house in a process of its own."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.port = ports.free_port()
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")
        }
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ehr_project.house", "--data", str(data)),
                *("--port", str(self.port), *options),
            ],
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.said: list[str] = []

    def listen_until(self, words: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        raise AssertionError("".join(self.said))

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def children(self) -> dict[str, int]:
        """Process ids by what they are."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = {}
        for pid in tasks.read_text().split():
            program = [Path(word).name for word in words_of(pid)[:3]]  # python manage.py worker
            for name in ("gunicorn", "worker", "postgres"):
                if name in program:
                    found[name] = int(pid)
                    break
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with scratch_folder() as data:
        one = Running(data, "--no-demo")
        try:
            one.listen_until("is ready")
            yield one
        finally:
            one.stop()


class TestWholeHouse:
    def test_is_ready_and_serves_the_sign_in_page(self, running):
        assert until(lambda: running.status("/readyz") == 200, 60)
        assert until(lambda: running.status("/sign-in/") == 200, 60)  # codes are loading beside it

    def test_the_long_tables_of_codes_load_behind_the_open_doors(self, running):
        log = running.data / "logs" / "codes.log"
        assert until(lambda: log.exists() and "Terminology is loaded" in log.read_text(), 600)

    def test_listens_on_loopback_only(self, running):
        inode_rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
        ends = {row.split()[1] for row in inode_rows if row.split()[3] == "0A"}
        port = f"{running.port:04X}"
        assert {end for end in ends if end.endswith(port)} == {f"0100007F:{port}"}

    def test_a_second_house_on_the_same_data_says_so_and_leaves(self, running):
        second = Running(running.data, "--no-demo")
        second.listen_until(f"in use by process {running.process.pid}")
        second.process.communicate(timeout=120)
        assert second.process.returncode == 1

    def test_its_passwords_do_not_stand_in_any_command_line(self, running):
        urls = running_urls(running.data)
        assert urls
        password = urls.app_url.split(":")[2].partition("@")[0]
        lines = [words_of(path.name) for path in Path("/proc").glob("[0-9]*")]
        assert not any(password in word for words in lines for word in words)

    @pytest.mark.parametrize("name", ["gunicorn", "worker", "postgres"])
    def test_what_is_killed_comes_back(self, running, name):
        before = running.children()[name]
        os.kill(before, signal.SIGKILL)
        assert until(lambda: running.children().get(name, before) != before, 120)
        assert until(lambda: running.status("/readyz") == 200, 60)


def test_ctrl_c_stops_everything_and_the_data_stay():
    with scratch_folder() as data:
        copy_folder(tables(), data)
        for _ in range(2):
            one = Running(data, "--no-demo")
            one.listen_until("is ready")
            pids = list(one.children().values())
            assert one.stop() == 0
            assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
            assert running_urls(data) is None
