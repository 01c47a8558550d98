"""What the application's database role may do: everything but rewrite what is written once."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg import sql


def grant(*, using: str, **_: Any) -> None:
    """After migrations: give the app role its rights, and take UPDATE and DELETE from history."""
    role = settings.DATABASE_APP_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user, to_regrole(%s) IS NOT NULL", [role])
        current_user, exists = cursor.fetchone()
        if not exists or current_user == role:
            return
        there = connections[using].introspection.table_names(cursor)
        for statement in _statements(role, there):
            cursor.execute(statement)


def _statements(role: str, there: list[str]) -> list[str]:
    """What to grant and to take; of the tables that are there: an older backup lacks some."""
    name = sql.Identifier(role)
    everything = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ]
    written_once = [
        "REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}",
    ]
    return [sql.SQL(line).format(role=name).as_string() for line in everything] + [
        sql.SQL(line).format(role=name, table=sql.Identifier(model._meta.db_table)).as_string()
        for model in apps.get_models()
        if getattr(model, "append_only", False) and model._meta.db_table in there
        for line in written_once
    ]
