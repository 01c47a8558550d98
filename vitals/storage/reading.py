"""Reading stored samples back, and the min/max pyramid over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Q, QuerySet

from vitals.models import PyramidPiece, Recording, WaveformChunk
from vitals.models.chunks import RAW
from vitals.storage import pyramid
from vitals.storage.codec import MISSING, Int16Array, decode
from vitals.storage.pyramid import Piece, PieceKey, Viewport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Chunks that the worker has not drawn into the pyramid yet are drawn while answering, up to here.
MOST_PENDING = 240


def shown(recording: Recording) -> QuerySet[WaveformChunk]:
    """The chunks that belong to the recording's wearer; a stray one belongs to nobody yet."""
    return WaveformChunk.objects.filter(recording=recording, pairing=recording.pairing_id)


def samples(recording: Recording, first_sample: int, n: int) -> Int16Array:
    """Samples ``first_sample`` … ``first_sample + n - 1`` as received.

    Returns:
        int16, shape (n, channels); −32768 where nothing was measured or received.
    """
    width = len(recording.channels)
    out = np.full((n, width), MISSING, np.int16)
    end = first_sample + n
    chunks = shown(recording).filter(first_sample__lt=end).order_by("first_sample")
    # Chunks never overlap, so only the last one that begins before can reach into the range.
    before = chunks.filter(first_sample__lte=first_sample).reverse().values("first_sample")[:1]
    for chunk in chunks.filter(Q(first_sample__gt=first_sample) | Q(first_sample__in=before)):
        start, stop = max(chunk.first_sample, first_sample), min(chunk.end_sample, end)
        if start < stop:
            block = unpacked(chunk, width)
            out[start - first_sample : stop - first_sample] = block[
                start - chunk.first_sample : stop - chunk.first_sample
            ]
    return out


def unpacked(chunk: WaveformChunk, width: int) -> Int16Array:
    """The samples of one stored chunk, int16 (n, channels)."""
    if chunk.codec == RAW:
        return np.frombuffer(chunk.payload, "<i2").astype(np.int16).reshape(-1, width)
    return decode(bytes(chunk.payload), chunk.codec, n_samples=chunk.n_samples, n_channels=width)


def end_sample(recording: Recording) -> int:
    """Index after the last sample that is shown; 0 when there is none."""
    last = shown(recording).order_by("-first_sample").only("first_sample", "n_samples").first()
    return last.end_sample if last else 0


def viewport(
    recording: Recording, channel: int, first_sample: int, end: int, width_px: int
) -> Viewport:
    """What to draw of one channel for a range of samples and a width in pixels."""

    def load_samples(first: int, stop: int) -> Int16Array:
        return np.ascontiguousarray(samples(recording, first, stop - first)[:, channel])

    def load_pieces(level: int, indexes: Sequence[int]) -> Mapping[int, Piece]:
        pieces = stored_pieces(recording, channel, level, indexes)
        for key, piece in _pending(recording, pieces, channel, level).items():
            pieces[key.index] = piece
        return pieces

    return pyramid.viewport(
        first_sample, end, width_px, load_samples=load_samples, load_pieces=load_pieces
    )


def stored_pieces(
    recording: Recording, channel: int, level: int, indexes: Sequence[int]
) -> dict[int, Piece]:
    """The pieces of one channel and level that are stored, by index."""
    rows = PyramidPiece.objects.filter(
        recording=recording, channel=channel, level=level, index__in=list(indexes)
    ).values_list("index", "payload")
    return {index: Piece.from_bytes(bytes(payload)) for index, payload in rows}


def undrawn(recording: Recording) -> QuerySet[WaveformChunk]:
    """Chunks that the pyramid does not hold yet."""
    return shown(recording).filter(in_pyramid=False).order_by("first_sample")


def _pending(
    recording: Recording, pieces: Mapping[int, Piece], channel: int, level: int
) -> dict[PieceKey, Piece]:
    """The pieces of ``level`` with what the worker has not drawn into them yet."""
    width = len(recording.channels)
    fresh: dict[PieceKey, Piece] = {}

    def load(key: PieceKey) -> Piece | None:
        return fresh.get(key) or (pieces.get(key.index) if key.level == level else None)

    for chunk in undrawn(recording)[:MOST_PENDING]:
        column = unpacked(chunk, width)[:, channel : channel + 1]
        fresh |= pyramid.update(chunk.first_sample, column, load)
    return {key: piece for key, piece in fresh.items() if key.level == level}
