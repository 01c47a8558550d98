"""Taking tables of concepts into PostgreSQL: once, in bulk, and nothing when nothing changed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from patients.models.terminology import Concept, TerminologyLoad
from patients.terminology.tables import TABLES, Row, Table, digest
from patients.terminology.words import lexemes

COLUMNS = (
    *("system", "code", "display", "name", "synonyms", "kinds"),
    *("category", "unit", "rank", "source", "found_by"),
)
# What an administrator may have set stays: retired, and every row marked local.
_MERGE = """
INSERT INTO {table} AS old ({columns}, local, retired)
SELECT {columns}, false, false FROM concept_incoming
ORDER BY length(name)
ON CONFLICT {key} DO UPDATE SET {assignments}
WHERE NOT old.local AND ({overrule}) AND ({old_values}) IS DISTINCT FROM ({new_values})
"""
# What makes a row unique, which rows that is about, and when two of them are the same.
_BY_CODE = (
    "(system, code) WHERE NOT code = ''",
    "code <> ''",
    "new.system = old.system AND new.code = old.code",
)
_BY_NAME = ("(source, name) WHERE code = ''", "code = ''", "new.code = '' AND new.name = old.name")


def load_tables() -> dict[str, int]:
    """Take in every table of the product whose file changed; the rows now there, by table."""
    return {
        table.name: rows
        for table in TABLES
        if (rows := load(table.name, digest(table.name), table.rows)) is not None
    }


@transaction.atomic
def load(source: str, fingerprint: str, rows: Callable[[], Iterable[Row]]) -> int | None:
    """Make the rows of ``source`` what they are now; None when they are that already.

    Args:
        source: Name of the table, kept on each of its rows.
        fingerprint: What tells one version of the source from the next.
        rows: Reads them; not called when ``fingerprint`` was loaded before.
    """
    with connection.cursor() as cursor:  # a second loader waits here, and finds it done
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"terminology {source}"])
    known = TerminologyLoad.objects.filter(source=source).first()
    if known is not None and known.digest == fingerprint:
        return None
    merged = merge(source, rows())
    TerminologyLoad.objects.update_or_create(
        source=source,
        defaults={"digest": fingerprint, "rows": merged, "loaded_at": timezone.now()},
    )
    return merged


def merge(source: str, rows: Iterable[Row]) -> int:
    """Insert what is new, update what differs, retire what the source no longer holds."""
    table = Concept._meta.db_table
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING.format(columns=columns, table=table))
        with cursor.copy(f"COPY concept_incoming ({columns}) FROM STDIN") as copy:
            for values in _values(source, rows):
                copy.write_row(values)
        cursor.execute("SELECT count(*) FROM concept_incoming")
        count: int = cursor.fetchone()[0]
        # The planner knows neither table yet and would compare every row with every other.
        cursor.execute("ANALYZE concept_incoming; SET LOCAL enable_nestloop = off")
        for key, kept, same in (_BY_CODE, _BY_NAME):
            cursor.execute(_merge_statement(table, key, kept))
            cursor.execute(_RETIRE.format(table=table, kept=kept, same=same), [source])
        cursor.execute("DROP TABLE concept_incoming; SET LOCAL enable_nestloop TO DEFAULT")
    return count


_INCOMING = """
CREATE TEMPORARY TABLE concept_incoming ON COMMIT DROP AS
SELECT {columns} FROM {table} WITH NO DATA
"""
_RETIRE = """
UPDATE {table} AS old SET retired = true
WHERE old.source = %s AND NOT old.local AND NOT old.retired AND old.{kept}
AND NOT EXISTS (SELECT FROM concept_incoming AS new WHERE {same})
"""


def _merge_statement(table: str, key: str, kept: str) -> str:
    """One INSERT … ON CONFLICT for the rows that ``key`` is about.

    A row that a hand-made table describes is not overruled by a big import, which has no rank.
    """
    columns = ", ".join(COLUMNS)
    statement = _MERGE.format(
        table=table,
        columns=columns,
        key=key,
        assignments=", ".join(f"{column} = EXCLUDED.{column}" for column in COLUMNS),
        overrule="old.source = EXCLUDED.source OR EXCLUDED.rank > 0",
        old_values=", ".join(f"old.{column}" for column in COLUMNS),
        new_values=", ".join(f"EXCLUDED.{column}" for column in COLUMNS),
    )
    return statement.replace("ORDER BY", f"WHERE {kept} ORDER BY")


def _values(source: str, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        found_by = lexemes(row.code, (row.name, row.display, *row.synonyms))
        yield (
            *(row.system, row.code, row.display, row.name, list(row.synonyms), list(row.kinds)),
            *(row.category, row.unit, row.rank, source),
            " ".join(f"'{word}'" for word in sorted(found_by)),
        )


def load_missing(**_: Any) -> None:
    """After a migration or a flush: the tables of the product, where the schema has room."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        if Concept._meta.db_table not in names:
            return
        present = connection.introspection.get_table_description(cursor, Concept._meta.db_table)
    if {field.column for field in Concept._meta.fields} <= {column.name for column in present}:
        load_tables()


__all__ = ["Table", "load", "load_missing", "load_tables", "merge"]
