"""The key that seals backups: from the environment, or a file beside the data."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ehr_project.backups.errors import KeyTrouble
from ehr_project.database.folder import private_text

KEY_BYTES = 32
KEY_FILE = "backup-key"
IN_ENVIRONMENT = "CHARTWAVE_BACKUP_KEY"
FILE_IN_ENVIRONMENT = "CHARTWAVE_BACKUP_KEY_FILE"


@dataclass(frozen=True)
class BackupKey:
    """256 secret bits; backups are useless without them, and readable with them."""

    secret: bytes

    @property
    def id(self) -> str:
        """A name that tells keys apart and says nothing about them."""
        return self.derived(b"chartwave backup key id", salt=b"")[:6].hex()

    def derived(self, purpose: bytes, *, salt: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(self.secret)

    def written(self) -> str:
        """As it is written down."""
        return base64.b64encode(self.secret).decode()

    def __repr__(self) -> str:
        return f"BackupKey({self.id})"


def key_of(environment: Mapping[str, str], data: Path) -> BackupKey:
    """The key of this house.

    Raises:
        KeyTrouble: there is none, or it is not one.
    """
    if given := environment.get(IN_ENVIRONMENT):
        return _read(given, IN_ENVIRONMENT)
    file = key_file(environment, data)
    try:
        return _read(file.read_text(), str(file))
    except OSError as error:
        message = (
            f"There is no key for backups in {file} ({error.strerror}). Put the one there that "
            f"sealed them, or give it in {IN_ENVIRONMENT}."
        )
        raise KeyTrouble(message) from None


def key_to_seal_with(environment: Mapping[str, str], data: Path) -> tuple[BackupKey, bool]:
    """The key of this house, made now where there is none; and whether it was."""
    file = key_file(environment, data)
    chosen = IN_ENVIRONMENT in environment or FILE_IN_ENVIRONMENT in environment
    made = not chosen and not file.exists()
    if made:
        data.mkdir(parents=True, exist_ok=True)
        private_text(file, new_key().written() + "\n")
    return key_of(environment, data), made


def new_key() -> BackupKey:
    return BackupKey(secrets.token_bytes(KEY_BYTES))


def keep(key: BackupKey, environment: Mapping[str, str], data: Path) -> None:
    """Go on with ``key`` after a restore, rather than make another one for the next backup."""
    file = key_file(environment, data)
    if not file.exists():
        private_text(file, key.written() + "\n")


def key_file(environment: Mapping[str, str], data: Path) -> Path:
    return Path(environment.get(FILE_IN_ENVIRONMENT) or data / KEY_FILE)


def _read(text: str, where: str) -> BackupKey:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        message = (
            f"{where} holds no key for backups: {KEY_BYTES} random bytes in base64. Make one with: "
            f"openssl rand -base64 {KEY_BYTES}"
        )
        raise KeyTrouble(message)
    return BackupKey(secret)
