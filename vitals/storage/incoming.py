"""Uploaded files on their way in: in a folder of their own, which is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _

from vitals.errors import FileRefused, FileTooLarge
from vitals.files.bundle import LARGEST, MOST_FILES, plain


@contextmanager
def gathered(uploads: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[list[Path]]:
    """The files of an upload, by name and content in pieces, as files on disk.

    A name that could lead elsewhere is replaced by a number; WFDB needs the others as they are.

    Raises:
        FileRefused: none, too many, two of one name, or too large together.
    """
    with TemporaryDirectory(prefix="chartwave-upload-") as folder:
        left, found = LARGEST, []
        for number, (name, pieces) in enumerate(uploads, 1):
            path = Path(folder) / _name(name, number)
            if number > MOST_FILES or path in found:
                raise FileRefused(
                    _("The upload: two files have the same name, or there are more than %(most)d.")
                    % {"most": MOST_FILES}, code="file-count",
                )  # fmt: skip
            left -= _write(path, pieces, left)
            found.append(path)
        if not found:
            raise FileRefused(
                _("The upload: there is no file in it. Choose one."), code="file-none"
            )
        yield found


def check_size(size: int) -> None:
    """Refuse an upload that says it is too large, before it is read. Raises FileTooLarge."""
    if size > LARGEST:
        raise FileTooLarge(
            _(
                "The upload: it has %(size)d MB and %(most)d MB can be taken at once. "
                "Pack the files, or import a day at a time."
            )
            % {"size": size // 2**20, "most": LARGEST // 2**20}
        )


def _name(name: str, number: int) -> str:
    own = PurePath(name.replace("\\", "/")).name
    if plain(own):
        return own
    ending = PurePath(own).suffix
    return f"file-{number}{ending if plain(f'x{ending}') else ''}"


def _write(path: Path, pieces: Iterable[bytes], most: int) -> int:
    size = 0
    with path.open("wb") as out:
        for piece in pieces:
            size += len(piece)
            if size > most:
                check_size(LARGEST + size)
            out.write(piece)
    return size
