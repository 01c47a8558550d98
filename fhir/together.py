"""Several lists in one round trip: a page that needs twenty of them asks the database twice.

A *loading* is a generator: it yields the query sets that it needs by name, is sent their rows,
may yield again for what depends on them, and returns what it made of them. Several loadings run
side by side; what they yield at the same step goes to the database as one statement.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

from fhir.codec import loads

T = TypeVar("T")


@dataclass(frozen=True)
class Sql:
    """A statement of one's own beside query sets; its columns come as attributes of ``Row``."""

    text: str
    parameters: Mapping[str, Any]
    model: type[Model] | None = None


class Row:
    """A row that is no model instance: its columns as attributes, as JSON has them."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.__dict__.update(columns)


Asked: TypeAlias = Mapping[str, "QuerySet[Any] | Sql"]
Found: TypeAlias = dict[str, list[Any]]
Loading: TypeAlias = Generator[Asked, Found, T]


def together(loadings: Mapping[str, Loading[Any]]) -> dict[str, Any]:
    """Run ``loadings`` side by side: one statement for each step of the longest.

    Returns:
        Name → what that loading returned.
    """
    results: dict[str, Any] = {}
    running = dict(loadings)
    wanted = {name: asked for name in list(running) if (asked := _next(running, name, results))}
    while wanted:
        found = fetch_together(
            {(name, part): rows for name, asked in wanted.items() for part, rows in asked.items()}
        )
        answers = {
            name: {part: found[name, part] for part in asked} for name, asked in wanted.items()
        }
        wanted = {
            name: asked
            for name, answer in answers.items()
            if (asked := _next(running, name, results, answer))
        }
    return results


def load(loading: Loading[T]) -> T:
    """Run one loading by itself."""
    result: T = together({"": loading})[""]
    return result


def _next(
    running: dict[str, Loading[Any]],
    name: str,
    results: dict[str, Any],
    answer: Found | None = None,
) -> Asked | None:
    try:
        while True:
            asked = next(running[name]) if answer is None else running[name].send(answer)
            if asked:
                return asked
            answer = {}  # it needed nothing at this step
    except StopIteration as stopped:
        results[name] = stopped.value
        return None


def fetch_together(lists: Mapping[Any, "QuerySet[Any] | Sql"]) -> dict[Any, list[Any]]:
    """The rows of each query set, in its order, by one statement.

    Rows travel as JSON, so that tables of different columns fit one result; ``json`` columns
    inside keep their literals. Annotations become attributes, as JSON has them; ``select_related``
    and ``values`` are not taken.

    Args:
        lists: Name → query set, or a statement with named parameters.

    Returns:
        Name → model instances, or Rows.
    """
    found: dict[Any, list[Any]] = {name: [] for name in lists}
    parts: list[str] = []
    parameters: list[Any] = []
    for number, rows in enumerate(lists.values()):
        sql, given = _statement(rows)
        if sql:
            parts.append(
                f"SELECT {number} AS part, row_number() OVER () AS place, "  # noqa: S608
                f"row_to_json(l{number})::text AS said FROM ({sql}) l{number}"
            )
            parameters += given
    if not parts:
        return found
    named = list(lists.items())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY part, place", parameters)
        for part, _, said in cursor.fetchall():
            name, rows = named[part]
            found[name].append(_instance(rows.model, loads(said)))
    return found


def _statement(rows: "QuerySet[Any] | Sql") -> tuple[str, list[Any]]:
    if isinstance(rows, Sql):
        return _positional(rows)
    try:
        sql, given = rows.query.sql_with_params()
    except EmptyResultSet:
        return "", []
    return sql, list(given)


def _positional(rows: Sql) -> tuple[str, list[Any]]:
    """Named parameters in the order of their places."""
    given: list[Any] = []

    def place(match: re.Match[str]) -> str:
        given.append(rows.parameters[match.group(1)])
        return "%s"

    return re.sub(r"%\((\w+)\)s", place, rows.text), given


def _instance(model: type[Model] | None, said: dict[str, Any]) -> Any:
    if model is None:
        return Row(said)
    present = [field for field in model._meta.concrete_fields if field.column in said]
    values = [field.to_python(said.pop(str(field.column))) for field in present]
    instance = model.from_db("default", [field.attname for field in present], values)
    for name, value in said.items():
        setattr(instance, name, value)
    return instance
