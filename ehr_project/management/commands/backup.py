"""``manage.py backup``: make one, verify one, list them, or a whole nightly round."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ehr_project.backups import rounds
from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.keys import key_file, key_to_seal_with
from ehr_project.backups.making import SUFFIX
from ehr_project.backups.restoring import said_of
from ehr_project.models import Backup

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Make a backup of the database and the data folder while the house works (make); restore "
        "one into a scratch database and compare every count and checksum (verify); list them; or "
        "make, verify and thin out (nightly)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what", nargs="?", default="make", choices=["make", "verify", "list", "nightly"]
        )
        parser.add_argument("file", nargs="?", type=Path, help="to verify; else the newest")

    def handle(self, *_: Any, what: str, file: Path | None, **__: Any) -> None:
        try:
            {"make": self.make, "list": self.list, "nightly": self.nightly}.get(
                what, lambda: self.verify(file)
            )()
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def make(self) -> None:
        self._tell_of_key()
        backup = rounds.make_one(Backup.Kind.MANUAL)
        self.stdout.write(
            f"{Path(settings.BACKUPS_DIR) / backup.file}: {backup.rows} rows, "
            f"{backup.size_bytes} bytes, {backup.took_s:.1f} s.\n"
            "Now try it: manage.py backup verify"
        )

    def verify(self, file: Path | None) -> None:
        file = file or newest(Path(settings.BACKUPS_DIR))
        _, restored = rounds.verify_one(file)
        if restored.differences:
            for each in restored.differences[:SHOWN]:
                self.stdout.write(each)
            raise CommandError(f"{file}: {len(restored.differences)} differences. Take another.")
        held = restored.inventory
        self.stdout.write(
            f"{file}: verified. {held.rows} rows in {len(held.tables)} tables, restored into a "
            "database of their own, are what they were."
        )

    def list(self) -> None:
        for file in sorted(Path(settings.BACKUPS_DIR).glob(f"*{SUFFIX}")):
            header = said_of(file)
            known = Backup.objects.filter(pk=header.id).first()
            how = known.get_outcome_display() if known else "not known here"
            size = file.stat().st_size
            self.stdout.write(f"{file.name}  {size} bytes  key {header.key}  {how}")

    def nightly(self) -> None:
        os.nice(10)  # whoever works now goes first
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and clear away what is half made
        self._tell_of_key()
        backup = rounds.nightly()
        self.stdout.write(f"{backup.file}: verified, {backup.rows} rows.")

    def _tell_of_key(self) -> None:
        key, made = key_to_seal_with(os.environ, Path(settings.DATA_DIR))
        if made:
            where = key_file(os.environ, Path(settings.DATA_DIR))
            self.stdout.write(
                f"A key for backups was made: {where} (id {key.id}). Copy it to a safe place away "
                "from this machine: without it nobody can read the backups."
            )


def newest(folder: Path) -> Path:
    """The backup that was made last.

    Raises:
        BackupTrouble: there is none.
    """
    found = sorted(folder.glob(f"*{SUFFIX}"))
    if not found:
        raise BackupTrouble(f"There is no backup in {folder}: make one with manage.py backup.")
    return found[-1]
