"""The heads of the audit trail outside the database: an append-only file for each month.

Whoever owns the database could alter a row and chain everything anew; the files, best copied to
another machine, still tell. They hold keys of audit rows and digests, nothing about anybody.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from accounts.models import AuditSeal
from accounts.trail.digests import each_digest

FOLDER = "audit-heads"
AT_ONCE = 200
TAIL = 1 << 20  # a line is shorter than this
SHOWN = 4  # bytes of each row's digest that a line holds
# The trail in the database ended before what was exported, and went on from there.
RESUMED = "resumed"
END = "."  # what a crash cut off does not have it


@dataclass(frozen=True)
class Head:
    """A line: one seal as it was when it was exported.

    Attributes:
        number: Of the seal.
        at: When it was made.
        head: As hexadecimal text.
        rows: Key of each row → the beginning of its digest.
    """

    number: int
    at: datetime
    head: str
    rows: dict[UUID, str]


def export(data: Path) -> None:
    """Append the seals that are not in the files of the data folder yet.

    Raises:
        OSError: the disk does not take it; nothing is lost, the next export repeats it.
    """
    folder = data / FOLDER
    exported = last_exported(folder)
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if newest == exported:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    if newest < exported:
        _append(folder / _newest_name(folder), f"{RESUMED} {newest}\n")
        return
    rows = AuditSeal.objects.filter(number__gt=exported).order_by("number")
    for seal in rows.iterator(AT_ONCE):
        _append(folder / f"{seal.at:%Y-%m}.txt", line_of(seal))


def line_of(seal: AuditSeal) -> str:
    """A seal as a line: number, time, head, and each row with the beginning of its digest."""
    digests = each_digest(bytes(seal.digests))
    rows = ",".join(
        f"{event.hex}:{one[:SHOWN].hex()}" for event, one in zip(seal.events, digests, strict=True)
    )
    return f"{seal.number} {seal.at.isoformat()} {bytes(seal.head).hex()} {rows} {END}\n"


def _append(file: Path, line: str) -> None:
    """Write a line whole and durably; what a crash cut off is ended first."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        broken = "" if not (tail := _tail(file)) or tail.endswith("\n") else "\n"
        os.write(handle, (broken + line).encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _tail(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - TAIL))
        return opened.read().decode()


def _files(place: Path) -> list[Path]:
    """The files of a folder in the order of months; or the one that is named."""
    return sorted(place.glob("????-??.txt")) if place.is_dir() else [place]


def _newest_name(folder: Path) -> str:
    return _files(folder)[-1].name


def last_exported(folder: Path) -> int:
    """Number of the last seal in the files; 0 where there is none."""
    for file in reversed(_files(folder) if folder.is_dir() else []):
        for line in reversed(_tail(file).splitlines()):
            words = line.split(" ")
            if words[0] == RESUMED and len(words) == len((RESUMED, "number")):
                return int(words[1])
            if head := understood(line):
                return head.number
    return 0


def understood(line: str) -> Head | None:
    """What a line says; None for one that was cut off, and for notes."""
    words = line.rstrip("\n").split(" ")
    try:
        number, at, head, rows, end = words
        if end != END:
            return None
        told = dict(pair.split(":") for pair in rows.split(",") if pair)
        return Head(
            int(number),
            datetime.fromisoformat(at),
            head,
            {UUID(event): digest for event, digest in told.items()},
        )
    except ValueError:
        return None


def heads_in(place: Path) -> Iterator[Head]:
    """Every head of a file, or of a folder of files, in the order in which it was written.

    Raises:
        OSError: there is nothing to read.
    """
    for file in _files(place):
        with file.open() as opened:
            for line in opened:
                if head := understood(line):
                    yield head
