"""A database for a test or a benchmark, gone afterwards."""

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ehr_project.database.binaries import OLDEST_MAJOR
from ehr_project.database.cluster import Cluster, Urls
from ehr_project.database.folder import OPEN_DOOR

PREFIX = "chartwave-scratch-"


@contextlib.contextmanager
def scratch_cluster(*, fsync: bool = True, least_major: int = OLDEST_MAJOR) -> Iterator[Urls]:
    """A running database of its own; ``fsync=False`` where no crash is tested."""
    with scratch_folder() as folder:
        cluster = Cluster(folder, scratch=True, fsync=fsync, least_major=least_major)
        try:
            yield cluster.start()
        finally:
            cluster.stop()


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder that the server's account can enter."""
    sweep()
    with contextlib.ExitStack() as held:
        while (folder := _held_folder(held)) is None:
            pass
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _held_folder(held: contextlib.ExitStack) -> Path | None:
    """A new folder in use; None when somebody swept it away before it was."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with contextlib.suppress(FileNotFoundError):
        folder.chmod(OPEN_DOOR)
        in_use = held.enter_context((folder / "in-use").open("w"))
        fcntl.flock(in_use, fcntl.LOCK_EX)
        if (folder / "in-use").exists():
            return folder
    return None


def sweep() -> None:
    """Remove the scratch folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (folder / "in-use").open("r+") as in_use:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
