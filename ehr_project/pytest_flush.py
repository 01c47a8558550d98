"""How the database is emptied after a test whose transactions were real.

Django truncates every table and has the migrations fill theirs again: a second a test. Most tests
write to a dozen tables, and none to those that are part of the product, so only what was written
goes. Whoever did change a table of the product gets Django's whole flush.
"""

from collections.abc import Iterable
from typing import LiteralString

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

whole_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


class Flush:
    """Knows what the migrations left in the database, and takes away what came after."""

    def __init__(self) -> None:
        self._filled: set[str] = set()
        self._as_made: dict[str, object] = {}

    def learn(self) -> None:
        """Look at the database as the migrations left it."""
        self._filled = filled(tables())
        self._as_made = state(self._filled)

    def after(self, case: TransactionTestCase) -> None:
        if state(self._filled) == self._as_made:
            empty(filled(tables()) - self._filled)
            return
        whole_flush(case)
        self.learn()


def tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


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
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked).as_string())
        return {name: (rows, written) for name, rows, written in cursor.fetchall()}


@transaction.atomic
def empty(names: Iterable[str]) -> None:
    """Remove every row; what a trigger would hold, a signed note, as well."""
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute(statement("ALTER TABLE {} DISABLE TRIGGER USER", name))
            cursor.execute(statement("DELETE FROM {}", name))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in sorted(names):
            cursor.execute(statement("ALTER TABLE {} ENABLE TRIGGER USER", name))


def statement(words: LiteralString, table: str) -> str:
    return sql.SQL(words).format(sql.Identifier(table)).as_string()


flush = Flush()


def take_over() -> None:
    """From here on flushes are ours."""
    flush.learn()
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def teardown(case: TransactionTestCase) -> None:
    flush.after(case)
