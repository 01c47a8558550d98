"""The files of one upload in a folder of their own, unpacked with limits; names lead nowhere else.

Plain Python.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vitals.files.refusals import Unreadable, gettext_noop

LARGEST = 200 * 2**20  # bytes of an upload, packed and unpacked
MOST_FILES = 64
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ +()-]{0,120}")
ZIP = b"PK\x03\x04"
PIECE = 2**20


@dataclass(frozen=True)
class Bundle:
    """The files of one upload.

    Attributes:
        folder: Where they are.
        names: Their plain names, in the order in which they came.
    """

    folder: Path
    names: tuple[str, ...]

    def path(self, name: str) -> Path:
        return self.folder / name

    def head(self, name: str, n: int = 512) -> bytes:
        """The first bytes of a file."""
        with self.path(name).open("rb") as file:
            return file.read(n)

    def size(self, name: str) -> int:
        return self.path(name).stat().st_size

    def ending(self, *endings: str) -> list[str]:
        """The files whose names end so."""
        return [name for name in self.names if name.lower().endswith(endings)]


def plain(name: str) -> bool:
    """Whether a name is one of a file here, and of nothing elsewhere."""
    return bool(SAFE.fullmatch(name)) and ".." not in name


def unpacked(bundle: Bundle, into: Path) -> Bundle:
    """The files of a zip; the bundle itself when it is none.

    Raises:
        Unreadable: too many, too large, locked, damaged, or with names that lead elsewhere.
    """
    archives = [name for name in bundle.names if bundle.head(name, 4) == ZIP]
    if not archives:
        return bundle
    if len(bundle.names) > 1:
        raise _zip(
            archives[0], gettext_noop("files"), gettext_noop("there are others beside it"),
            gettext_noop("Send either one zip or the files themselves."),
        )  # fmt: skip
    try:
        with zipfile.ZipFile(bundle.path(archives[0])) as archive:
            names = _extract(archive, archives[0], into)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise _damaged(archives[0]) from error
    return Bundle(into, tuple(names))


def _extract(archive: zipfile.ZipFile, name: str, into: Path) -> list[str]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if not 0 < len(entries) <= MOST_FILES:
        raise _zip(
            name, gettext_noop("number of files"),
            gettext_noop("it is %(count)s; one to %(most)s can be taken"),
            gettext_noop("Pack the files of one recording, and nothing else."),
            count=len(entries), most=MOST_FILES,
        )  # fmt: skip
    left, names = LARGEST, []
    for number, entry in enumerate(entries, 1):
        plain_name = _name_of(name, number, entry)
        if plain_name in names:
            raise _zip(
                name, gettext_noop("names"), gettext_noop("two files have the same name"),
                gettext_noop("Pack one recording at a time."),
            )  # fmt: skip
        left -= _copy(archive, entry, into / plain_name, left, name)
        names.append(plain_name)
    return names


def _name_of(archive: str, number: int, entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename)
    outside = path.is_absolute() or ".." in path.parts or "\\" in entry.filename
    if outside or not plain(path.name):
        raise _zip(
            archive, gettext_noop("name of file %(number)s"),
            gettext_noop("it leads out of the archive or holds signs that names do not have"),
            gettext_noop("Pack the files again under simple names, without folders."),
            number=number,
        )  # fmt: skip
    if entry.flag_bits & 1:
        raise _zip(
            archive, gettext_noop("password"), gettext_noop("the archive is locked"),
            gettext_noop("Pack it again without a password."),
        )  # fmt: skip
    return path.name


def _copy(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int, name: str
) -> int:
    """Unpack one file; what its header says of its size is not believed."""
    size = 0
    with archive.open(entry) as source, target.open("wb") as out:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > most:
                raise _zip(
                    name, gettext_noop("size"),
                    gettext_noop("unpacked it holds more than %(most)s MB"),
                    gettext_noop("Send the recording in parts."), most=LARGEST // 2**20,
                )  # fmt: skip
            out.write(piece)
    return size


def _damaged(name: str) -> Unreadable:
    return _zip(
        name, gettext_noop("content"), gettext_noop("the archive is damaged or cut off"),
        gettext_noop("Pack the files again."),
    )  # fmt: skip


def _zip(file: str, field: str, what: str, remedy: str, **given: object) -> Unreadable:
    return Unreadable("zip", file, field, what, remedy, **given)
