"""Minimum and maximum per bucket at four coarser levels, so that any zoom reads little.

Level ×16 keeps the minimum and maximum of each 16 samples, ×128 of each 128, and so on. Buckets lie
on one fixed grid from sample 0 on, so new samples only ever lower a minimum or raise a maximum:
chunks may come late, twice and in any order, and the pyramid ends the same. Missing samples count
for neither; a bucket that has seen none is empty and is drawn as a gap.

Pure functions: whoever calls passes in how stored samples and pieces are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from vitals.storage.codec import DELTA_ZSTD, MISSING, Int16Array, decode, encode

LEVELS: Final = (16, 128, 1024, 8192)
"""Samples per bucket, finest first; each divides the next."""

POINTS_PER_PIECE: Final = 512
"""Buckets that are stored together as one row: packed they stay in it, below the 2 kB from which
PostgreSQL would put them elsewhere, and a chunk rewrites little (docs/adr/0004)."""

MAX_WIDTH_PX: Final = 8192
"""The widest screen that is served: 2 × 8192 pairs are 64 KiB."""

# The neutral elements of minimum and maximum: an empty bucket has its maximum below its minimum.
EMPTY_MINIMUM: Final = 32767
EMPTY_MAXIMUM: Final = MISSING


@dataclass(frozen=True)
class PieceKey:
    """Where a piece lies: channel, samples per bucket, and how many pieces stand before it."""

    channel: int
    level: int
    index: int


def _of(value: int) -> Callable[[], Int16Array]:
    return lambda: np.full(POINTS_PER_PIECE, value, dtype=np.int16)


@dataclass(frozen=True)
class Piece:
    """512 buckets of one channel and level.

    ``minimum`` and ``maximum``: int16, shape (512,), in the recording's digital steps.
    """

    minimum: Int16Array = field(default_factory=_of(EMPTY_MINIMUM))
    maximum: Int16Array = field(default_factory=_of(EMPTY_MAXIMUM))

    @property
    def n_filled(self) -> int:
        """How many buckets have seen at least one sample."""
        return int(np.count_nonzero(self.maximum != EMPTY_MAXIMUM))

    def merged(self, buckets: Buckets, offset: int) -> Piece:
        """This piece with ``buckets`` taken in from place ``offset`` on."""
        minimum, maximum = self.minimum.copy(), self.maximum.copy()
        place = slice(offset, offset + len(buckets.minimum))
        np.minimum(minimum[place], buckets.minimum, out=minimum[place])
        np.maximum(maximum[place], buckets.maximum, out=maximum[place])
        return Piece(minimum, maximum)

    def to_bytes(self) -> bytes:
        """As stored: delta + zstd; empty buckets cost next to nothing."""
        return encode(np.column_stack([self.minimum, self.maximum]), DELTA_ZSTD).payload

    @classmethod
    def from_bytes(cls, payload: bytes) -> Piece:
        """Back from the stored bytes. Raises ``CodecError`` when they are damaged."""
        both = decode(payload, DELTA_ZSTD, n_samples=POINTS_PER_PIECE, n_channels=2)
        return cls(np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1]))


@dataclass(frozen=True)
class Buckets:
    """Consecutive buckets: the first one's number on the grid, and int16 (n,) minima and maxima."""

    first: int
    minimum: Int16Array
    maximum: Int16Array


@dataclass(frozen=True)
class Viewport:
    """What to draw: ``pairs`` int16 (n, 2) of minimum and maximum; both ``MISSING`` for a gap.

    Pair i covers samples ``first_sample + i * samples_per_bucket`` and the following ones.
    """

    first_sample: int
    samples_per_bucket: int
    pairs: Int16Array

    def to_bytes(self) -> bytes:
        """Little-endian int16, each minimum followed by its maximum."""
        return self.pairs.astype("<i2").tobytes()


LoadPiece: TypeAlias = Callable[[PieceKey], Piece | None]
LoadPieces: TypeAlias = Callable[[int, Sequence[int]], Mapping[int, Piece]]
LoadSamples: TypeAlias = Callable[[int, int], Int16Array]


