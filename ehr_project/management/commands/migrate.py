"""``manage.py migrate``: Django's, but one at a time on a database, however many machines start."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

LOCK = (0x5CAC, 0x316)  # ours among the advisory locks of this database


class Command(Migrate):
    """Two at once would both begin the same change, and one of them fail in the middle."""

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Wait for whoever migrates already, then do what is left."""
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", LOCK)
        try:
            super().handle(*arguments, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", LOCK)
