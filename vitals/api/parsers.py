"""Reading request bodies, with a limit before anything is parsed."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import cbor2
from rest_framework.parsers import BaseParser

from fhir.codec import loads
from vitals.errors import (
    BatchTooLarge,
    BodyTooLarge,
    CborMalformed,
    ChunkTooLarge,
    TooLarge,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_CHUNK = 2**20
LARGEST_BATCH = 4 * 2**20
LARGEST_JSON = 64 * 2**10


def _limited(
    stream: IO[bytes], context: Mapping[str, Any] | None, most: int, no: type[TooLarge]
) -> bytes:
    """The whole body, unless it is longer than ``most``: then it is not even read."""
    request = (context or {}).get("request")
    declared = request.META.get("CONTENT_LENGTH") if request is not None else None
    if declared and declared.isdecimal() and int(declared) > most:
        raise no
    body = stream.read(most + 1)
    if len(body) > most:
        raise no
    return body


class JsonParser(BaseParser):
    """JSON whose numbers keep their digits."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return loads(_limited(stream, parser_context, LARGEST_JSON, BodyTooLarge))


class SamplesParser(BaseParser):
    """Little-endian int16, as it is."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return _limited(stream, parser_context, LARGEST_CHUNK, ChunkTooLarge)


class CborParser(BaseParser):
    """A batch of chunks."""

    media_type = "application/cbor"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = _limited(stream, parser_context, LARGEST_BATCH, BatchTooLarge)
        try:
            return cbor2.loads(body)
        except (cbor2.CBORDecodeError, ValueError, RecursionError, MemoryError) as error:
            raise CborMalformed from error
