"""SQL that is sent as it stands: prepared once, with bytes as bytes."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection


def run(statement: str, values: Any) -> psycopg.Cursor[Any]:
    """Carry out one statement on Django's connection, in whatever transaction it is in.

    Django itself would paste the values into the text: samples as hex, and a new plan each time.
    """
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True)
