"""Many rows in one statement: new ones by COPY, new versions by UPDATE from JSON."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.expressions import RawSQL

from fhir.codec import dumps
from fhir.fields import VerbatimJSONField

# From the value of a field to its text in COPY; None stands for NULL before it comes here.
Writer: TypeAlias = Callable[[Any], str]
Column: TypeAlias = tuple[str, str, Writer]

NULL = r"\N"
ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"})


def insert(rows: Iterable[models.Model]) -> None:
    """Insert rows of any types, one COPY for each type, in the order of the types' first rows."""
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model, same_type in by_model.items():
        names, text = _copied(model, same_type)
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {_table(model)} ({names}) FROM STDIN") as copy,
        ):
            copy.write(text)


def _copied(model: type[models.Model], rows: Sequence[models.Model]) -> tuple[str, str]:
    columns = _columns(model)
    lines = [
        "\t".join(
            NULL if (value := values[attname]) is None else writer(value)
            for attname, _, writer in columns
        )
        for values in map(vars, rows)
    ]
    return ", ".join(f'"{column}"' for _, column, _ in columns), "\n".join([*lines, ""])


@cache
def _columns(model: type[models.Model]) -> tuple[Column, ...]:
    """The columns that COPY fills; what only the database can compute is left to it."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField) and not _computed(field)
    ]
    return tuple((field.attname, str(field.column), _writer(field)) for field in fields)


def _computed(field: Any) -> bool:
    return bool(field.has_db_default()) and isinstance(field.db_default, RawSQL)


def _writer(field: Any) -> Writer:
    if field.has_db_default():
        return lambda value: _text(value if isinstance(value, str) else field.db_default)
    if isinstance(field, VerbatimJSONField):
        return _json
    if isinstance(field, ArrayField):
        return _numbers if isinstance(field.base_field, models.IntegerField) else _texts
    for kinds, writer in WRITERS.items():
        if isinstance(field, kinds):
            return writer
    return str


def _text(value: Any) -> str:
    return str(value).translate(ESCAPES)


def _json(value: Any) -> str:
    # JSON writes control characters as escapes: only its backslashes need another.
    return dumps(value).decode().replace("\\", r"\\")


def _texts(values: Iterable[str]) -> str:
    return "{" + ",".join(_quoted(value) for value in values) + "}"


def _quoted(value: str) -> str:
    inside = value.replace("\\", r"\\").replace('"', r"\"")
    return f'"{inside}"'.translate(ESCAPES)


def _numbers(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


WRITERS: dict[type[models.Field[Any, Any]], Writer] = {
    models.CharField: _text,
    models.TextField: _text,
    models.DateTimeField: lambda value: value.isoformat(),
    models.BooleanField: lambda value: "t" if value else "f",
    models.BinaryField: lambda value: r"\\x" + bytes(value).hex(),
    models.JSONField: lambda value: orjson.dumps(value).decode().replace("\\", r"\\"),
}


def replace(rows: Sequence[models.Model]) -> None:
    """Write all columns of rows of one type anew; they are locked, so all are there."""
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    text = dumps(
        [{f.column: _for_json(f, row.__dict__[f.attname]) for f in fields} for row in rows]
    )
    changed = [f'"{f.column}" = new."{f.column}"' for f in fields if not f.primary_key]
    table = _table(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {', '.join(changed)} "  # noqa: S608  names of our own columns
            f"FROM json_populate_recordset(NULL::{table}, %s::json) AS new "
            f"WHERE {table}.id = new.id",
            [text.decode()],
        )


def _for_json(field: Any, value: Any) -> Any:
    if isinstance(field, models.BinaryField):
        return r"\x" + bytes(value).hex()
    return value


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
