"""What a database holds: rows and checksum of each table, its shape, where its histories end."""

from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from psycopg import sql

# Nobody is to be signed in by a backup, and what is remembered for speed is found again.
LEFT_OUT = ("public.django_session", "public.accounts_session", "public.ehr_cache")
# Numbers of transactions mean something only in the cluster that gave them.
NOT_COMPARED = {"txid"}
AS_EVERYWHERE = (
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO, YMD'",
    "SET intervalstyle = 'iso_8601'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
    "SET statement_timeout = 0",
    "SET lock_timeout = 0",
)
TABLES = """
SELECT 'public.' || relname, oid::bigint FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
COLUMNS = """
SELECT attname, atttypid = 'bytea'::regtype FROM pg_attribute
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attname
"""
SEQUENCES = """
SELECT 'public.' || sequencename, coalesce(last_value, 0) FROM pg_sequences
WHERE schemaname = 'public'
"""
SHAPE = """
SELECT kind || ' ' || name FROM (
  SELECT 'column', c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' required' ELSE '' END
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'index', c.relname || ' on ' || i.indrelid::regclass || ' ' || a.amname || ' '
         || i.indnkeyatts || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
         || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END
         || CASE WHEN i.indisvalid THEN '' ELSE ' not valid' END
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
  WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'constraint', c.relname || '.' || k.conname || ' ' || k.convalidated::text
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n'  -- that is the column's
  UNION ALL
  SELECT 'trigger', c.relname || '.' || t.tgname || ' ' || t.tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT 'function', proname || ' ' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex')
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS found (kind, name) ORDER BY 1
"""
# Where the histories end: by these a restored house is matched with what was noted elsewhere.
HEADS = {
    "public.fhir_change": "SELECT max(seq)::text FROM fhir_change",
    "public.accounts_auditevent": "SELECT max(at)::text FROM accounts_auditevent",
}
COUNT = """
SELECT count(*), coalesce(sum(
  ('x' || encode(substring(sha256(convert_to(one::text, 'UTF8')) FOR 8), 'hex'))::bit(64)::bigint
), 0)::text FROM (SELECT {columns} FROM {table}) AS one
"""


@dataclass(frozen=True)
class Table:
    """One table: how many rows, and a sum over their hashes that no order changes."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Inventory:
    """What a database held at one moment.

    Attributes:
        server: Its version, for example 180004.
        tables: By name.
        sequences: The last number each gave; more may have been given since.
        shape: Every column, index, constraint, trigger and function.
        heads: Where Change and audit end.
    """

    server: int
    tables: dict[str, Table] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    shape: tuple[str, ...] = ()
    heads: dict[str, str | None] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_plain(cls, plain: dict[str, Any]) -> "Inventory":
        tables = {name: Table(**table) for name, table in plain["tables"].items()}
        return cls(**plain | {"tables": tables, "shape": tuple(plain["shape"])})


def take(connection: psycopg.Connection[Any]) -> Inventory:
    """Count and sum everything that this connection's transaction sees."""
    for setting in AS_EVERYWHERE:
        connection.execute(setting.replace("SET ", "SET LOCAL "))
    names: dict[str, int] = dict(connection.execute(TABLES).fetchall())
    return Inventory(
        server=connection.info.server_version,
        tables={
            name: _table(connection, name, oid)
            for name, oid in names.items()
            if name not in LEFT_OUT
        },
        sequences=dict(connection.execute(SEQUENCES).fetchall()),
        shape=tuple(row[0] for row in connection.execute(SHAPE)),
        heads={name: _one(connection, HEADS[name]) for name in HEADS if name in names},
    )


def _table(connection: psycopg.Connection[Any], name: str, oid: int) -> Table:
    columns = [
        sql.SQL("sha256({0}) AS {0}" if binary else "{0}").format(sql.Identifier(column))
        for column, binary in connection.execute(COLUMNS, [oid])
        if column not in NOT_COMPARED
    ]
    query = sql.SQL(COUNT).format(
        columns=sql.SQL(", ").join(columns), table=sql.Identifier(*name.split(".", 1))
    )
    row = connection.execute(query).fetchone()
    return Table(*row) if row else Table(0, "0")


def _one(connection: psycopg.Connection[Any], query: str) -> str | None:
    row = connection.execute(sql.SQL(query)).fetchone()
    return row[0] if row else None


def differences(expected: Inventory, found: Inventory) -> list[str]:
    """What differs, in words, each thing by its name; nothing where all is as it was."""
    said = [
        f"{name}: {_told(expected, name)} expected, {_told(found, name)} found"
        for name in sorted(expected.tables.keys() | found.tables.keys())
        if expected.tables.get(name) != found.tables.get(name)
    ]
    said += [
        f"{name}: begins again at {found.sequences.get(name, 0)} after {last}"
        for name, last in sorted(expected.sequences.items())
        if found.sequences.get(name, 0) < last
    ]
    said += [f"missing: {each}" for each in sorted({*expected.shape} - {*found.shape})]
    said += [f"not expected: {each}" for each in sorted({*found.shape} - {*expected.shape})]
    said += [
        f"{name} ends at {found.heads.get(name)} instead of {head}"
        for name, head in sorted(expected.heads.items())
        if found.heads.get(name) != head
    ]
    return said


def _told(inventory: Inventory, name: str) -> str:
    table = inventory.tables.get(name)
    return "no table" if table is None else f"{table.rows} rows (sum {table.checksum})"
