"""Files of FHIR: Bundles, single resources and NDJSON, plain or gzip."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from fhir.codec import loads
from fhir.errors import Malformed

LARGEST = 1 << 30  # bytes of one Bundle when unpacked
LINES_AT_ONCE = 500
BUNDLES = {"transaction", "collection", "batch", "searchset", "document", "history"}

Item: TypeAlias = tuple[str, Any, str]


def batches(path: Path) -> Iterator[list[Item]]:
    """The file in parts that belong into one transaction each: a Bundle, or 500 lines of NDJSON.

    Yields:
        (place, resource or the Malformed that stands there, fullUrl) of each entry.

    Raises:
        Malformed: the file cannot be read; what was yielded before stands.
    """
    if not is_ndjson(path):
        with opened(path) as stream:
            yield _whole(stream)
        return
    numbered = lines(path)
    while part := list(islice(numbered, LINES_AT_ONCE)):
        yield parsed(part)


def is_ndjson(path: Path) -> bool:
    """Whether each line of the file is a resource, by its name."""
    return ".ndjson" in path.suffixes


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, unpacked if it is packed.

    Raises:
        Malformed: it cannot be read, now or inside the block.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[misc]
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Malformed(f"The file cannot be read to its end: {reason}.") from error


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that hold anything, with their numbers."""
    with opened(path) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number, line


def parsed(numbered: Iterable[tuple[int, bytes]]) -> list[Item]:
    """Lines of NDJSON as entries."""
    return [(f"line {number}", _line(line), "") for number, line in numbered]


def _whole(stream: BinaryIO) -> list[Item]:
    text = stream.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise Malformed("The file is larger than 1 GiB; split it, or write it as NDJSON.")
    content = loads(text)
    if not isinstance(content, dict) or content.get("resourceType") != "Bundle":
        return [("entry 1", content, "")]
    if content.get("type") not in BUNDLES:
        raise Malformed(f'Bundle.type "{str(content.get("type"))[:40]}" cannot be imported.')
    entries = content.get("entry", [])
    if not isinstance(entries, list):
        raise Malformed("Bundle.entry is not a list.")
    return [_item(number, entry) for number, entry in enumerate(entries, 1)]


def _item(number: int, entry: Any) -> Item:
    entry = entry if isinstance(entry, dict) else {}
    return f"entry {number}", entry.get("resource"), str(entry.get("fullUrl", ""))


def _line(line: bytes) -> Any:
    try:
        return loads(line)
    except Malformed as refusal:
        return refusal
