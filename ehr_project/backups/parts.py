"""The parts of a backup in one compressed stream: each a name and bytes of unknown length."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import zstandard

LEVEL = 3
PIECE = 2**20
LENGTH = 4  # bytes of each length


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> int: ...

    def close(self) -> None: ...


class Source(Protocol):
    """Gives bytes, and none at its end."""

    def read(self, size: int, /) -> bytes: ...


class PartsWriter:
    """Writes part after part; `close` ends the stream and what is below it."""

    def __init__(self, sink: Sink) -> None:
        self._stream = zstandard.ZstdCompressor(level=LEVEL).compressobj()
        self._sink = sink

    def part(self, name: str, pieces: Iterable[bytes]) -> int:
        """Write one part; how many bytes it holds."""
        total = 0
        self._block(name.encode())
        for piece in pieces:
            if piece:
                self._block(piece)
                total += len(piece)
        self._block(b"")
        return total

    def close(self) -> None:
        self._block(b"")  # no name: the end
        self._sink.write(self._stream.flush())
        self._sink.close()

    def _block(self, data: bytes) -> None:
        self._sink.write(self._stream.compress(len(data).to_bytes(LENGTH, "big") + data))


def parts(source: Source) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each part's name and its pieces; pieces that were not taken are skipped."""
    stream = zstandard.ZstdDecompressor().stream_reader(source)  # type: ignore[arg-type]
    while name := _block(stream):
        pieces = _pieces(stream)
        yield name.decode(), pieces
        for _ in pieces:
            continue
    while source.read(PIECE):  # to the last seal
        continue


def _pieces(stream: zstandard.ZstdDecompressionReader) -> Iterator[bytes]:
    while piece := _block(stream):
        yield piece


def _block(stream: zstandard.ZstdDecompressionReader) -> bytes:
    return _exactly(stream, int.from_bytes(_exactly(stream, LENGTH), "big"))


def _exactly(stream: zstandard.ZstdDecompressionReader, size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        more = stream.read(size - len(got))
        if not more:
            raise EOFError("A backup ended in the middle of a part.")
        got += more
    return bytes(got)
