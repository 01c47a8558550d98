"""Credentials of other systems, encrypted at rest with keys derived from SECRET_KEY."""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vitals.sync.errors import SecretUnreadableError

Kind = Literal["none", "basic", "bearer", "client_credentials"]


@dataclass(frozen=True)
class Credentials:
    """How to sign in to another system.

    Attributes:
        kind: Which of the ways.
        name: User name (basic) or client id (client_credentials).
        secret: Password, token or client secret.
        scope: OAuth scopes to ask for (client_credentials).
        token_url: Token endpoint; empty asks ``.well-known/smart-configuration``.
    """

    kind: Kind = "none"
    name: str = ""
    secret: str = ""
    scope: str = "system/*.cruds"
    token_url: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.kind})"


def _cipher(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"chartwave sync credentials")
    return base64.urlsafe_b64encode(derive.derive(key.encode()))


def seal(credentials: Credentials, keys: Sequence[str]) -> str:
    """Encrypt for the database.

    Args:
        credentials: What to keep.
        keys: SECRET_KEY, then older ones that may still decrypt.
    """
    return _cipher(keys).encrypt(orjson.dumps(asdict(credentials))).decode("ascii")


def unseal(text: str, keys: Sequence[str]) -> Credentials:
    """Decrypt what :func:`seal` made; an empty text means no credentials.

    Raises:
        SecretUnreadableError: none of the keys fits, or the text was altered.
    """
    if not text:
        return Credentials()
    try:
        plain: dict[str, Any] = orjson.loads(_cipher(keys).decrypt(text.encode("ascii")))
    except (InvalidToken, UnicodeEncodeError):
        raise SecretUnreadableError(SecretUnreadableError.__doc__ or "") from None
    return Credentials(**plain)
