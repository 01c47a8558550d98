"""How the database is emptied after a test whose transactions were real.

Django truncates the tables of its own models and has what fills them after a migration run again: a
second a test, and what a migration itself wrote, the reference ranges, is gone. Here every row that
came after the migrations goes, jobs of the worker too, and a changed table gets its own rows back.
"""

from collections.abc import Iterable
from typing import LiteralString

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql


class Flush:
    """Knows what the migrations left in the database, and brings it back to that."""

    def __init__(self) -> None:
        self._as_made: dict[str, bytes] = {}
        self._state: dict[str, object] = {}

    def learn(self) -> None:
        """Look at the database as the migrations left it."""
        self._as_made = {name: rows(name) for name in filled(tables())}
        self._state = state(self._as_made)

    def after(self) -> None:
        """Take away what a test wrote, and bring back what it took away."""
        now = state(self._as_made)
        changed = {name for name in self._as_made if now[name] != self._state[name]}
        restore(
            dict.fromkeys(filled(tables()) - self._as_made.keys(), b"")
            | {name: self._as_made[name] for name in changed}
        )
        self._state |= state(changed)


def tables() -> list[str]:
    return connection.introspection.table_names()


def rows(table: str) -> bytes:
    """Every row of a table, as COPY gives them."""
    with connection.cursor() as cursor, cursor.copy(statement("COPY {} TO STDOUT", table)) as copy:
        return b"".join(bytes(block) for block in copy)


def filled(names: Iterable[str]) -> set[str]:
    """Which of the tables hold a row."""
    each = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    asked = [each.format(sql.Literal(name), sql.Identifier(name)) for name in sorted(names)]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked).as_string())
        return {name for (name,) in cursor.fetchall()}


def state(names: Iterable[str]) -> dict[str, object]:
    """What differs as soon as a row of the table is written or removed."""
    each = sql.SQL("SELECT {}, count(*), sum(xmin::text::bigint) FROM {}")
    asked = [each.format(sql.Literal(name), sql.Identifier(name)) for name in sorted(names)]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked).as_string())
        return {name: (count, written) for name, count, written in cursor.fetchall()}


@transaction.atomic
def restore(wanted: dict[str, bytes]) -> None:
    """Give tables these rows and no others; what a trigger would hold, a signed note, goes too."""
    with connection.cursor() as cursor:
        for name in sorted(wanted):
            cursor.execute(statement("ALTER TABLE {} DISABLE TRIGGER USER", name))
            cursor.execute(statement("DELETE FROM {}", name))
        for name in sorted(filter(wanted.get, wanted)):
            with cursor.copy(statement("COPY {} FROM STDIN", name)) as copy:
                copy.write(wanted[name])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in sorted(wanted):
            cursor.execute(statement("ALTER TABLE {} ENABLE TRIGGER USER", name))


def statement(words: LiteralString, table: str) -> str:
    return sql.SQL(words).format(sql.Identifier(table)).as_string()


flush = Flush()


def take_over() -> None:
    """From here on flushes are ours."""
    flush.learn()
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def teardown(_case: TransactionTestCase) -> None:
    flush.after()
