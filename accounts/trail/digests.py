"""What of an audit row is under seal, as bytes, and the chain over them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson

DIGEST = 32
# The head before the first seal.
BEGINNING = bytes(DIGEST)
NEWEST = 1
# Form → the columns of a row, each as text. A form never changes: a new column makes a new form.
# The transaction number is left out, since a restored database counts anew.
FORMS = {
    1: "id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), action, outcome,"
    " principal, patient_id::text, entities::text, detail::text, network, purpose",
}


def digest(row: Sequence[str | None]) -> bytes:
    """SHA-256 of a row.

    Args:
        row: Its columns in the order of its form.

    >>> digest(["a", "bc"]) == digest(["ab", "c"])
    False
    """
    return sha256(orjson.dumps(list(row))).digest()


def head_over(
    before: bytes, number: int, at: datetime, events: Iterable[UUID], digests: bytes
) -> bytes:
    """The head of a seal.

    Args:
        before: Head of the seal before it.
        number: Its own number.
        at: When it was made, in UTC.
        events: Keys of the rows, in their order.
        digests: The digest of each, one after the other.
    """
    told = sha256(before)
    told.update(f"{number} {at:%Y-%m-%dT%H:%M:%S.%f} ".encode())
    for event in events:
        told.update(event.bytes)
    told.update(digests)
    return told.digest()


def each_digest(digests: bytes) -> list[bytes]:
    """The digests that stand one after the other.

    >>> len(each_digest(bytes(64)))
    2
    """
    return [digests[at : at + DIGEST] for at in range(0, len(digests), DIGEST)]
