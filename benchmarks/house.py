"""A whole house for a benchmark: its own database and web processes, gone afterwards."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ehr_project.database.cluster import Cluster
from ehr_project.database.scratch import scratch_folder
from ehr_project.database.tables import copy_folder, tables

ROOT = Path(__file__).resolve().parent.parent
THREADS = 8
READY_S = 60.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class House:
    """The database and its owner's address; port and process of the web server if one runs."""

    cluster: Cluster
    port: int = 0
    web: subprocess.Popen[bytes] | None = None
    owner_url: str = ""

    def cpu_s(self) -> float:
        """CPU seconds that the database and the web processes have used so far."""
        roots = [self.cluster.postmaster_pid, self.web.pid if self.web else None]
        return sum(process_cpu_s(root) for root in roots if root)


# One device or program here does the work of a thousand: counted as ever, and never too much.
COUNTED = {f"CHARTWAVE_LIMIT_{name}": str(10**9) for name in ("DEVICE", "FHIR", "FHIR_SEARCH")}


@contextlib.contextmanager
def scratch_house() -> Iterator[House]:
    """A migrated database, with Django set up on it in this process as the application."""
    with scratch_folder() as folder:
        copy_folder(tables(), folder)
        cluster = Cluster(folder, scratch=True)
        try:
            urls = cluster.start()
            env = {
                "SECRET_KEY": "only-for-benchmarks-" * 3,
                "CHARTWAVE_DATA": str(folder),
            } | COUNTED
            os.environ |= env | {"DJANGO_SETTINGS_MODULE": "ehr_project.settings"}
            os.environ["DATABASE_URL"] = urls.app_url
            import django

            django.setup()
            yield House(cluster, owner_url=urls.owner_url)
        finally:
            _forget_connections()
            cluster.stop()


@contextlib.contextmanager
def open_doors(
    house: House, workers: int = 2, application: str = "ehr_project.wsgi"
) -> Iterator[str]:
    """The web server as the house runs it, or with another application; its host and port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        house.port = free.getsockname()[1]
    address = f"127.0.0.1:{house.port}"
    house.web = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", application, "--bind", address),
            *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(THREADS)),
            *("--log-level", "warning", "--graceful-timeout", "2", "--no-control-socket"),
        ],
        cwd=ROOT,
        env=os.environ | {"CHARTWAVE_DB_POOL": str(THREADS)},
    )
    try:
        _wait(house.port)
        yield address
    finally:
        house.web.terminate()
        house.web.wait(30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            door = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            door.request("GET", "/readyz", headers={"Host": "localhost"})
            if door.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.2)
    raise SystemExit("The web server did not start.")


def _forget_connections() -> None:
    from django.db import connections

    with contextlib.suppress(Exception):
        connections.close_all()


def process_cpu_s(root: int) -> float:
    """CPU seconds of a process, its living children and those it has buried."""
    total, wanted = 0.0, {root}
    stats = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            stats[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    growing = True
    while growing:
        found = {pid for pid, (parent, _) in stats.items() if parent in wanted} - wanted
        wanted |= found
        growing = bool(found)
    total = sum(stats[pid][1] for pid in wanted if pid in stats)
    return total * TICK_S
