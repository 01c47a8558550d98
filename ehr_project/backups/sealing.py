"""A sealed stream: encrypted and authenticated block by block, in bounded memory.

A file is a magic line, a header that anybody may read, and blocks of AES-256-GCM. Each block's
nonce is its number and whether it is the last, and its associated data the hash of the header, so
that blocks can be neither altered, dropped, doubled, reordered nor cut off, nor moved to a file
with another header (Hoang, Reyhanitabar, Rogaway, Vizár: STREAM, 2015). Each file has a key of its
own, derived from the house's key and random salt, so numbers may begin at 0 in each.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ehr_project.backups.errors import DamagedBackup, KeyTrouble
from ehr_project.backups.keys import BackupKey

MAGIC = b"chartwave backup 1\n"
BLOCK = 2**20
TAG = 16
LARGEST_HEADER = 2**16
PURPOSE = b"chartwave backup file"


@dataclass(frozen=True)
class Header:
    """What a backup says of itself to everybody: nothing of a patient.

    Attributes:
        id: Its own id.
        made_at: When it began, ISO 8601, UTC.
        key: Id of the key that sealed it.
        salt: What its own key is derived with, in hex.
        major: PostgreSQL's major version that is needed to read it, or a later one.
    """

    id: str
    made_at: str
    key: str
    salt: str
    major: int

    def dump(self) -> bytes:
        return json.dumps(vars(self), sort_keys=True).encode()


def new_salt() -> str:
    return secrets.token_hex(32)


class Sealer:
    """Writes a sealed file; nothing is valid before `close`."""

    def __init__(self, file: IO[bytes], key: BackupKey, header: Header) -> None:
        self._file = file
        self._blocks = _Blocks(key, header)
        self._held = bytearray()
        said = header.dump()
        file.write(MAGIC + len(said).to_bytes(4, "big") + said)

    def write(self, plain: bytes) -> int:
        self._held += plain
        while len(self._held) > BLOCK:  # the last block is written by close, and is never empty
            self._file.write(self._blocks.seal(bytes(self._held[:BLOCK]), last=False))
            del self._held[:BLOCK]
        return len(plain)

    def flush(self) -> None:
        """A compressor asks for it; blocks are written when they are full."""

    def close(self) -> None:
        self._file.write(self._blocks.seal(bytes(self._held), last=True))
        self._held.clear()


class Opener:
    """Reads a sealed file: every byte that leaves it is one that was sealed, in its place."""

    def __init__(self, file: IO[bytes], key: BackupKey) -> None:
        self._file = file
        self.header = header_of(file)
        if self.header.key != key.id:
            message = (
                f"This backup was sealed with the key {self.header.key}; the one given is {key.id}."
                " Find the other one: without it nobody can read the backup."
            )
            raise KeyTrouble(message)
        self._plain = self._opened(_Blocks(key, self.header))
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; none at the end, and only at the end."""
        while not self._held:
            try:
                self._held = next(self._plain)
            except StopIteration:
                return b""
        size = len(self._held) if size < 0 else size
        given, self._held = self._held[:size], self._held[size:]
        return given

    def _opened(self, blocks: "_Blocks") -> Iterator[bytes]:
        block = self._file.read(BLOCK + TAG)
        while True:
            following = self._file.read(BLOCK + TAG)
            yield blocks.open(block, last=not following)
            if not following:
                return
            block = following


class _Blocks:
    """One file's key and the number of its next block."""

    def __init__(self, key: BackupKey, header: Header) -> None:
        self._cipher = AESGCM(key.derived(PURPOSE, salt=bytes.fromhex(header.salt)))
        self._about = hashlib.sha256(MAGIC + header.dump()).digest()
        self._number = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last=last), plain, self._about)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        number = self._number
        try:
            return self._cipher.decrypt(self._nonce(last=last), sealed, self._about)
        except InvalidTag:
            message = (
                f"The backup is damaged: block {number} is not what was written, or the file was "
                "cut short. Take another one."
            )
            raise DamagedBackup(message) from None

    def _nonce(self, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return number.to_bytes(11, "big") + bytes([last])


def header_of(file: IO[bytes]) -> Header:
    """What a backup says of itself, unproven until its first block was opened.

    Raises:
        DamagedBackup: it is no backup.
    """
    try:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError
        length = int.from_bytes(file.read(4), "big")
        said: dict[str, Any] = json.loads(file.read(length)) if length <= LARGEST_HEADER else {}
        return Header(**said)
    except (ValueError, TypeError):
        raise DamagedBackup("This file is no backup of Chartwave, or its start is gone.") from None
