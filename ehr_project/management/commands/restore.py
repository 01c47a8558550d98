"""``manage.py restore FILE``: put a backup back into an empty database and data folder."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max

from accounts import audit
from accounts.models import AuditSeal
from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.keys import keep, key_of
from ehr_project.backups.restoring import Restored, restore
from ehr_project.backups.rounds import address
from fhir.principal import SYSTEM
from fhir.roles import grant

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database: the one that DATABASE_URL names (as its owner: "
        "DATABASE_OWNER_URL), else a new one in the data folder (CHARTWAVE_DATA, usually var/)."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        data = Path(settings.DATA_DIR)
        try:
            key = key_of(os.environ, data)
            restored = restore(file=file, key=key, url=address(), data=data)
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        keep(key, os.environ, data)
        grant(using=DEFAULT_DB_ALIAS)
        pending = _pending()
        if not pending:
            detail = {
                "backup": restored.header.id,
                "made_at": restored.header.made_at,
                "differences": len(restored.differences),
                # What was sealed after these was written after the backup: accounts.trail.
                "seals": AuditSeal.objects.aggregate(last=Max("number"))["last"] or 0,
            }
            audit.record(SYSTEM, "restore", detail=detail)
        self._tell(restored, pending=pending)

    def _tell(self, restored: Restored, *, pending: bool) -> None:
        held = restored.inventory
        self.stdout.write(
            f"Restored {held.rows} rows in {len(held.tables)} tables, as they were at "
            f"{restored.header.made_at}.\n"
            "Nobody is signed in. Sync sends nothing until an administrator switches each target "
            "on again. Uploads and changes after that moment are not there."
        )
        for name in restored.kept:
            self.stdout.write(f"Left as it is, although the backup's differs: {name}")
        if pending:
            self.stdout.write("It is of an earlier version: bin/run (manage.py upgrade) goes on.")
        for each in restored.differences[:SHOWN]:
            self.stdout.write(each)
        if restored.differences:
            raise CommandError(f"{len(restored.differences)} differences. Take another backup.")


def _pending() -> bool:
    """Whether this version of the product has tables that the restored one had not."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
