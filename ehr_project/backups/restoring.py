"""Putting a backup back: into an empty database only, all of it or nothing, and compared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from ehr_project.backups import folder_files
from ehr_project.backups.errors import BackupTrouble, DamagedBackup, NotEmpty
from ehr_project.backups.inventory import Inventory, differences, take
from ehr_project.backups.keys import BackupKey
from ehr_project.backups.making import AT_ONE_MOMENT, DATABASE, FILES, MANIFEST
from ehr_project.backups.parts import parts
from ehr_project.backups.programs import Programs, programs_for
from ehr_project.backups.sealing import Header, Opener, header_of
from ehr_project.backups.settling import settle

THINGS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE ALL (ARRAY['pg\\_%', 'information\\_schema'])
"""


@dataclass(frozen=True)
class Restored:
    """What came back.

    Attributes:
        header: What the backup says of itself.
        inventory: What it holds, by its manifest.
        differences: What is not as it was, in words; none when all is well.
        kept: Files of the data folder that were there already and differ.
    """

    header: Header
    inventory: Inventory
    differences: list[str]
    kept: list[str]


def read_through(file: Path, key: BackupKey) -> tuple[Header, Inventory]:
    """Open every seal of a backup, down to its last; what it says of itself and what it holds.

    Raises:
        KeyTrouble: another key sealed it.
        DamagedBackup: it is not what was written.
    """
    found = None
    for header, name, content in _parts(file, key):
        if name == MANIFEST:
            found = header, Inventory.of_plain(json.loads(b"".join(content)))
    if found is None:
        raise DamagedBackup("The backup holds no manifest. Take another one.")
    return found


def restore(*, file: Path, key: BackupKey, url: str, data: Path | None = None) -> Restored:
    """Load a backup into the empty database at ``url``, as its owner, and compare.

    Args:
        file: The backup; all of it is proven before anything is changed.
        key: What sealed it.
        url: The database, as the role that is to own the tables.
        data: Where the files of the data folder go; None leaves them out.

    Raises:
        NotEmpty: the database holds something.
        BackupTrouble: it could not be loaded; the database is as empty as it was.
    """
    header, inventory = read_through(file, key)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            refuse_unless_empty(connection)
            kept = load(file=file, key=key, url=url, data=data)
            connection.execute("ANALYZE")
            found = differences(inventory, _found(connection))
            settle(connection)
    except psycopg.Error as error:
        raise BackupTrouble(f"Nothing was restored: {str(error).partition(chr(10))[0]}") from error
    return Restored(header, inventory, found, kept)


def refuse_unless_empty(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(THINGS).fetchone()
    if row and row[0]:
        raise NotEmpty(
            "The database is not empty, and a restore never writes over anything. Restore into a "
            "new one: another data folder (CHARTWAVE_DATA), or an empty database (DATABASE_URL)."
        )


def load(*, file: Path, key: BackupKey, url: str, data: Path | None = None) -> list[str]:
    """Load the database of a backup, all of it or nothing, and write the files that are missing.

    Returns:
        Files that were there already and differ.
    """
    programs, kept = _programs(file, url), []
    for _, name, content in _parts(file, key):
        if name == DATABASE:
            with programs.loading(url) as sink:
                for piece in content:
                    sink.write(piece)
        elif name.startswith(FILES) and data is not None:
            own = name.removeprefix(FILES)
            kept += [] if folder_files.put_back(data, own, content) else [own]
    return kept


def _programs(file: Path, url: str) -> Programs:
    """Those that understand both the backup and the server."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        server = connection.info.server_version // 10_000
        with_tls = connection.pgconn.ssl_in_use
    return programs_for(max(said_of(file).major, server), with_tls=with_tls)


def _parts(file: Path, key: BackupKey) -> Iterator[tuple[Header, str, Iterator[bytes]]]:
    try:
        with file.open("rb") as opened:
            opener = Opener(opened, key)
            for name, content in parts(opener):
                yield opener.header, name, content
    except EOFError:
        raise DamagedBackup("The backup ends too early. Take another one.") from None
    except OSError as error:
        raise BackupTrouble(f"{file} cannot be read: {error.strerror}.") from error


def _found(connection: psycopg.Connection[Any]) -> Inventory:
    connection.execute(AT_ONE_MOMENT)
    found = take(connection)
    connection.execute("COMMIT")
    return found


def said_of(file: Path) -> Header:
    """What a backup says of itself, without its key."""
    with file.open("rb") as opened:
        return header_of(opened)
