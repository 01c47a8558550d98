"""An upgrade that ends well or not at all: backup, migrate, put back on failure.

While the old state is put back, the half migrated tables stand aside under another name. A put-back
that is cut short is found by that name, and done again from the same backup at the next start, so
that an empty database is never taken for a new house.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.keys import BackupKey
from ehr_project.backups.restoring import load, read_through

ASIDE = "half_migrated"
IS_ASIDE = """
SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s
"""
EMPTY_SCHEMA = ("CREATE SCHEMA public", "GRANT USAGE ON SCHEMA public TO PUBLIC")


class UpgradeFailed(BackupTrouble):
    """The upgrade failed; the message says how the database stands."""


def upgrade(*, url: str, key: BackupKey, backup: Path, migrate: Callable[[], None]) -> None:
    """Migrate; where that fails, put ``backup`` back.

    Args:
        url: The database, as its owner.
        key: What sealed the backup.
        backup: The state of before, made a moment ago.
        migrate: Changes the tables; closes its connections.

    Raises:
        UpgradeFailed: it failed, and everything is as it was.
    """
    try:
        migrate()
    except Exception as error:
        put_back(url=url, key=key, backup=backup)
        raise UpgradeFailed(
            f"The upgrade failed ({type(error).__name__}). The database is as it was before, from "
            f"{backup}. Go back to the version you had, and start again."
        ) from error


def put_back(*, url: str, key: BackupKey, backup: Path) -> None:
    """Make the database what ``backup`` holds; also one in which that was begun and cut short."""
    read_through(backup, key)
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        _put_aside(connection, backup)
        load(file=backup, key=key, url=url)
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(ASIDE)))
        connection.execute("ANALYZE")


def cut_short(url: str) -> Path | None:
    """The backup of a put-back that did not come to its end; None where there is none."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        row = connection.execute(IS_ASIDE, [ASIDE]).fetchone()
    return Path(row[0]) if row and row[0] else None


def _put_aside(connection: psycopg.Connection[Any], backup: Path) -> None:
    """Leave ``public`` empty, in one step that also notes what belongs there."""
    aside = sql.Identifier(ASIDE)
    with connection.transaction():
        if connection.execute(IS_ASIDE, [ASIDE]).fetchone():
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        else:
            connection.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(aside))
            note = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(aside, sql.Literal(str(backup)))
            connection.execute(note)
        for statement in EMPTY_SCHEMA:
            connection.execute(statement)
