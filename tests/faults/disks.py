"""Disks that a test fills up and frees again."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ehr_project.database.binaries import run_as, server_account
from ehr_project.database.folder import OPEN_DOOR
from tests.faults.stage import Stage

MEGABYTE = 2**20
SMALL_MB = 320
STEPS = (MEGABYTE, 4096)


@dataclass
class SmallDisk:
    """A file system of its own with little room; a file of nothing takes what is left."""

    folder: Path

    @property
    def ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Until not one page more fits."""
        with self.ballast.open("wb", buffering=0) as file:
            for step in STEPS:
                try:
                    while file.write(bytes(step)) == step:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self.ballast.unlink()


@dataclass
class NoRoom:
    """PostgreSQL may write to no file any more: the way to a full disk that needs no mount."""

    stage: Stage

    def fill(self) -> None:
        self._allow("0")

    def free(self) -> None:
        self._allow("unlimited")

    def _allow(self, size: str) -> None:
        # The postmaster first: what it starts from then on inherits the limit.
        first = self.stage.cluster.postmaster_pid
        for pid in sorted(self.stage.cluster.processes(), key=lambda each: each != first):
            limit = ["prlimit", f"--pid={pid}", f"--fsize={size}:unlimited"]
            run_as(server_account(), limit)


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    """A file system in memory, mounted for as long as it is needed."""
    folder = Path(tempfile.mkdtemp(prefix="chartwave-disk-"))
    options = f"size={SMALL_MB}m,mode={OPEN_DOOR:o}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def can_mount() -> bool:
    """Whether a file system may be mounted here, as by root outside a container."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder]
        if subprocess.run(tried, capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
        return True
