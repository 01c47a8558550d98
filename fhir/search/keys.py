"""Sixty-four bits for what a resource is found by, the same here and in PostgreSQL."""

from hashlib import sha256

# The same in SQL, for chains: takes the text, gives a bigint.
SQL = "('x' || encode(substring(sha256(convert_to({}, 'UTF8')) for 8), 'hex'))::bit(64)::bigint"


def key(type_: str, parameter: str, value: str = "") -> int:
    """The key of ``value`` under a search parameter of a type.

    Args:
        type_: FHIR resource type.
        parameter: Name of the search parameter, perhaps with a form such as ``:exact``.
        value: Text to hash; empty for the parameter itself.

    Returns:
        The first eight bytes of SHA-256 as a signed integer.
    """
    text = f"{type_}.{parameter}={value}".encode()
    return int.from_bytes(sha256(text).digest()[:8], "big", signed=True)
