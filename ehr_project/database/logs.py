"""Log files: private, appended to, kept to a bounded size."""

from pathlib import Path
from typing import IO

LIMIT = 10 * 2**20


def open_log(log: Path) -> IO[bytes]:
    """A log to append to; beyond its limit one older piece is kept."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def last_lines(log: Path, count: int) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-count:] if log.exists() else []
