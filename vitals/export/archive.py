"""A zip file that is written while it is sent, without a copy of it anywhere."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime


class _Outbox(io.RawIOBase):
    """Holds what was written until it is taken; it can only be written on."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        some = bytes(data)  # type: ignore[call-overload]
        self.held.append(some)
        return len(some)

    def taken(self) -> bytes:
        some, self.held = b"".join(self.held), []
        return some


class Archive:
    """Members one after the other, stored as they are: samples of a day would cost seconds."""

    def __init__(self, at: datetime) -> None:
        """``at``: the local time that members carry."""
        self._outbox = _Outbox()
        self._file = zipfile.ZipFile(self._outbox, "w", zipfile.ZIP_STORED)
        self._at = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)

    def member(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        """Bytes of the archive while the parts of a member are written."""
        info = zipfile.ZipInfo(name, self._at)
        with self._file.open(info, "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                yield self._outbox.taken()
        yield self._outbox.taken()

    def end(self) -> Iterator[bytes]:
        """The table of contents."""
        self._file.close()
        yield self._outbox.taken()
