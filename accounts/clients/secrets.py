"""Ids, secrets and tokens of programs: made at random here, kept as SHA-256 only."""

import hmac
import secrets
from hashlib import sha256
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher


def new_client_id() -> str:
    """A name for a client that nobody guesses; it is not a secret."""
    return f"cw-{secrets.token_hex(8)}"


def new_secret() -> str:
    """What a client signs in with: 256 random bits."""
    return f"cws_{secrets.token_urlsafe(32)}"


def new_token(_request: object = None) -> str:
    """A bearer token: 256 random bits."""
    return f"cwt_{secrets.token_urlsafe(32)}"


def checksum(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


class RandomSecretHasher(BasePasswordHasher):
    """SHA-256, for secrets of 256 random bits only; passwords that people choose need Argon2.

    Guessing such a secret is out of reach however fast the hash is, and a slow one would let
    strangers keep the processor and the memory of the token endpoint busy.
    """

    algorithm = "sha256-of-256-random-bits"

    def salt(self) -> str:
        """None: no two secrets are alike."""
        return "-"

    def encode(self, password: str, salt: str) -> str:
        """``algorithm$salt$digest``."""
        return f"{self.algorithm}${salt}${sha256(password.encode()).hexdigest()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """The parts of what is kept."""
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What a page may show of it: nothing."""
        return {"algorithm": self.decode(encoded)["algorithm"]}

    def must_update(self, encoded: str) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """There is nothing to even out."""
