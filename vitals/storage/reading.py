"""Reading stored samples back, and the min/max pyramid over them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vitals.models import Recording, WaveformChunk
from vitals.models.chunks import RAW
from vitals.statements import run
from vitals.storage import pyramid
from vitals.storage.codec import MISSING, Int16Array, decode
from vitals.storage.pyramid import Piece, PieceKey, Viewport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.db.models import QuerySet

# What the worker has not drawn into the pyramid yet is drawn while answering, so much at a time.
LONGEST_RUN = 2**20

# A stray chunk belongs to nobody yet (see ``shown``).
SHOWN = """
FROM vitals_waveformchunk
WHERE recording_id = %(recording)s AND pairing_id IS NOT DISTINCT FROM %(pairing)s::uuid
"""
# Chunks never overlap, so only the last one that begins before can reach into the range.
STORED = f"""
SELECT first_sample, n_samples, codec, payload {SHOWN} AND first_sample < %(end)s
  AND first_sample >= coalesce((SELECT max(first_sample) {SHOWN} AND first_sample <= %(first)s), 0)
ORDER BY first_sample
"""
LAST = f"SELECT first_sample + n_samples {SHOWN} ORDER BY first_sample DESC LIMIT 1"
UNDRAWN = f"SELECT first_sample, n_samples {SHOWN} AND NOT in_pyramid ORDER BY first_sample"
PIECES = """
SELECT index, payload FROM vitals_pyramidpiece
WHERE recording_id = %(recording)s AND channel = %(channel)s AND level = %(level)s
  AND index = ANY(%(indexes)s)
"""


def shown(recording: Recording) -> QuerySet[WaveformChunk]:
    """The chunks that belong to the recording's wearer; a stray one belongs to nobody yet."""
    return WaveformChunk.objects.filter(recording=recording, pairing=recording.pairing_id)


def samples(recording: Recording, first_sample: int, n: int) -> Int16Array:
    """Samples ``first_sample`` … ``first_sample + n - 1`` as received.

    Returns:
        int16, shape (n, channels); −32768 where nothing was measured or received.
    """
    width, end = len(recording.channels), first_sample + n
    out = np.full((n, width), MISSING, np.int16)
    wanted = _whose(recording) | {"first": first_sample, "end": end}
    for first, count, codec, payload in run(STORED, wanted):
        start, stop = max(first, first_sample), min(first + count, end)
        if start < stop:
            block = _block(codec, payload, count, width)
            out[start - first_sample : stop - first_sample] = block[start - first : stop - first]
    return out


def unpacked(chunk: WaveformChunk, width: int) -> Int16Array:
    """The samples of one stored chunk, int16 (n, channels)."""
    return _block(chunk.codec, bytes(chunk.payload), chunk.n_samples, width)


def _block(codec: str, payload: bytes, n_samples: int, width: int) -> Int16Array:
    if codec == RAW:
        return np.frombuffer(payload, "<i2").astype(np.int16).reshape(-1, width)
    return decode(payload, codec, n_samples=n_samples, n_channels=width)


def end_sample(recording: Recording) -> int:
    """Index after the last sample that is shown; 0 when there is none."""
    last = run(LAST, _whose(recording)).fetchone()
    return int(last[0]) if last else 0


def viewport(
    recording: Recording, channel: int, first_sample: int, end: int, width_px: int
) -> Viewport:
    """What to draw of one channel for a range of samples and a width in pixels."""
    return viewports(recording, (channel,), first_sample, end, width_px)[0]


def viewports(
    recording: Recording, channels: Sequence[int], first_sample: int, end: int, width_px: int
) -> list[Viewport]:
    """What to draw of each of several channels; their samples are unpacked once."""

    @cache
    def load(first: int, stop: int) -> Int16Array:
        return samples(recording, first, stop - first)

    return [
        _viewport(recording, channel, first_sample, end, width_px, load) for channel in channels
    ]


def _viewport(
    recording: Recording,
    channel: int,
    first_sample: int,
    end: int,
    width_px: int,
    load: Callable[[int, int], Int16Array],
) -> Viewport:
    def load_samples(first: int, stop: int) -> Int16Array:
        return np.ascontiguousarray(load(first, stop)[:, channel])

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
    wanted = {"recording": recording.pk, "channel": channel, "level": level}
    rows = run(PIECES, wanted | {"indexes": list(indexes)})
    return {index: Piece.from_bytes(payload) for index, payload in rows}


def undrawn(recording: Recording) -> QuerySet[WaveformChunk]:
    """Chunks that the pyramid does not hold yet."""
    return shown(recording).filter(in_pyramid=False).order_by("first_sample")


def _pending(
    recording: Recording, pieces: Mapping[int, Piece], channel: int, level: int
) -> dict[PieceKey, Piece]:
    """The pieces of ``level`` with what the worker has not drawn into them yet."""
    fresh: dict[PieceKey, Piece] = {}

    def load(key: PieceKey) -> Piece | None:
        return fresh.get(key) or (pieces.get(key.index) if key.level == level else None)

    for first, n in _undrawn_runs(recording):
        column = samples(recording, first, n)[:, channel : channel + 1]
        fresh |= pyramid.update(first, column, load)
    return {key: piece for key, piece in fresh.items() if key.level == level}


def _undrawn_runs(recording: Recording) -> Iterator[tuple[int, int]]:
    """First sample and length of each stretch without a gap that the pyramid lacks."""
    first, n = 0, 0
    for start, count in run(UNDRAWN, _whose(recording)):
        if n and (start != first + n or n >= LONGEST_RUN):
            yield first, n
            n = 0
        first, n = (first if n else start), n + count
    if n:
        yield first, n


def _whose(recording: Recording) -> dict[str, Any]:
    return {"recording": recording.pk, "pairing": recording.pairing_id}
