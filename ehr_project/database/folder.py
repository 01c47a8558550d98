"""Where a database lives on disk: its lock, its version, its passwords, its cluster.

``<data>/database/`` holds the lock and, usually, everything else. When we are root and the
server's account cannot enter that folder, the cluster stands under ``/var/lib/chartwave`` and
``place.json`` says where.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from ehr_project.database.binaries import STATE_FOLDER, Account, DatabaseTrouble, run_as
from ehr_project.database.processes import can_look, end_all
from ehr_project.database.roles import Passwords

OPEN_DOOR = 0o711  # others may pass through, not look around


class AlreadyRunning(DatabaseTrouble):
    """Another house holds this data folder."""


class Lock:
    """One house per data folder: held until this process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[str] | None = None

    def take(self) -> None:
        try:
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(mode=OPEN_DOOR, parents=True, exist_ok=True)
            file = (self._folder / "lock").open("a+")
        except OSError as error:
            message = f"Cannot write in {self._folder}: {error.strerror}. Choose another --data."
            raise DatabaseTrouble(message) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().strip() or "a process that is just starting"
            file.close()
            message = f"{self._folder.parent} is in use by {who}."
            raise AlreadyRunning(message) from None
        file.truncate(0)
        began = time.strftime("%Y-%m-%d %H:%M:%S %Z")
        file.write(f"process {os.getpid()} ({' '.join(sys.orig_argv)[:200]}), since {began}")
        file.flush()
        self._file = file

    def leave(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


@dataclass(frozen=True)
class Folder:
    """The home of one cluster."""

    home: Path
    account: Account | None

    @classmethod
    def of(cls, data: Path, account: Account | None, say: Callable[[str], None]) -> "Folder":
        """Find the home of the database of ``data``, or decide on it."""
        inside = data / "database"
        place = inside / "place.json"
        home = _recorded(place, data) or inside
        if home == inside and not _can_enter(inside, account):
            home = _outside(data, say)
            private_text(place, json.dumps({"home": str(home), "data": str(data.resolve())}))
        return cls(home.resolve(), account)

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    def major(self) -> int | None:
        """The version that wrote the data; none before the first start."""
        if not self.cluster.is_dir():
            return None
        noted = self.home / "major"
        source = noted if noted.exists() else self.cluster / "PG_VERSION"
        return int(source.read_text().strip())

    def passwords(self) -> Passwords:
        file = self.home / "passwords.json"
        if not file.exists():
            if self.cluster.is_dir():
                message = (
                    f"{file} is gone, so nobody can sign in to the database beside it. Put it "
                    "back from a backup, or move the folder away to begin anew."
                )
                raise DatabaseTrouble(message)
            private_text(file, json.dumps(asdict(Passwords.random())))
        return Passwords(**json.loads(file.read_text()))

    def empty_draft(self) -> Path:
        """An empty folder for initdb, whatever an interrupted start left there."""
        draft = self.home / "cluster.draft"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        if self.account:
            os.chown(draft, self.account.uid, self.account.gid)
        return draft

    def keep_draft(self, major: int) -> None:
        (self.home / "major").write_text(f"{major}\n")
        (self.home / "cluster.draft").rename(self.cluster)

    def end_leftovers(self) -> None:
        """Clear away a server whose launcher was killed, and the traces of a killed server."""
        noted = self.cluster / "postmaster.pid"
        if not noted.exists():
            return
        first = noted.read_text().partition("\n")[0]
        end_all(self.cluster, int(first) if first.isdecimal() else None)
        # After kill -9 the number may stay taken for long, by a zombie or a stranger, and
        # PostgreSQL would refuse. We looked: nobody is at work in this folder.
        if can_look():
            noted.unlink(missing_ok=True)


def private_text(path: Path, text: str, owner: Account | None = None) -> Path:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if owner:
        os.chown(draft, owner.uid, owner.gid)
    draft.rename(path)
    return path


def _can_enter(folder: Path, account: Account | None) -> bool:
    if account is None:
        return True
    return run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0


def _recorded(place: Path, data: Path) -> Path | None:
    """The home noted by an earlier start, unless this folder is a copy of the one noted."""
    if not place.exists():
        return None
    noted = json.loads(place.read_text())
    home, original = Path(noted["home"]), Path(noted["data"])
    if original != data.resolve() and (original / "database" / "place.json").exists():
        return None
    if not home.is_dir():
        message = (
            f"The database of {data} was kept in {home}, which is gone. Put it back, or remove "
            f"{place} to begin with an empty one."
        )
        raise DatabaseTrouble(message)
    return home


def _outside(data: Path, say: Callable[[str], None]) -> Path:
    """A home the server's account can enter, one per data folder."""
    home = STATE_FOLDER / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
    if home.exists():  # of a data folder that was removed since
        aside = home.with_name(f"{home.name}.{time.strftime('%Y%m%d-%H%M%S')}")
        home.rename(aside)
        say(f"An older database of this folder was put aside: {aside}")
    STATE_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    home.mkdir(mode=OPEN_DOOR)
    return home
