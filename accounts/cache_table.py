"""The cache of the house: a table that every process shares, so that limits hold over all of them.

Django's own database cache counts its rows at each write, throws a third of them away when it is
full, increments in two steps and pickles. Limits need the opposite: one statement that two
processes cannot both pass, and nothing that a flood of other keys could push out.
"""

import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

GET = """
SELECT key, value::text FROM ehr_cache
WHERE key = ANY(%(keys)s) AND (expires IS NULL OR expires > %(now)s)
"""
SET = """
INSERT INTO ehr_cache (key, value, expires) VALUES (%(key)s, %(value)s::jsonb, %(expires)s)
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""
# What has expired counts as absent.
ADD = f"{SET} WHERE ehr_cache.expires <= %(now)s"
INCREMENT = """
UPDATE ehr_cache SET value = to_jsonb((value #>> '{}')::bigint + %(delta)s)
WHERE key = %(key)s AND (expires IS NULL OR expires > %(now)s) RETURNING value::text
"""
TOUCH = """
UPDATE ehr_cache SET expires = %(expires)s
WHERE key = %(key)s AND (expires IS NULL OR expires > %(now)s)
"""
DELETE = "DELETE FROM ehr_cache WHERE key = %(key)s"
CLEAR = "DELETE FROM ehr_cache"
SWEEP = """
DELETE FROM ehr_cache WHERE key IN (
  SELECT key FROM ehr_cache WHERE expires <= %(now)s LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""
# One write in so many takes expired rows away.
SWEPT_EACH = 100


class CacheTable(BaseCache):
    """Django's cache interface over ``ehr_cache``; values are JSON."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        named = {self.make_and_validate_key(key, version): key for key in keys}
        with connection.cursor() as cursor:
            cursor.execute(GET, {"keys": list(named), "now": timezone.now()})
            return {named[key]: json.loads(value) for key, value in cursor.fetchall()}

    def set(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._write(SET, key, version, value=json.dumps(value), expires=self._until(timeout))

    def add(
        self,
        key: str,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Set unless it is there; True for exactly one of many who try at once."""
        if secrets.randbelow(SWEPT_EACH) == 0:
            self.sweep()
        said = {"value": json.dumps(value), "expires": self._until(timeout)}
        return self._write(ADD, key, version, **said) > 0

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._write(TOUCH, key, version, expires=self._until(timeout)) > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._write(DELETE, key, version) > 0

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count in one statement; when it expires stays as it was.

        Raises:
            ValueError: there is nothing to count.
        """
        said: dict[str, Any] = {"key": self.make_and_validate_key(key, version), "delta": delta}
        with connection.cursor() as cursor:
            cursor.execute(INCREMENT, said | {"now": timezone.now()})
            row = cursor.fetchone()
        if row is None:
            raise ValueError(f"Key {key!r} not found")
        return int(row[0])

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CLEAR)

    def sweep(self) -> None:
        """Take expired rows away; they count for nothing already."""
        with connection.cursor() as cursor:
            cursor.execute(SWEEP, {"now": timezone.now()})

    def _write(self, statement: str, key: str, version: int | None, **said: Any) -> int:
        said |= {"key": self.make_and_validate_key(key, version), "now": timezone.now()}
        with connection.cursor() as cursor:
            cursor.execute(statement, said)
            return int(cursor.rowcount)

    def _until(self, timeout: Any) -> datetime | None:
        seconds = self.get_backend_timeout(timeout)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
