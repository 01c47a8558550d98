"""Taking the product's formulary into PostgreSQL, where administrators add to it."""

from typing import Any

from django.db import connection, transaction

from patients.models.formulary import FormularyItem
from patients.prescribing.formulary import standard_items

TAKEN_IN = (
    *("name", "usan", "also", "ingredients", "atc", "rxnorm", "classes", "brands", "products"),
    *("routes", "frequencies", "source", "search_prefixes"),
)


@transaction.atomic
def load_formulary() -> int:
    """Make every row that nobody changed here what the product says; how many were written."""
    rows = {item.key: FormularyItem.of(item) for item in standard_items()}
    known = FormularyItem.objects.in_bulk(list(rows), field_name="key")
    new = [row for key, row in rows.items() if key not in known]
    changed = [
        _taken_over(old, rows[key])
        for key, old in known.items()
        if not old.local and _columns(old) != _columns(rows[key])
    ]
    _insert(new)
    FormularyItem.objects.bulk_update(changed, TAKEN_IN, batch_size=200)
    return len(new) + len(changed)


def _insert(rows: list[FormularyItem]) -> None:
    """By COPY: a test's flush brings all of them back many times."""
    columns = ("key", *TAKEN_IN, "offered", "local")
    statement = f"COPY {FormularyItem._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in columns])


def _columns(row: FormularyItem) -> list[Any]:
    return [getattr(row, name) for name in TAKEN_IN]


def _taken_over(old: FormularyItem, new: FormularyItem) -> FormularyItem:
    for name in TAKEN_IN:
        setattr(old, name, getattr(new, name))
    return old


def load_missing(**_: Any) -> None:
    """After a migration or a flush, where the schema has room for it."""
    table = FormularyItem._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return
        present = connection.introspection.get_table_description(cursor, table)
    if {field.column for field in FormularyItem._meta.fields} <= {each.name for each in present}:
        load_formulary()
