"""The house's own backups: made, tried, noted, thinned out; and when the next one is due."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from accounts import audit
from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.keys import BackupKey, key_of, key_to_seal_with
from ehr_project.backups.making import Made, make
from ehr_project.backups.restoring import Restored
from ehr_project.backups.thinning import thin
from ehr_project.backups.verifying import verify
from ehr_project.models import Backup
from fhir.principal import SYSTEM

LOCK = 0xBACC  # ours among the advisory locks of this database
A_NIGHT = timedelta(hours=20)
A_DAY = timedelta(hours=26)
AFTER_FAILURE = timedelta(hours=6)  # each try may leave a file that nobody verified
HOURS_OF_NIGHT = 4
LONGEST_S = 12 * 3600
LOOK_S = 0.5
MOST_WORDS = 500
MANAGE = Path(settings.BASE_DIR) / "manage.py"


def address() -> str:
    """Where this process's database is, with what it signs in with."""
    given = connection.settings_dict
    named = {
        "dbname": given["NAME"],
        "user": given["USER"],
        "password": given["PASSWORD"],
        "host": given["HOST"],
        "port": given["PORT"],
    }
    others = {k: v for k, v in given["OPTIONS"].items() if isinstance(v, str) and k != "options"}
    return make_conninfo(**{k: v for k, v in (named | others).items() if v})


def make_one(kind: Backup.Kind) -> Backup:
    """Make a backup now and note it, also that it failed.

    Raises:
        BackupTrouble: it could not be made.
    """
    began = timezone.now()
    with _alone():
        try:
            key, _ = key_to_seal_with(os.environ, settings.DATA_DIR)
            made = _made(kind, key, began)
        except BackupTrouble as trouble:
            _note(Backup(made_at=began, kind=kind, outcome="failed", words=_short(trouble)))
            raise
        return _noted(made, kind)


def _made(kind: Backup.Kind, key: BackupKey, began: datetime) -> Made:
    data, folder = Path(settings.DATA_DIR), Path(settings.BACKUPS_DIR)
    return make(url=address(), data=data, folder=folder, key=key, kind=kind, began=began)


def _noted(made: Made, kind: Backup.Kind) -> Backup:
    backup = Backup(
        id=made.id,
        made_at=made.made_at,
        kind=kind,
        outcome=Backup.Outcome.MADE,
        file=made.file.name,
        size_bytes=made.size,
        rows=made.rows,
        took_s=made.took_s,
    )
    _note(backup)
    return backup


def verify_one(file: Path) -> tuple[Backup, Restored]:
    """Restore a backup into a database of its own, compare, and note how it went.

    Raises:
        BackupTrouble: it cannot be restored.
    """
    try:
        restored = verify(file, key_of(os.environ, settings.DATA_DIR))
    except BackupTrouble as trouble:
        _note_failure(file, _short(trouble))
        raise
    backup = _known(UUID(restored.header.id)) or Backup(
        id=UUID(restored.header.id),
        made_at=datetime.fromisoformat(restored.header.made_at),
        kind=Backup.Kind.MANUAL,
        file=file.name,
        size_bytes=file.stat().st_size,
        rows=restored.inventory.rows,
    )
    good = not restored.differences
    backup.outcome = Backup.Outcome.VERIFIED if good else Backup.Outcome.FAILED
    backup.verified_at = timezone.now() if good else None
    backup.words = "" if good else f"{len(restored.differences)} differences"
    _note(backup)
    return backup, restored


def _known(key: UUID) -> Backup | None:
    return Backup.objects.filter(pk=key).first()


def _note_failure(file: Path, words: str) -> None:
    for backup in Backup.objects.filter(file=file.name):
        backup.outcome, backup.verified_at = Backup.Outcome.FAILED, None
        backup.words = words
        _note(backup)


@transaction.atomic
def _note(backup: Backup) -> None:
    """Keep the row, and who did it in the audit."""
    backup.save()
    detail = {"backup": str(backup.pk), "rows": backup.rows, "kind": backup.kind}
    outcome = "failed" if backup.outcome == Backup.Outcome.FAILED else "success"
    action = "backup-verify" if backup.verified_at else "backup"
    audit.record(SYSTEM, action, outcome=outcome, detail=detail)


def nightly() -> Backup:
    """One round: make, try, thin out.

    Raises:
        BackupTrouble: it failed; the older ones are all there.
    """
    made = make_one(Backup.Kind.NIGHTLY)
    backup, restored = verify_one(Path(settings.BACKUPS_DIR) / made.file)
    if restored.differences:
        raise BackupTrouble("The backup is not what was in the database; nothing was removed.")
    thin(Path(settings.BACKUPS_DIR), backup.made_at)
    return backup


def due(now: datetime) -> bool:
    """Whether the worker is to make one: at night, or at once where a night was missed."""
    if not settings.BACKUP_NIGHTLY:
        return False
    failed = Backup.objects.filter(outcome="failed", made_at__gt=now - AFTER_FAILURE)
    if failed.exists():
        return False
    newest = Backup.objects.verified().values_list("made_at", flat=True).first()
    if newest is None or now - newest > A_DAY:
        return True
    into_night = (timezone.localtime(now).hour - settings.BACKUP_HOUR) % 24
    return now - newest > A_NIGHT and into_night < HOURS_OF_NIGHT


def run_apart(stop: Callable[[], bool]) -> int:
    """A round in a process of its own: it starts a database, and may need much memory.

    Args:
        stop: Whether to give up, because whoever waits for it has to end.

    Returns:
        Its exit status.
    """
    process = subprocess.Popen(
        [sys.executable, str(MANAGE), "backup", "nightly"],
        env=os.environ | {"DATABASE_URL": address()},
        stdin=subprocess.DEVNULL,
    )
    until = time.monotonic() + LONGEST_S
    try:
        while process.poll() is None and time.monotonic() < until and not stop():
            time.sleep(LOOK_S)
    finally:
        process.terminate()
    return process.wait()


@contextmanager
def _alone() -> Iterator[None]:
    """One backup of this database at a time, however many workers there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            raise BackupTrouble("Another backup of this database is being made. Wait for it.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _short(trouble: BackupTrouble) -> str:
    return str(trouble)[:MOST_WORDS]
