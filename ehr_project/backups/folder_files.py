"""Which files of the data folder belong into a backup, and how they come back."""

import os
from collections.abc import Iterator
from pathlib import Path

from ehr_project.backups.keys import KEY_FILE

# The database comes as a dump, logs are no data, and a backup holds neither backups nor its key.
NOT_KEPT = {"database", "logs", "backups", KEY_FILE, "in-use"}
KEPT_OF_DATABASE = "demo-loaded"  # else the demo clinic would be loaded a second time
PIECE = 2**20


def kept(data: Path, *, without: Path) -> Iterator[Path]:
    """The files to keep, by name; ``without`` the folder of the backups, wherever it is."""
    marker = data / "database" / KEPT_OF_DATABASE
    if marker.is_file():
        yield marker
    for top in sorted(data.iterdir()) if data.is_dir() else ():
        if top.name not in NOT_KEPT:
            for file in sorted(top.rglob("*")) if top.is_dir() else (top,):
                if _is_ours(file) and without not in file.parents:
                    yield file


def _is_ours(file: Path) -> bool:
    return file.is_file() and not file.is_symlink() and file.suffix != ".draft"


def pieces(file: Path) -> Iterator[bytes]:
    """What is in a file now; nothing where it has gone meanwhile."""
    try:
        with file.open("rb") as opened:
            while piece := opened.read(PIECE):
                yield piece
    except FileNotFoundError:
        return


def put_back(data: Path, name: str, content: Iterator[bytes]) -> bool:
    """Write one file where there is none; whether it is now what the backup holds."""
    target = (data / name).resolve()
    if not target.is_relative_to(data.resolve()):
        return False
    if target.exists():
        return target.read_bytes() == b"".join(content)
    target.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in content:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    return True
