"""Making a backup while the house works: one moment of the database, and the folder's files."""

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg

from ehr_project.backups import folder_files
from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.inventory import LEFT_OUT, Inventory, take
from ehr_project.backups.keys import BackupKey
from ehr_project.backups.parts import PartsWriter
from ehr_project.backups.programs import Programs, programs_for
from ehr_project.backups.sealing import Header, Sealer, new_salt

FILES = "files/"
MANIFEST = "manifest"
DATABASE = "database"
SUFFIX = ".chartwave-backup"
AT_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(frozen=True)
class Made:
    """A backup that was written whole."""

    id: uuid.UUID
    file: Path
    made_at: datetime
    size: int
    rows: int
    took_s: float


def make(*, url: str, data: Path, folder: Path, key: BackupKey, kind: str, began: datetime) -> Made:
    """Write one backup; it appears under its name when it is complete and on the disk.

    Every row that was committed before this is called is in it, and of each transaction that runs
    meanwhile all or nothing.

    Args:
        url: The database, as anybody who may read all of it.
        data: The data folder.
        folder: Where backups are kept.
        key: What seals it.
        kind: Why it is made, as a part of its name.
        began: Now, in UTC.

    Raises:
        BackupTrouble: it could not be made; nothing half made is left.
    """
    own_id, clock = uuid.uuid4(), time.monotonic()
    target = folder / f"{began:%Y%m%dT%H%M%SZ}-{kind}-{own_id.hex[:8]}{SUFFIX}"
    try:
        with _connection(url) as connection, _fresh(target) as file:
            programs = programs_of(connection)
            header = Header(str(own_id), began.isoformat(), key.id, new_salt(), programs.major)
            parts = PartsWriter(Sealer(file, key, header))
            _files(
                parts, data, without=folder
            )  # before the moment: a history kept there ends first
            inventory = _database(parts, connection, programs, url)
            parts.close()
    except (psycopg.Error, OSError) as error:
        raise BackupTrouble(f"No backup was made: {_words(error)}") from error
    size = target.stat().st_size
    return Made(own_id, target, began, size, inventory.rows, time.monotonic() - clock)


def programs_of(connection: psycopg.Connection[Any]) -> Programs:
    """Those that understand the server of ``connection``."""
    with_tls = connection.pgconn.ssl_in_use
    return programs_for(connection.info.server_version // 10_000, with_tls=with_tls)


def _files(parts: PartsWriter, data: Path, *, without: Path) -> None:
    for file in folder_files.kept(data, without=without):
        parts.part(FILES + str(file.relative_to(data)), folder_files.pieces(file))


def _database(
    parts: PartsWriter, connection: psycopg.Connection[Any], programs: Programs, url: str
) -> Inventory:
    """Count, then dump, both at the same moment."""
    connection.execute(AT_ONE_MOMENT)
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    inventory = take(connection)
    parts.part(MANIFEST, [json.dumps(inventory.plain()).encode()])
    parts.part(DATABASE, programs.dump(url, snapshot=str(row and row[0]), leave_out=LEFT_OUT))
    connection.execute("COMMIT")
    return inventory


@contextmanager
def _connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        yield connection


@contextmanager
def _fresh(target: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when all of it is on the disk, or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except BaseException:  # whatever ends it, Ctrl-C too: no half a backup stays; it goes on up
        with suppress(OSError):
            draft.unlink()
        raise
    _keep_name(target.parent)


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _words(error: Exception) -> str:
    """What went wrong, without what a database quotes."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the folder of the backups'}: {error.strerror}"
    return str(error).partition("\n")[0]
