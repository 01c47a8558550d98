"""Credentials of other systems, encrypted at rest."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import orjson

from accounts import secrets_at_rest
from vitals.sync.errors import SecretUnreadableError

Kind = Literal["none", "basic", "bearer", "client_credentials"]
PURPOSE: Final = "sync credentials"


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


def seal(credentials: Credentials) -> str:
    """Encrypt for the database, with the key of today."""
    return secrets_at_rest.seal(orjson.dumps(asdict(credentials)).decode(), PURPOSE)


def unseal(text: str) -> Credentials:
    """Decrypt what :func:`seal` made, with an older key too; an empty text means no credentials.

    Raises:
        SecretUnreadableError: none of the keys fits, or the text was altered.
    """
    if not text:
        return Credentials()
    try:
        plain: dict[str, Any] = orjson.loads(secrets_at_rest.unseal(text, PURPOSE))
    except secrets_at_rest.SecretUnreadable:
        raise SecretUnreadableError(SecretUnreadableError.__doc__ or "") from None
    return Credentials(**plain)
