"""What the worker does with received samples: draw them into the pyramid, pack them into blocks."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from vitals.models import Analysis, ChunkReceipt, PyramidPiece, Recording, WaveformChunk
from vitals.models.chunks import RAW
from vitals.statements import run
from vitals.storage import pyramid
from vitals.storage.codec import CodecError, decode, encode
from vitals.storage.pyramid import Piece, PieceKey, touched
from vitals.storage.reading import undrawn, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

AT_ONCE = 200
BLOCK_S = 60.0
# Samples rest as received for a while: a device that was put on the wrong patient is noticed soon.
SETTLED = timedelta(minutes=10)

PIECES = """
SELECT channel, level, index, payload FROM vitals_pyramidpiece
JOIN unnest(%(levels)s::int[], %(indexes)s::int[]) AS wanted (level, index) USING (level, index)
WHERE recording_id = %(recording)s
"""


def hold(recording_id: UUID) -> None:
    """Until this transaction ends, nobody else draws or redraws this recording."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"draw:{recording_id}"]
        )


def draw(recording_id: UUID) -> int:
    """Take what is new into the pyramid. Returns how many chunks it was."""
    total = 0
    while done := _draw_some(recording_id):
        total += done
    return total


@transaction.atomic
def _draw_some(recording_id: UUID) -> int:
    hold(recording_id)
    recording = Recording.objects.get(pk=recording_id)
    chunks = list(undrawn(recording)[:AT_ONCE])
    pieces = Pieces(recording, chunks)
    for chunk in chunks:
        fresh = pyramid.update(
            chunk.first_sample, unpacked(chunk, len(recording.channels)), pieces.load
        )
        pieces.changed |= fresh
        # What was read around these samples before they came must be read again.
        found = Analysis.objects.pieces().filter(recording=recording)
        found.touched_by(chunk.first_sample, chunk.end_sample).delete()
    pieces.store()
    WaveformChunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).update(in_pyramid=True)
    return len(chunks)


class Pieces:
    """The pieces of one recording while they are changed."""

    def __init__(self, recording: Recording, chunks: Iterable[WaveformChunk]) -> None:
        """``chunks``: what will be drawn; the pieces they lie in are loaded together."""
        self.recording = recording
        self.changed: dict[PieceKey, Piece] = {}
        places = {place for each in chunks for place in touched(each.first_sample, each.n_samples)}
        levels, indexes = [level for level, _ in places], [index for _, index in places]
        rows = run(PIECES, {"recording": recording.pk, "levels": levels, "indexes": indexes})
        self.stored = {PieceKey(*where): payload for *where, payload in rows}

    def load(self, key: PieceKey) -> Piece | None:
        """The piece as it is by now."""
        if key in self.changed:
            return self.changed[key]
        payload = self.stored.get(key)
        return Piece.from_bytes(payload) if payload is not None else None

    def store(self) -> None:
        """Write what was changed."""
        PyramidPiece.objects.bulk_create(
            [
                PyramidPiece(
                    recording=self.recording,
                    channel=key.channel,
                    level=key.level,
                    index=key.index,
                    n_filled=piece.n_filled,
                    payload=piece.to_bytes(),
                )
                for key, piece in self.changed.items()
            ],
            update_conflicts=True,
            unique_fields=["recording", "channel", "level", "index"],
            update_fields=["n_filled", "payload"],
        )


@transaction.atomic
def redraw(recording: Recording) -> None:
    """Forget all that was computed: whose samples they are has changed."""
    hold(recording.pk)
    PyramidPiece.objects.filter(recording=recording).delete()
    WaveformChunk.objects.filter(recording=recording).update(in_pyramid=False)
    Analysis.objects.filter(recording=recording).delete()
    Recording.objects.filter(pk=recording.pk).update(generation=F("generation") + 1)


def pack(recording_id: UUID) -> int:
    """Join settled chunks without a gap between them into blocks of a minute.

    Chunks that come late are joined with the blocks that stand around them. Samples that are not
    those of their receipt stay as they are, to be found by ``recordings verify``.

    Returns:
        How many chunks were packed.
    """
    packed, after = 0, -1
    while True:
        found, after = _pack_some(recording_id, after)
        if after < 0:
            return packed
        packed += found


