"""What a chunk says about itself in its headers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from vitals.clocks import Clock
from vitals.errors import (
    DigestMalformed,
    DigestMismatch,
    DigestMissing,
    HeaderMalformed,
    HeaderMissing,
)
from vitals.storage.ledger import Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

SHA256 = re.compile(r"(?:^|,)\s*sha-256\s*=\s*:([^:]*):")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
LARGEST_INDEX = 2**53  # what a number in JSON can carry exactly
LARGEST_SEQ = 2**31 - 1


def upload_of(headers: Mapping[str, str], seq: int, data: bytes) -> Upload:
    """The chunk in ``data`` with what its headers say.

    Raises:
        BadUpload: a header is missing or wrong, or the digest is not that of ``data``.
    """
    clock = clock_of(headers)
    if clock.device is None:
        raise HeaderMissing("Send Device-Clock: your clock now, RFC 3339.", field="Device-Clock")
    return Upload(
        seq=seq,
        first_sample=_index(headers),
        device_time=_moment(headers, "Chunk-Device-Time"),
        clock=clock,
        sha256=verified_digest(headers.get("Content-Digest"), data),
        data=data,
    )


def clock_of(headers: Mapping[str, str]) -> Clock:
    """The device's clock against ours, if it sent ``Device-Clock``."""
    arrival = timezone.now()
    if "Device-Clock" not in headers:
        return Clock(None, arrival)
    return Clock(_moment(headers, "Device-Clock"), arrival)


def verified_digest(header: str | None, data: bytes) -> bytes:
    """SHA-256 of ``data``, if it is the one that Content-Digest (RFC 9530) announced."""
    if header is None:
        raise DigestMissing(field="Content-Digest")
    announced = SHA256.search(header)
    if announced is None:
        if "sha-256" in header.lower():
            raise DigestMalformed(field="Content-Digest")
        raise DigestMissing(field="Content-Digest")
    try:
        expected = base64.b64decode(announced.group(1).strip(), validate=True)
    except binascii.Error:
        raise DigestMalformed(field="Content-Digest") from None
    if len(expected) != hashlib.sha256().digest_size:
        raise DigestMalformed(field="Content-Digest")
    found = hashlib.sha256(data).digest()
    if not hmac.compare_digest(expected, found):
        raise DigestMismatch(field="Content-Digest")
    return found


def moment(text: str) -> datetime | None:
    """An RFC 3339 time with a zone; None where it is not one.

    >>> moment("2026-03-01T10:00:00Z")
    datetime.datetime(2026, 3, 1, 10, 0, tzinfo=datetime.timezone.utc)
    >>> moment("2026-03-01T10:00:00") is None
    True
    """
    if not RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _index(headers: Mapping[str, str]) -> int:
    text = headers.get("Chunk-First-Sample")
    if text is None:
        raise HeaderMissing(
            "Send Chunk-First-Sample: the index of the first sample.", field="Chunk-First-Sample"
        )
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and int(text) < LARGEST_INDEX):
        raise HeaderMalformed(
            "Chunk-First-Sample is a whole number from 0 on.", field="Chunk-First-Sample"
        )
    return int(text)


def _moment(headers: Mapping[str, str], name: str) -> datetime:
    text = headers.get(name)
    if text is None:
        raise HeaderMissing(f"Send {name}: RFC 3339 with a zone.", field=name)
    found = moment(text)
    if found is None:
        raise HeaderMalformed(f"{name} must be like 2026-03-01T10:00:00.25Z.", field=name)
    return found
