"""How the house stands with its backups: for the red line and the pages of administrators."""

import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ehr_project.models import Backup

ASKED_EVERY_S = 30.0


@dataclass
class _Memory:
    """Whether one was ever verified; once true, it stays so."""

    verified: bool = False
    asked_at: float | None = None


_memory = _Memory()


def verified_once() -> bool:
    """Whether a backup of this house was ever verified; each process asks rarely."""
    now = time.monotonic()
    stale = _memory.asked_at is None or now - _memory.asked_at > ASKED_EVERY_S
    if not _memory.verified and stale:
        _memory.verified = Backup.objects.verified().exists()
        _memory.asked_at = now
    return _memory.verified


def forget() -> None:
    """Ask anew next time."""
    _memory.verified, _memory.asked_at = False, None


def beside_the_data() -> bool:
    """Whether backups stand on the disk whose loss they are to survive."""
    data, backups = (_existing(Path(p)) for p in (settings.DATA_DIR, settings.BACKUPS_DIR))
    return data.stat().st_dev == backups.stat().st_dev


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.absolute().parents) if each.exists())
