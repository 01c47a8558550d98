"""Many rows in one statement: new ones by COPY, new versions by UPDATE from JSON."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, TypeAlias

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.base import ModelState
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


def blank(model: type[models.Model], **values: Any) -> Any:
    """A new row without the detour over the model's constructor, which takes longer than COPY."""
    plain, made = _defaults(model)
    row = model.__new__(model)
    row._state = ModelState()
    vars(row).update(plain)
    vars(row).update({attname: default() for attname, default in made if attname not in values})
    vars(row).update(values)
    return row


@cache
def _defaults(
    model: type[models.Model],
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Values that every new row shares, and what must be made for each."""
    fields = model._meta.concrete_fields
    made = tuple((f.attname, f.default) for f in fields if f.has_default() and callable(f.default))
    names = dict(made)
    return {f.attname: f.get_default() for f in fields if f.attname not in names}, made


def _copied(model: type[models.Model], rows: Sequence[models.Model]) -> tuple[str, str]:
    columns = _columns(model)
    values = itemgetter(*(attname for attname, _, _ in columns))
    writers = [writer for _, _, writer in columns]
    lines = [
        "\t".join(
            [
                NULL if value is None else writer(value)
                for writer, value in zip(writers, values(vars(row)), strict=True)
            ]
        )
        for row in rows
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
    return str(value).translate(ESCAPES) if value else ""


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
