"""What the worker does with received samples: draw them into the pyramid, pack them into blocks."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from vitals.models import Analysis, ChunkReceipt, PyramidPiece, Recording, WaveformChunk
from vitals.models.chunks import RAW
from vitals.storage import pyramid
from vitals.storage.codec import encode
from vitals.storage.pyramid import Piece, PieceKey
from vitals.storage.reading import undrawn, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable

AT_ONCE = 200
BLOCK_S = 60.0
# Samples rest as received for a while: a device that was put on the wrong patient is noticed soon.
SETTLED = timedelta(minutes=10)


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
    pieces = Pieces(recording)
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

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.changed: dict[PieceKey, Piece] = {}

    def load(self, key: PieceKey) -> Piece | None:
        """The piece as it is by now."""
        if key in self.changed:
            return self.changed[key]
        row = PyramidPiece.objects.filter(
            recording=self.recording, channel=key.channel, level=key.level, index=key.index
        ).first()
        return Piece.from_bytes(bytes(row.payload)) if row else None

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


@transaction.atomic
def pack(recording_id: UUID) -> int:
    """Join settled chunks without a gap between them into blocks of a minute. Returns how many."""
    hold(recording_id)
    recording = Recording.objects.select_for_update(no_key=True).get(pk=recording_id)
    settled = ChunkReceipt.objects.filter(
        recording=recording, arrived_at__lt=timezone.now() - SETTLED
    )
    chunks = WaveformChunk.objects.filter(
        recording=recording,
        codec=RAW,
        in_pyramid=True,
        first_sample__in=settled.values("first_sample"),
    )
    groups = _minutes(chunks.order_by("first_sample")[: AT_ONCE * 4], recording)
    packed = 0
    for group in groups:
        if len(group) > 1 or recording.closed_at is not None:
            _join(recording, group)
            packed += len(group)
    return packed


def _minutes(chunks: Iterable[WaveformChunk], recording: Recording) -> list[list[WaveformChunk]]:
    """Runs of chunks without a gap, of one wearer, within one minute of the recording."""
    size = BLOCK_S * recording.sampling_rate_hz
    ordered = list(chunks)
    groups = [[chunk] for chunk in ordered[:1]]
    for one, other in pairwise(ordered):
        joined = (
            one.end_sample == other.first_sample
            and one.pairing_id == other.pairing_id
            and one.first_sample // size == other.first_sample // size
        )
        if joined:
            groups[-1].append(other)
        else:
            groups.append([other])
    # The last minute may still grow.
    return groups if recording.closed_at is not None else groups[:-1]


def _join(recording: Recording, group: list[WaveformChunk]) -> None:
    block = np.concatenate([unpacked(chunk, len(recording.channels)) for chunk in group])
    codec, payload = encode(block)
    first, *others = group
    WaveformChunk.objects.filter(pk__in=[chunk.pk for chunk in others]).delete()
    WaveformChunk.objects.filter(pk=first.pk).update(
        codec=codec, payload=payload, n_samples=len(block)
    )


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
