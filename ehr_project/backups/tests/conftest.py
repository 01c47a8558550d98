"""Databases to back up and to restore into, beside the one of the tests."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ehr_project.backups.keys import BackupKey
from ehr_project.backups.making import Made, make

KEY = BackupKey(bytes(range(32)))
OTHER_KEY = BackupKey(bytes(32))
BEGAN = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
CHANGES = """
TRUNCATE fhir_change RESTART IDENTITY;
INSERT INTO fhir_change (txid, type, fhir_id, record_id, version, op, at, principal, origin, before)
SELECT 99999999999, 'Patient', 'rosa-' || n, gen_random_uuid(), 1, 'create', now(), 'user:x', '',
       jsonb_build_object('n', n, 'literal', 1.50) FROM generate_series(1, 50) AS n
"""
SESSION = """
INSERT INTO accounts_session (session_key, session_data, expire_date, device, address)
VALUES ('k', 'd', now(), '', '')
"""
VERIFIED = """
INSERT INTO house_backup (
  id, made_at, kind, outcome, file, size_bytes, rows, took_s, verified_at, words
) VALUES (gen_random_uuid(), now(), 'nightly', 'verified', '', 0, 0, 0, now(), '')
"""
TARGET = """
INSERT INTO vitals_synctarget (
  id, name, base_url, auth_kind, sealed, id_style, entry_limit, summary_minutes, enabled, types,
  cohort, team_name, include_waveforms, include_imported, confirmed_plan, disclosed_patients,
  paused_reason, failures, next_try_at, last_error
) VALUES (
  gen_random_uuid(), 'HAPI', 'https://hapi.example', 'none', '', 'put', 1, 1, true, '{}',
  'nobody', '', false, false, '', 0, '', 0, now(), ''
)
"""


@dataclass(frozen=True)
class Place:
    """A database, as its owner and as the application."""

    name: str

    @property
    def owner(self) -> str:
        return make_conninfo(**conninfo_to_dict(os.environ["DATABASE_URL"]) | {"dbname": self.name})

    @property
    def app(self) -> str:
        role = os.environ["DATABASE_APP_ROLE"]
        return make_conninfo(self.owner, options=f"-c role={role}")

    def run(self, statement: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else []


@dataclass(frozen=True)
class Kept:
    """A house that was backed up."""

    source: Place
    made: Made
    data: Path

    @property
    def file(self) -> Path:
        return self.made.file


@contextmanager
def database(template: str | None = None) -> Iterator[Place]:
    """A database of its own; empty, or a copy of one to which nobody is connected."""
    name = f"backup_{uuid.uuid4().hex[:12]}"
    connection.close()  # nobody may be connected to what is copied
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        server.execute(statement)
        try:
            yield Place(name)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            server.execute(drop)


def back_up(place: Place, data: Path, folder: Path) -> Made:
    """Make a backup as the application."""
    return make(url=place.app, data=data, folder=folder, key=KEY, kind="manual", began=BEGAN)


@pytest.fixture(scope="session")
def tables(django_db_setup) -> str:
    """Name of the database with all tables of the house."""
    return str(connection.settings_dict["NAME"])


@pytest.fixture
def source(tables) -> Iterator[Place]:
    """A database with the tables of the house, for one test alone."""
    with database(template=tables) as place:
        place.run(CHANGES)
        yield place


@pytest.fixture
def empty() -> Iterator[Place]:
    with database() as place:
        yield place


def data_folder(folder: Path) -> Path:
    """One with all that may be in it."""
    for name in ("backup-key", "logs/web.log", "backups/old", "database/passwords.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("no")
    (folder / "secret-key").write_text("secret of the house")
    (folder / "database" / "demo-loaded").write_text("yes")
    (folder / "audit-heads").mkdir()
    (folder / "audit-heads" / "2026-11.txt").write_text("heads")
    return folder


@pytest.fixture(scope="session")
def backup(tables, tmp_path_factory) -> Iterator[Kept]:
    """A house with a history, and its backup: for reading only."""
    root = tmp_path_factory.mktemp("backup")
    with database(template=tables) as place:
        for statement in (CHANGES, SESSION, TARGET, VERIFIED):
            place.run(statement)
        data = data_folder(root / "data")
        yield Kept(place, back_up(place, data, root / "kept"), data)
