"""``manage.py upgrade``: before ``bin/run`` opens: backup, migrate, put back on failure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.keys import key_of, key_to_seal_with
from ehr_project.backups.making import make
from ehr_project.backups.rounds import address
from ehr_project.backups.upgrading import cut_short, put_back, upgrade
from ehr_project.models import Backup
from fhir.roles import grant


class Command(BaseCommand):
    help = (
        "Bring the tables to this version. Where they hold something, a backup is made before, and "
        "put back when the change fails."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            self._finish_what_was_cut_short()
            if not _applied():
                _migrate()  # a new house has nothing to keep
            elif _pending():
                self._upgrade()
            else:
                _migrate()  # renews what the application may do
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _upgrade(self) -> None:
        data, folder = Path(settings.DATA_DIR), Path(settings.BACKUPS_DIR)
        key, _ = key_to_seal_with(os.environ, data)
        self.stdout.write("Making a backup before the tables change")
        made = make(
            url=address(),
            data=data,
            folder=folder,
            key=key,
            kind=Backup.Kind.UPGRADE,
            began=timezone.now(),
        )
        try:
            upgrade(url=address(), key=key, backup=made.file, migrate=_migrate)
        except BackupTrouble:
            grant(using=DEFAULT_DB_ALIAS)
            raise
        Backup.objects.create(
            id=made.id,
            made_at=made.made_at,
            kind=Backup.Kind.UPGRADE,
            outcome=Backup.Outcome.MADE,
            file=made.file.name,
            size_bytes=made.size,
            rows=made.rows,
            took_s=made.took_s,
        )

    def _finish_what_was_cut_short(self) -> None:
        if backup := cut_short(address()):
            self.stdout.write(f"Going on to put back {backup}")
            key = key_of(os.environ, Path(settings.DATA_DIR))
            put_back(url=address(), key=key, backup=backup)
            grant(using=DEFAULT_DB_ALIAS)


def _migrate() -> None:
    try:
        call_command("migrate", interactive=False, verbosity=1)
    finally:
        connections.close_all()  # what is put back waits for nobody


def _applied() -> bool:
    return bool(MigrationExecutor(connection).loader.applied_migrations)


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
