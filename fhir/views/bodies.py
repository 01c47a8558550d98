"""Bodies of requests: how much is read, unpacked and parsed at most, before anything else."""

import zlib
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from fhir.codec import loads
from fhir.errors import BadParameter, Malformed, TooLarge, WrongMediaType
from fhir.negotiation import FORM, Format, media_type, sent

PIECE = 64 * 1024
MOST_PARAMETERS = 1000
LONGEST_QUERY = 64 * 1024
# Members, objects and lists: what costs memory many times its bytes once it is parsed.
MOST_PARTS_OF_ONE = 400_000
MOST_PARTS_OF_BUNDLE = 1_500_000
PARTS = {Format.JSON: (b"{", b"[", b":"), Format.XML: (b"<",)}


def raw(request: HttpRequest) -> bytes:
    """The body, unpacked; read no further than the limit.

    Raises:
        TooLarge: more than ``FHIR_LARGEST_BODY`` bytes, packed or unpacked.
        WrongMediaType: packed in another way than gzip.
        Malformed: it broke off or does not unpack.
    """
    declared = request.headers.get("Content-Length") or "0"
    if declared.isdecimal() and int(declared[:20]) > settings.FHIR_LARGEST_BODY:
        raise _too_large()
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise WrongMediaType(f'Content-Encoding "{packing[:40]}" is not understood. Use gzip.')
    body = _read(request)
    return body if packing == "identity" else _unpacked(body)


def _too_large() -> TooLarge:
    return TooLarge(
        f"The body is larger than {settings.FHIR_LARGEST_BODY // 2**20} MB, unpacked. "
        "Send it in several requests."
    )


def _read(request: HttpRequest) -> bytes:
    most = settings.FHIR_LARGEST_BODY
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := request.read(PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise _too_large()
    except (UnreadablePostError, OSError):
        raise Malformed("The body broke off before its end.") from None
    return b"".join(pieces)


def _unpacked(packed: bytes) -> bytes:
    most = settings.FHIR_LARGEST_BODY
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = stream.decompress(packed, most + 1)
    except zlib.error:
        raise Malformed("The body says that it is gzip and cannot be unpacked.") from None
    if len(body) > most:
        raise _too_large()
    if not stream.eof or stream.unused_data:
        raise Malformed("The gzip body is cut off, or something follows it.")
    return body


def document(request: HttpRequest, most: int) -> Any:
    """The body as parsed JSON or XML, of at most so many parts.

    Raises:
        WrongMediaType: neither FHIR JSON nor FHIR XML.
        Malformed: it cannot be read.
        TooLarge: of too many bytes or parts.
    """
    format_ = sent(request.headers.get("Content-Type", ""))
    return parsed(raw(request), format_, most)


def parsed(body: bytes, format_: Format, most: int = MOST_PARTS_OF_ONE) -> Any:
    """Bytes as a resource; refused before parsing where they hold too many parts."""
    if not body.strip():
        raise Malformed("The body is empty; a resource was expected.")
    if sum(map(body.count, PARTS[format_])) > most:
        raise TooLarge(
            f"The body has more than {most:,} members, objects, lists or tags. "
            "Send it in several requests."
        )
    if format_ is Format.JSON:
        return loads(body)
    from fhir.xml import to_json

    return to_json(body)


def form(request: HttpRequest) -> list[tuple[str, str]]:
    """The pairs of a posted search.

    Raises:
        WrongMediaType: not a form.
        TooLarge: longer than a query may be.
    """
    content_type = request.headers.get("Content-Type", "")
    if content_type and media_type(content_type[:200]).name != FORM:
        raise WrongMediaType(f"A search is posted as {FORM}.")
    try:
        return pairs(raw(request).decode())
    except UnicodeDecodeError:
        raise Malformed("The form is not UTF-8.") from None


def pairs(query: str) -> list[tuple[str, str]]:
    """The name and value pairs of a query string, in their order.

    Raises:
        TooLarge: longer than 64 kB.
        BadParameter: more than 1,000 pairs, or a NUL in one.
    """
    if len(query) > LONGEST_QUERY:
        raise TooLarge(f"The query is longer than {LONGEST_QUERY:,} characters.")
    try:
        found = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise BadParameter(f"More than {MOST_PARAMETERS:,} parameters in one request.") from None
    if any("\x00" in text for pair in found for text in pair):
        raise BadParameter("A parameter holds a NUL character.")
    return found
