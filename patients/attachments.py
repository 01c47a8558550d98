"""What an attachment holds: its bytes, the text of a note, and what may be shown in a page."""

from __future__ import annotations

import base64
import binascii
import hashlib
from email.message import Message
from typing import Any, TypeAlias

Attachment: TypeAlias = dict[str, Any]

PLAIN = "text/plain"
UNKNOWN = "application/octet-stream"
PDF = "application/pdf"
# First bytes of what a page shows; text/html and svg run scripts and are never among them.
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
BINARY = "Binary/"


def sniffed(data: bytes) -> str:
    """The type that the first bytes prove, whatever the sender calls it; else unknown.

    >>> sniffed(b"<html>")
    'application/octet-stream'
    """
    for start, content_type in SIGNATURES:
        if data.startswith(start):
            return content_type
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else UNKNOWN


def of_content(content: Any) -> list[Attachment]:
    """The attachments of ``DocumentReference.content``, one for each entry."""
    entries = content if isinstance(content, list) else []
    found = [entry.get("attachment") if isinstance(entry, dict) else None for entry in entries]
    return [attachment if isinstance(attachment, dict) else {} for attachment in found]


def media_type(attachment: Attachment) -> tuple[str, str]:
    """Content type without parameters, in small letters, and its charset (UTF-8 unless said)."""
    header = Message()
    header["content-type"] = " ".join(str(attachment.get("contentType") or "").split()) or UNKNOWN
    charset = header.get_content_charset() or "utf-8"
    return header.get_content_type(), charset


def inline_bytes(attachment: Attachment) -> bytes | None:
    """The bytes that stand in the attachment itself; None where there are none, or no base64."""
    data = attachment.get("data")
    if not isinstance(data, str) or not data:
        return None
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def plain_text(attachment: Attachment) -> str | None:
    """The text of a text/plain attachment; bytes that are no text show as replacement signs."""
    kind, charset = media_type(attachment)
    data = inline_bytes(attachment) if kind == PLAIN else None
    if data is None:
        return None
    try:
        text = data.decode(charset, errors="replace")
    except LookupError:
        text = data.decode(errors="replace")
    return text.replace("\0", "\ufffd")


def text_of(content: Any) -> str:
    """The text of the first plain attachment that has some; empty where none has."""
    texts = map(plain_text, of_content(content))
    return next((text for text in texts if text and text.strip()), "")


def binary_id(attachment: Attachment) -> str:
    """Id of the Binary here that holds the bytes; empty where they are elsewhere."""
    url = str(attachment.get("url") or "")
    fhir_id = url.removeprefix(BINARY) if url.startswith(BINARY) else ""
    return fhir_id.partition("/")[0][:64]


def binary_ids(content: Any) -> list[str]:
    """Ids of all Binaries that the attachments name."""
    return [found for found in map(binary_id, of_content(content)) if found]


def as_base64(data: bytes) -> str:
    """As FHIR writes bytes."""
    return base64.b64encode(data).decode()


def sha1_base64(data: bytes) -> str:
    """Attachment.hash, which FHIR R4 fixes to SHA-1; it guards nothing here."""
    return as_base64(hashlib.sha1(data, usedforsecurity=False).digest())
