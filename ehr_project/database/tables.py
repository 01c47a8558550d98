"""A data folder with all the tables in it, for tests and benchmarks: made once on this machine.

To bring an empty database up to date takes half a minute of a processor, and a test run does it for
each worker and each house. So it is done once for each state of the code, stopped, and copied.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ehr_project.database.cluster import Cluster, Urls
from ehr_project.database.folder import OPEN_DOOR
from ehr_project.database.scratch import scratch_folder

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "ehr_project", "fhir", "patients", "vitals")
# Nothing in them reaches a table.
LEFT_OUT = frozenset({"tests", "__pycache__", "templates", "static", "views"})
KEPT = 3
KEY = {"SECRET_KEY": "only-to-make-tables-" * 3}


def tables() -> Path:
    """The folder, for `copy_folder`; the first who asks makes it, and others wait."""
    home = Path(tempfile.gettempdir()) / f"chartwave-tables-{os.geteuid()}"
    home.mkdir(mode=OPEN_DOOR, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise PermissionError(f"{home} belongs to somebody else: remove it.")
    folder = home / state()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            os.utime(folder)
        else:
            _make(folder)
            _forget_old(home)
    return folder


@contextlib.contextmanager
def running_copy() -> Iterator[Urls]:
    """A running database that begins with the tables, gone afterwards; no crash is survived."""
    with scratch_folder() as data:
        copy_folder(tables(), data)
        with _running(data) as urls:
            yield urls


@contextlib.contextmanager
def _running(data: Path) -> Iterator[Urls]:
    cluster = Cluster(data, scratch=True, fsync=False)
    try:
        yield cluster.start()
    finally:
        cluster.stop()


def copy_folder(begun: Path, data: Path) -> None:
    """Copy a data folder whose house is closed, with the owners of its files."""
    names = [str(each) for each in begun.iterdir() if each.name != "in-use"]
    subprocess.run(["cp", "-a", "--", *names, str(data)], check=True)


def state() -> str:
    """What differs as soon as the code does that makes the tables and fills them."""
    told = sys.version + os.environ.get("EHR_PG_BIN", "")
    found = hashlib.sha256(told.encode() + (ROOT / "requirements.txt").read_bytes())
    for package in PACKAGES:
        for folder, inner, names in os.walk(ROOT / package):
            inner[:] = sorted(set(inner) - LEFT_OUT)
            for name in sorted(names):
                found.update(name.encode() + (Path(folder) / name).read_bytes())
    return found.hexdigest()[:16]


def _make(folder: Path) -> None:
    with scratch_folder() as data:
        with _running(data) as urls:
            owner = dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL"), urls.owner_url)
            migrate = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
            subprocess.run(migrate, cwd=ROOT, env=KEY | os.environ | owner, check=True)
        draft = folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=OPEN_DOOR)
        copy_folder(data, draft)
        draft.rename(folder)


def _forget_old(home: Path) -> None:
    """Keep those of the last few states."""
    folders = sorted(
        (each for each in home.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime
    )
    for old in folders[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