def update(first_sample: int, samples: Int16Array, load: LoadPiece) -> dict[PieceKey, Piece]:
    """Take new samples into the pyramid.

    Args:
        first_sample: Position of the first of them in the recording, ≥ 0.
        samples: Digital values, shape (n, channels), int16; ``MISSING`` where not measured.
        load: Gives the piece stored under a key, or None when there is none yet.

    Returns:
        The pieces that are new or changed, to be stored.
    """
    changed: dict[PieceKey, Piece] = {}
    for channel in range(samples.shape[1]):
        finest = _of_samples(samples[:, channel], first_sample)
        for level in LEVELS:
            buckets = _coarser(finest, level // LEVELS[0])
            for key, place, part in _split(channel, level, buckets):
                changed[key] = (load(key) or Piece()).merged(part, place)
    return changed


def touched(first_sample: int, n_samples: int) -> list[tuple[int, int]]:
    """Level and index of the pieces that samples lie in, the same for every channel."""
    last = first_sample + n_samples - 1
    return [
        (level, index)
        for level in LEVELS
        for index in range(
            first_sample // level // POINTS_PER_PIECE, last // level // POINTS_PER_PIECE + 1
        )
    ]


def viewport(
    first_sample: int,
    end_sample: int,
    width_px: int,
    *,
    load_samples: LoadSamples,
    load_pieces: LoadPieces,
) -> Viewport:
    """Minimum and maximum of each bucket of one channel, at most 2 × ``width_px`` of them.

    Args:
        first_sample: Where the view begins, ≥ 0.
        end_sample: Where it ends (not included), > ``first_sample``.
        width_px: How wide it is drawn, 1 to 8,192.
        load_samples: ``(first, end)`` gives int16 (end - first,), ``MISSING`` where nothing is.
        load_pieces: ``(level, indexes)`` gives the stored pieces among them by index.

    Returns:
        Buckets on the grid from sample 0 on, so that a moved view shows the same buckets. The first
        may begin before ``first_sample`` and the last end after ``end_sample``.

    Raises:
        ValueError: The range or the width is impossible.
    """
    if not 0 <= first_sample < end_sample or not 1 <= width_px <= MAX_WIDTH_PX:
        raise ValueError(f"A view needs 0 <= first < end and 1 to {MAX_WIDTH_PX} pixels.")
    level, size = _grid(end_sample - first_sample, width_px)
    first, end = first_sample // size, -(-end_sample // size)
    if level == 1:
        fine = _single(load_samples(first * size, end * size), first * size)
    else:
        fine = _read(level, first * size // level, end * size // level, load_pieces)
    return Viewport(first * size, size, _with_gaps(_coarser(fine, size // level)))


def _grid(n_samples: int, width_px: int) -> tuple[int, int]:
    """The level to read, and the samples per drawn bucket (a multiple of the level).

    With 2 × width - 1 whole buckets in the view, a bucket cut at each end still fits.
    """
    wanted = -(-n_samples // max(1, 2 * width_px - 1))
    level = max((level for level in LEVELS if level <= wanted), default=1)
    return level, level * -(-wanted // level)


def _single(samples: Int16Array, first_sample: int) -> Buckets:
    """Each sample as a bucket of its own; a missing one as an empty bucket."""
    empty = np.where(samples == MISSING, np.int16(EMPTY_MINIMUM), samples)
    return Buckets(first_sample, empty, samples)


def _of_samples(samples: Int16Array, first_sample: int) -> Buckets:
    return _coarser(_single(samples, first_sample), LEVELS[0])


def _coarser(buckets: Buckets, factor: int) -> Buckets:
    """Join each ``factor`` buckets on the grid into one."""
    if factor == 1:
        return buckets
    first = buckets.first // factor
    before = buckets.first - first * factor
    after = -(before + len(buckets.minimum)) % factor
    low = np.pad(buckets.minimum, (before, after), constant_values=EMPTY_MINIMUM)
    high = np.pad(buckets.maximum, (before, after), constant_values=EMPTY_MAXIMUM)
    return Buckets(first, low.reshape(-1, factor).min(axis=1), high.reshape(-1, factor).max(axis=1))


def _split(channel: int, level: int, buckets: Buckets) -> list[tuple[PieceKey, int, Buckets]]:
    """Cut buckets at piece borders: the piece's key, the place in it, and what belongs there."""
    parts = []
    at, end = buckets.first, buckets.first + len(buckets.minimum)
    while at < end:
        index, place = divmod(at, POINTS_PER_PIECE)
        stop = min(end, (index + 1) * POINTS_PER_PIECE)
        span = slice(at - buckets.first, stop - buckets.first)
        part = Buckets(at, buckets.minimum[span], buckets.maximum[span])
        parts.append((PieceKey(channel, level, index), place, part))
        at = stop
    return parts


def _read(level: int, first: int, end: int, load_pieces: LoadPieces) -> Buckets:
    """Buckets ``first`` to ``end`` of a level, with pieces that are not stored as empty."""
    indexes = range(first // POINTS_PER_PIECE, -(-end // POINTS_PER_PIECE))
    stored = load_pieces(level, indexes)
    pieces = [stored.get(index) or Piece() for index in indexes]
    start = first - indexes[0] * POINTS_PER_PIECE
    span = slice(start, start + end - first)
    low = np.concatenate([piece.minimum for piece in pieces])[span]
    high = np.concatenate([piece.maximum for piece in pieces])[span]
    return Buckets(first, low, high)


def _with_gaps(buckets: Buckets) -> Int16Array:
    empty = buckets.maximum == EMPTY_MAXIMUM
    low = np.where(empty, np.int16(MISSING), buckets.minimum)
    return np.column_stack([low, buckets.maximum])
