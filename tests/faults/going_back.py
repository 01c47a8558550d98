"""Brings tables back to an earlier state: ``python -m tests.faults.going_back APP MIGRATION``.

What follows a migration here (rights on every table) knows the tables of now only.
"""

import sys

if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command
    from django.db.models.signals import post_migrate

    post_migrate.receivers.clear()
    post_migrate.sender_receivers_cache.clear()
    call_command("migrate", *sys.argv[1:])
