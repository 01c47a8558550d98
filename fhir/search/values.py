"""What a resource can be found by, and where it is kept.

Under a parameter p of type T, ``k(form, text)`` being ``keys.key(T, p + form, text)``:

- every value there is: the token ``k("", "")``, for ``:missing``;
- a code, identifier or the like: tokens of its ``forms.spellings``; its words are texts under
  ``k(":text")``, an identifier with its type the token ``k(":of-type", "system|code|value")``;
- a reference: the token of its literal, ``k(":identifier", …)`` of what identifies its target;
- a uri: its token, and its text, to the letter, under ``k(":below")``; a canonical one also
  without its version;
- a text: folded under ``k("")``, and the token ``k(":exact", text)``;
- a date: its span under ``k("")``, unless columns of the table hold it;
- an amount: its range under ``k("")``, and for its unit under ``k("|", "system|code")``,
  ``k("|", code)`` and ``k("|", unit)``;
- two halves of a composite: the token ``k("", "a$b")`` for every spelling of both, else the span,
  text or range of the second under ``k("", a)`` for the first two spellings of the first
  (amounts also under ``k("|", "a$unit")``).

An alias keeps nothing (see ``Official.kept_as``), only its presence where it is ``narrowed``.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from fhir.models import DateValue, NumberValue, Record, StringValue
from fhir.search.folding import fold
from fhir.search.leaves import Found
from fhir.search.plans import plan
from fhir.search.references import references_of

__all__ = ["Values", "fold", "forget", "references_of", "values_of", "write"]

# The tables of values: their names, what a row of each holds besides its record, and in what types.
TABLES = (
    (DateValue._meta.db_table, "dates", "key, low, high", ("int8", "timestamptz", "timestamptz")),
    (StringValue._meta.db_table, "strings", "key, text", ("int8", "text")),
    (NumberValue._meta.db_table, "numbers", "key, low, high", ("int8", "numeric", "numeric")),
)
MANY = 200  # rows of a table from which on COPY is faster than a statement


class Values(NamedTuple):
    """What a resource can be found by.

    Attributes:
        tokens: Keys, for ``Record.search_tokens``.
        dates: Key, first and last moment.
        strings: Key and text.
        numbers: Key, least and greatest amount.
    """

    tokens: list[int]
    dates: list[tuple[int, datetime, datetime]]
    strings: list[tuple[int, str]]
    numbers: list[tuple[int, Decimal, Decimal]]

    @property
    def rows(self) -> tuple[frozenset[object], ...]:
        """What stands in tables of its own, for comparison."""
        return frozenset(self.dates), frozenset(self.strings), frozenset(self.numbers)


def values_of(resource: dict[str, Any], own_base: str = "") -> Values:
    """Everything that ``resource`` can be found by.

    Args:
        resource: A whole resource; ids, versions and times are not looked at.
        own_base: Address of this server's API: references that start with it are ours.
    """
    found = Found(own_base)
    plan(resource["resourceType"]).walk(found, resource)
    return Values(sorted(found.tokens), list(found.dates), list(found.strings), list(found.numbers))


def write(pairs: Collection[tuple[Record, Values]], *, replace: bool) -> None:
    """Write the rows of what records can be found by: one statement, or COPY for many.

    The tokens are a column of the record itself: set ``search_tokens`` before it is saved.

    Args:
        pairs: Records and their values.
        replace: Whether rows of an earlier version may stand there.
    """
    steps: list[tuple[str, list[Any]]] = []
    ids = [record.pk for record, _ in pairs]
    for table, part, columns, types in TABLES:
        if replace:
            steps.append(_deletion(table, ids))
        rows = [(record.pk, *row) for record, values in pairs for row in getattr(values, part)]
        if len(rows) < MANY:
            steps += [_insertion(table, columns, types, rows)] if rows else []
        else:
            _run(steps)
            steps = []
            _copy(table, columns, types, rows)
    _run(steps)


def forget(record_ids: Iterable[UUID]) -> None:
    """Remove the rows of records that are gone."""
    ids = list(record_ids)
    _run([_deletion(table, ids) for table, *_ in TABLES] if ids else [])


def _deletion(table: str, ids: list[UUID]) -> tuple[str, list[Any]]:
    return f"DELETE FROM {table} WHERE record_id = ANY(%s)", [ids]  # noqa: S608


def _insertion(
    table: str, columns: str, types: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> tuple[str, list[Any]]:
    arrays = ", ".join(f"%s::{each}[]" for each in ("uuid", *types))
    sql = f"INSERT INTO {table} (record_id, {columns}) SELECT * FROM unnest({arrays})"  # noqa: S608
    return sql, [list(column) for column in zip(*rows, strict=True)]


def _run(steps: list[tuple[str, list[Any]]]) -> None:
    """All steps as one statement; they see the same rows, and no rule binds one to another."""
    if not steps:
        return
    parts = ", ".join(f"step_{place} AS ({sql})" for place, (sql, _) in enumerate(steps))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} SELECT", [p for _, params in steps for p in params])


def _copy(table: str, columns: str, types: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} (record_id, {columns}) FROM STDIN") as copy,
    ):
        copy.set_types(["uuid", *types])
        for row in rows:
            copy.write_row(row)
