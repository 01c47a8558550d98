"""Is a backup one? It is restored into a database of its own, compared, and thrown away."""

import shutil
import tempfile
from pathlib import Path

from ehr_project.backups.errors import BackupTrouble
from ehr_project.backups.keys import BackupKey
from ehr_project.backups.restoring import Restored, restore, said_of
from ehr_project.database import DatabaseTrouble, scratch_cluster

LIKELY_GROWTH = 6  # what a compressed dump may become on the disk, with its indexes


def verify(file: Path, key: BackupKey) -> Restored:
    """Restore ``file`` into a scratch cluster and compare every count and checksum.

    Raises:
        BackupTrouble: it cannot be restored.
    """
    refuse_without_room(file)
    try:
        with scratch_cluster(fsync=False, least_major=said_of(file).major) as urls:
            return restore(file=file, key=key, url=urls.owner_url)
    except DatabaseTrouble as trouble:
        raise BackupTrouble(f"No database to try the backup in: {trouble}") from trouble
    except OSError as error:
        raise BackupTrouble(f"{file} cannot be read: {error.strerror}.") from error


def refuse_without_room(file: Path) -> None:
    """The scratch database must not fill the disk on which the house writes."""
    place = Path(tempfile.gettempdir())
    if not file.exists():
        raise BackupTrouble(f"There is no {file}.")
    wanted = file.stat().st_size * LIKELY_GROWTH
    if shutil.disk_usage(place).free < wanted:
        raise BackupTrouble(
            f"Trying this backup may take {wanted // 2**20} MiB in {place}, which has less free. "
            "Make room, or set TMPDIR to a folder on a larger disk."
        )
