"""The real house for a test: started as a user starts it, looked at and killed from outside."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ehr_project.database import Urls, running_urls, scratch_folder
from ehr_project.database.cluster import leash
from ehr_project.database.processes import PROC, processes_in, until
from ehr_project.database.roles import SUPERUSER, url
from ehr_project.database.tables import copy_folder, tables
from tests.stand_in.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 1800.0
STOPPED_WITHIN_S = 900.0
ANSWERS_WITHIN_S = 60
OPEN = "Chartwave is ready"
NOT_INHERITED = ("DATABASE_", "PG", "CHARTWAVE_", "SECRET_KEY", "DJANGO_", "PYTEST")


class Premises:
    """A data folder, a database and web pages: what can be asked of them from outside.

    Attributes:
        data: Its data folder.
        port: Where its web pages are.
        demo: Whether it runs in demo mode.
        told: What its environment holds besides.
    """

    data: Path
    port: int
    demo: bool
    told: Mapping[str, str]
    _beside: "subprocess.Popen[str] | None" = None

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def urls(self) -> Urls:
        """Addresses of its database."""
        raise NotImplementedError

    def status(self, path: str) -> int:
        """HTTP status of a page; 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    @property
    def ready(self) -> bool:
        return self.status("/readyz") == http.HTTPStatus.OK

    def comes_up(self, process: "subprocess.Popen[bytes]", seconds: float) -> bool:
        """Whether it answers and can work in time, as long as its process lives."""
        answered = until(lambda: self.ready or process.poll() is not None, seconds)
        return answered and process.poll() is None

    def environment(self) -> dict[str, str]:
        """What a process needs to work on the same data with the application's rights."""
        own = {
            "DATABASE_URL": self.urls.app_url,
            "DJANGO_SETTINGS_MODULE": "ehr_project.settings",
            "CHARTWAVE_DATA": str(self.data),
            "CHARTWAVE_DEMO": "1" if self.demo else "0",
            "SECRET_KEY": (self.data / "secret-key").read_text(),
        }
        return outside() | dict(self.told) | own

    def ask(self, module: str, *words: str) -> Any:
        """Run a module in a process of its own, beside the house; the JSON that it prints."""
        if self._beside is None:
            self._beside = subprocess.Popen(
                [sys.executable, "-m", "tests.beside"],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        to, back = self._beside.stdin, self._beside.stdout
        assert to
        assert back
        to.write(json.dumps([module, *words]) + "\n")
        to.flush()
        answer = back.readline()
        assert answer, f"nobody is beside the house any more to run {module}"
        status, said, complained = json.loads(answer)
        assert status == 0, f"{module} failed:\n{complained[-4000:]}"
        return json.loads(said)

    def ask_no_more(self) -> None:
        """End the process beside the house."""
        if self._beside is not None:
            self._beside.communicate()
            self._beside = None

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection to its database with the application's rights."""
        return psycopg.connect(self.urls.app_url, connect_timeout=ANSWERS_WITHIN_S)

    def superuser(self) -> "psycopg.Connection[Any]":
        """A connection that may change the server's settings."""
        passwords = json.loads((self.data / "database" / "passwords.json").read_text())
        socket = Path(str(conninfo_to_dict(self.urls.app_url)["host"]))
        where = url(SUPERUSER, passwords["superuser"], socket, "postgres")
        return psycopg.connect(where, autocommit=True)

    def set(self, **settings: str) -> None:
        """Change settings of the server, for all connections from now on; or back: DEFAULT."""
        with self.superuser() as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            connection.execute("SELECT pg_reload_conf()")


@dataclass
class House(Premises):
    """A running house; web, worker, wearable and database are children of ``process``."""

    data: Path
    port: int
    process: "subprocess.Popen[bytes]"
    demo: bool = True
    told: Mapping[str, str] = field(default_factory=dict)
    _urls: Urls | None = field(default=None, repr=False)

    @property
    def passwords(self) -> dict[str, str]:
        """The demo's passwords by user name; none without the demo."""
        lines = (self.data / "demo-sign-ins.txt").read_text().splitlines()
        return {words[1]: words[2] for line in lines if len(words := line.split()) == 3}

    @property
    def urls(self) -> Urls:
        """Addresses of its database; the same through every crash of that."""
        until(lambda: self._found() is not None, ANSWERS_WITHIN_S)
        assert self._urls is not None, "the database does not answer"
        return self._urls

    def _found(self) -> Urls | None:
        self._urls = self._urls or running_urls(self.data)
        return self._urls

    @property
    def web(self) -> int | None:
        """Process id of the gunicorn master."""
        return self._child("gunicorn")

    @property
    def web_workers(self) -> list[int]:
        """Process ids of the gunicorn workers."""
        return children_of(self.web) if self.web else []

    @property
    def worker(self) -> int | None:
        return self._child("manage.py worker")

    @property
    def wearable(self) -> int | None:
        """Process id of the demo's simulated wearable."""
        return self._child("clients.wearable")

    @property
    def postmaster(self) -> int | None:
        """Process id of PostgreSQL's first process."""
        return self._child("postgres -D")

    @property
    def postgres(self) -> list[int]:
        """Process ids of all of PostgreSQL, the postmaster among them."""
        postmaster = self.postmaster
        with suppress(OSError):
            return processes_in((PROC / str(postmaster) / "cwd").readlink())
        return []

    def _child(self, words: str) -> int | None:
        for pid in children_of(self.process.pid):
            # What has not become its program yet still runs as leash.py: it counts as well.
            if words in command_of(pid):
                return pid
        return None

    def wait_ready(self, seconds: float = READY_WITHIN_S) -> None:
        """Until it answers and can work, also after a kill."""
        assert self.comes_up(self.process, seconds), (
            f"The house is not ready. It said:\n{self.said}"
        )

    def wait_open(self) -> None:
        """Until it says that it is open; whoever answers at the port might be another house."""
        until(lambda: OPEN in self.said or self.process.poll() is not None, READY_WITHIN_S)
        assert OPEN in self.said, f"The house did not open. It said:\n{self.said}"

    @property
    def said(self) -> str:
        """What it printed so far."""
        return (self.data / "said.txt").read_text(errors="replace")

    def log(self, name: str) -> str:
        """The text of logs/NAME.log."""
        return (self.data / "logs" / f"{name}.log").read_text(errors="replace")

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit status."""
        self.ask_no_more()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOPPED_WITHIN_S)
        finally:
            self.process.kill()


def outside() -> dict[str, str]:
    """Our environment without what the test run itself was told."""
    return {n: v for n, v in os.environ.items() if not n.startswith(NOT_INHERITED)}


def children_of(pid: int) -> list[int]:
    """Process ids of the living children."""
    try:
        return [int(child) for child in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> str:
    """The command line; empty once it is over."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@contextmanager
def running_house(
    *,
    demo: bool = True,
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[House]:
    """A house on a data folder of its own, gone afterwards; the tables are there already.

    Args:
        demo: With the invented clinic, its sign-ins and its wearable.
        port: Else a free one.
        environment: More for the launcher to hand on.
    """
    port = port or free_port()
    with scratch_folder() as data:
        copy_folder(tables(), data)
        with (data / "said.txt").open("wb") as said:
            process = subprocess.Popen(
                [
                    *leash(signal.SIGINT),
                    *(sys.executable, "-m", "ehr_project.house", "--data", str(data)),
                    *("--port", str(port), *([] if demo else ["--no-demo"])),
                ],
                cwd=ROOT,
                env=outside() | {"PYTHONUNBUFFERED": "1"} | dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        house = House(data, port, process, demo, environment or {})
        try:
            house.wait_open()
            yield house
        finally:
            house.stop()
