"""The command line of the house: ``python manage.py COMMAND``."""

import os
import sys
from contextlib import ExitStack

from ehr_project.running_house import joined, own_database

# Only these commands change tables, so only they work as the owner of the database.
OWNER_COMMANDS = {
    *("migrate", "makemigrations", "sqlmigrate", "showmigrations"),
    *("upgrade", "restore"),
}


def main() -> None:
    """Run one Django command, as the database's owner where tables change."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ehr_project.settings")
    os.environ.update(joined(os.environ))
    with ExitStack() as running:
        if command == "restore" and not os.environ.get("DATABASE_URL"):
            os.environ.update(running.enter_context(own_database(os.environ)))
        if command in OWNER_COMMANDS and "DATABASE_OWNER_URL" in os.environ:
            os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
