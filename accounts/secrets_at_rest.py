"""Secrets of the house in the database: encrypted with keys derived from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SecretUnreadable(Exception):
    """No key of this house opens the secret. Set SECRET_KEY as it was when it was kept."""


def seal(text: str, purpose: str) -> str:
    """Encrypt for the database; what is kept for one purpose opens for no other."""
    return _cipher(purpose).encrypt(text.encode()).decode("ascii")


def unseal(text: str, purpose: str) -> str:
    """Decrypt what :func:`seal` made, with the key of today or one of before.

    Raises:
        SecretUnreadable: none of the keys fits, or the text was altered.
    """
    try:
        return _cipher(purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable(SecretUnreadable.__doc__ or "") from None


def renewed(text: str, purpose: str) -> str:
    """The same secret encrypted with the key of today; the text itself where it is already.

    Raises:
        SecretUnreadable: none of the keys fits, or the text was altered.
    """
    try:
        Fernet(_derived(settings.SECRET_KEY, purpose)).decrypt(text.encode())
    except InvalidToken:
        return seal(unseal(text, purpose), purpose)
    return text


def _cipher(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    info = f"chartwave {purpose}".encode()
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