@transaction.atomic
def _pack_some(recording_id: UUID, after: int) -> tuple[int, int]:
    """Pack some chunks that begin after a sample; how many, and where to go on (-1: done)."""
    hold(recording_id)
    recording = Recording.objects.select_for_update(no_key=True).get(pk=recording_id)
    size = BLOCK_S * recording.sampling_rate_hz
    fresh = list(unpacked_chunks(recording).filter(first_sample__gt=after)[:AT_ONCE])
    if not fresh:
        return 0, -1
    packed = 0
    for minute in sorted({first // size for first in fresh}):
        for group in _runs(_of_minute(recording, minute * size, (minute + 1) * size)):
            packed += _join(recording, group)
    return packed, fresh[-1]


def unpacked_chunks(recording: Recording) -> QuerySet[WaveformChunk, int]:
    """First samples of the chunks that have settled, are drawn and lie as they were received."""
    settled = ChunkReceipt.objects.filter(
        recording=recording,
        first_sample=OuterRef("first_sample"),
        arrived_at__lt=timezone.now() - SETTLED,
    )
    waiting = WaveformChunk.objects.filter(
        Exists(settled), recording=recording, codec=RAW, in_pyramid=True
    )
    return waiting.order_by("first_sample").values_list("first_sample", flat=True)


def resting(recording_id: UUID) -> bool:
    """Whether chunks wait to be drawn, or to settle before they are packed."""
    lying = WaveformChunk.objects.filter(recording=recording_id, codec=RAW)
    young = ChunkReceipt.objects.filter(
        recording=recording_id,
        first_sample=OuterRef("first_sample"),
        arrived_at__gte=timezone.now() - SETTLED,
    )
    return lying.filter(Exists(young) | Q(in_pyramid=False)).exists()


def _of_minute(recording: Recording, first: float, end: float) -> list[WaveformChunk]:
    """Blocks and settled chunks that begin in a minute of the recording, in order."""
    inside = WaveformChunk.objects.filter(
        recording=recording, in_pyramid=True, first_sample__gte=first, first_sample__lt=end
    )
    settled = unpacked_chunks(recording).filter(first_sample__gte=first, first_sample__lt=end)
    return list(inside.filter(~Q(codec=RAW) | Q(first_sample__in=settled)).order_by("first_sample"))


def _runs(ordered: list[WaveformChunk]) -> list[list[WaveformChunk]]:
    """Chunks and blocks without a gap, of one wearer."""
    groups = [[chunk] for chunk in ordered[:1]]
    for one, other in pairwise(ordered):
        if one.end_sample == other.first_sample and one.pairing_id == other.pairing_id:
            groups[-1].append(other)
        else:
            groups.append([other])
    return groups


def _join(recording: Recording, group: list[WaveformChunk]) -> int:
    """Make one block of what follows each other; how many chunks were packed by it."""
    raw = [chunk for chunk in group if chunk.codec == RAW]
    if not raw or not _as_received(recording, raw):
        return 0
    width = len(recording.channels)
    try:
        block = np.concatenate([unpacked(chunk, width) for chunk in group])
    except CodecError:
        logger.error("a block of recording %s cannot be read", recording.pk)
        return 0
    codec, payload = encode(block)
    if not np.array_equal(decode(payload, codec, n_samples=len(block), n_channels=width), block):
        raise CodecError("The codec does not give back what was packed.")
    first, *others = group
    WaveformChunk.objects.filter(pk__in=[chunk.pk for chunk in others]).delete()
    WaveformChunk.objects.filter(pk=first.pk).update(
        codec=codec, payload=payload, n_samples=len(block)
    )
    return len(raw)


def _as_received(recording: Recording, chunks: list[WaveformChunk]) -> bool:
    """Whether they hash as their receipts say: a block must not hide that they do not."""
    firsts = [chunk.first_sample for chunk in chunks]
    known = ChunkReceipt.objects.filter(recording=recording, first_sample__in=firsts)
    hashes = {first: bytes(told) for first, told in known.values_list("first_sample", "sha256")}
    good = all(
        hashlib.sha256(chunk.payload).digest() == hashes.get(chunk.first_sample) for chunk in chunks
    )
    if not good:
        logger.error("stored samples of recording %s are not those received", recording.pk)
    return good


def split(block: WaveformChunk) -> None:
    """Undo the joining of a block: its chunks as they were received."""
    recording = block.recording
    data = unpacked(block, len(recording.channels))
    receipts = list(
        ChunkReceipt.objects.filter(
            recording=recording,
            first_sample__gte=block.first_sample,
            first_sample__lt=block.end_sample,
        ).order_by("first_sample")
    )
    WaveformChunk.objects.filter(pk=block.pk).delete()
    WaveformChunk.objects.bulk_create(
        [
            WaveformChunk(
                recording=recording,
                first_sample=receipt.first_sample,
                n_samples=receipt.n_samples,
                start_time=block.start_time
                + timedelta(
                    seconds=(receipt.first_sample - block.first_sample) / recording.sampling_rate_hz
                ),
                pairing_id=block.pairing_id,
                in_pyramid=block.in_pyramid,
                codec=RAW,
                payload=_part(data, block.first_sample, receipt),
            )
            for receipt in receipts
        ]
    )


def _part(data: np.ndarray, first_sample: int, receipt: ChunkReceipt) -> bytes:
    start = receipt.first_sample - first_sample
    return data[start : start + receipt.n_samples].astype("<i2").tobytes()
