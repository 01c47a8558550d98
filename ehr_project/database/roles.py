"""Who may do what in the database: the owner migrates, the application works."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

DATABASE = "chartwave"
SUPERUSER = "chartwave_superuser"
OWNER_ROLE = "chartwave_owner"
APP_ROLE = "chartwave_app"


@dataclass(frozen=True)
class Passwords:
    """Made once, kept in a file that only the launching user reads."""

    superuser: str
    owner: str
    app: str

    @classmethod
    def random(cls) -> "Passwords":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


def url(role: str, password: str, socket: Path, database: str) -> str:
    """A connection address through a socket folder.

    >>> url("app", "a/b", Path("/tmp/a b"), "db")
    'postgresql://app:a%2Fb@/db?host=%2Ftmp%2Fa%20b&port=5432'
    """
    host = quote(str(socket), safe="")
    # The port is named because libpq would otherwise take a stray PGPORT.
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={host}&port=5432"


def prepare(connection: psycopg.Connection, passwords: Passwords, *, scratch: bool) -> None:
    """Make the roles and the database as they should be; repeating it changes nothing.

    In a scratch cluster the owner may also create test databases and act as the application.
    """
    _role(connection, OWNER_ROLE, passwords.owner, "CREATEDB" if scratch else "NOCREATEDB")
    _role(connection, APP_ROLE, passwords.app, "NOCREATEDB")
    owner, app, database = (sql.Identifier(each) for each in (OWNER_ROLE, APP_ROLE, DATABASE))
    if not _exists(connection, "pg_database", "datname", DATABASE):
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))
    if scratch:
        connection.execute(sql.SQL("GRANT {} TO {}").format(app, owner))


def _role(connection: psycopg.Connection, name: str, password: str, create_db: str) -> None:
    verb = "ALTER" if _exists(connection, "pg_roles", "rolname", name) else "CREATE"
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(name), sql.SQL(create_db), sql.Literal(password)
    )
    connection.execute(statement)


def _exists(connection: psycopg.Connection, table: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = {}").format(
        sql.Identifier(table), sql.Identifier(column), sql.Literal(name)
    )
    return connection.execute(query).fetchone() is not None
