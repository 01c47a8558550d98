"""The command line of the house: ``python manage.py COMMAND``."""

import os
import sys

from ehr_project.running_house import joined

# Only these commands change tables, so only they work as the owner of the database.
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations"}


def main() -> None:
    """Run one Django command, as the database's owner where tables change."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ehr_project.settings")
    os.environ.update(joined(os.environ))
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS and "DATABASE_OWNER_URL" in os.environ:
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
