"""The stage of one fault: a migrated database of its own and the web pages, without a launcher.

Nothing brings back what ends here but the test itself, so that it decides for how long.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ehr_project.database import Cluster, Urls, scratch_folder
from ehr_project.database.cluster import leash
from ehr_project.database.processes import until
from ehr_project.database.tables import copy_folder, tables
from ehr_project.house import secret_key, web_command
from tests.house import ROOT, Premises
from tests.stand_in.ports import free_port

WSGI = "ehr_project.wsgi"
WEB_THREADS = 8
READY_WITHIN_S = 600.0
ENDED_WITHIN_S = 600.0
DONE_WITHIN_S = 1800.0
# A commit is answered for before it is on disk, and stays away from there for long.
CARELESS = {
    "synchronous_commit": "off",
    "wal_writer_delay": "'10s'",
    "wal_writer_flush_after": "'1GB'",
}
# Who signs in here does so by a test; the second factor and the limits are tried elsewhere.
USUAL = {
    "CHARTWAVE_SECOND_FACTOR": "0",
    "CHARTWAVE_LIMIT_DEVICE": "0",
    "CHARTWAVE_LIMIT_FHIR": "0",
    "CHARTWAVE_SYNC_NETWORKS": "127.0.0.0/8",
}


@dataclass
class Stage(Premises):
    """A database and web pages that a test stops and starts as it likes."""

    data: Path
    cluster: Cluster
    port: int
    demo: bool = False
    told: Mapping[str, str] = field(default_factory=lambda: USUAL)
    web: "subprocess.Popen[bytes] | None" = None

    @property
    def urls(self) -> Urls:
        return self.cluster.urls

    def open_doors(self, application: str = WSGI, **told: str) -> None:
        """Start the web pages as the house does, and wait for them."""
        command = [application if word == WSGI else word for word in web_command(self.port)]
        command.append("--preload")  # loaded once for all processes: a test starts sooner
        with (self.data / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                [*leash(signal.SIGTERM), *command],
                cwd=ROOT,
                env=self.environment() | {"CHARTWAVE_DB_POOL": str(WEB_THREADS)} | told,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_ready()

    def close_doors(self) -> None:
        """End the web pages at once."""
        if self.web is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.web.pid, signal.SIGKILL)
            self.web.wait()
            self.web = None

    def wait_ready(self, seconds: float = READY_WITHIN_S) -> None:
        assert self.web is not None
        assert self.comes_up(self.web, seconds), (self.data / "web.log").read_text(
            errors="replace"
        )[-4000:]

    def stop_database(self, how: signal.Signals) -> None:
        """PostgreSQL's own ways to stop: SIGINT ends its sessions, SIGQUIT all at once."""
        pid = self.cluster.postmaster_pid
        assert pid is not None
        os.kill(pid, how)
        gone = until(lambda: self.cluster.postmaster_pid is None, ENDED_WITHIN_S)
        assert gone, f"PostgreSQL did not stop by signal {how}"

    def start_database(self) -> None:
        self.cluster.start()

    def as_owner(self, *words: str) -> "subprocess.Popen[bytes]":
        """A Python program with the owner's rights, begun: ``manage.py`` or ``-m`` a module."""
        owner = {"DATABASE_URL": self.urls.owner_url, "DATABASE_OWNER_URL": self.urls.owner_url}
        return subprocess.Popen(
            [*leash(signal.SIGTERM), sys.executable, *words],
            cwd=ROOT,
            env=self.environment() | owner,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def done_as_owner(self, *words: str) -> None:
        """The same, carried out to its end."""
        process = self.as_owner(*words)
        said = process.communicate(timeout=DONE_WITHIN_S)[0].decode()
        assert process.returncode == 0, said[-4000:]


@contextmanager
def staged(data: Path | None = None, *, doors: bool = True) -> Iterator[Stage]:
    """A stage on a database with the tables in it and nothing else.

    Args:
        data: Empty folder for it; else one of its own.
        doors: Whether the web pages are open at once.
    """
    if data is None:
        with scratch_folder() as own, staged(own, doors=doors) as stage:
            yield stage
        return
    copy_folder(tables(), data)
    secret_key(data / "secret-key")
    stage = Stage(data, Cluster(data), free_port())
    try:
        stage.cluster.start()
        if doors:
            stage.open_doors()
        yield stage
    finally:
        stage.ask_no_more()
        try:
            stage.close_doors()
        finally:
            stage.cluster.stop()
