"""Several lists in one round trip: a page that needs ten of them asks the database once."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from fhir.codec import loads


def fetch_together(lists: Mapping[str, QuerySet[Any]]) -> dict[str, list[Any]]:
    """The rows of each query set, in its order, by one statement.

    Rows travel as JSON, so that tables of different columns fit one result; ``json`` columns
    inside keep their literals. Annotations become attributes, as JSON has them; ``select_related``
    and ``values`` are not taken.

    Args:
        lists: Name → query set.

    Returns:
        Name → model instances.
    """
    parts, parameters = [], []
    for number, rows in enumerate(lists.values()):
        sql, given = rows.query.sql_with_params()
        parts.append(
            f"SELECT {number} AS part, row_number() OVER () AS place, "  # noqa: S608
            f"row_to_json(l{number})::text AS said FROM ({sql}) l{number}"
        )
        parameters += given
    found: dict[str, list[Any]] = {name: [] for name in lists}
    if not parts:
        return found
    named = list(lists.items())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY part, place", parameters)
        for part, _, said in cursor.fetchall():
            name, rows = named[part]
            found[name].append(_instance(rows.model, loads(said)))
    return found


def _instance(model: type[Model], said: dict[str, Any]) -> Model:
    fields = [field for field in model._meta.concrete_fields if field.column in said]
    values = [field.to_python(said.pop(field.column)) for field in fields]
    instance = model.from_db("default", [field.attname for field in fields], values)
    for name, value in said.items():
        setattr(instance, name, value)
    return instance
