"""Taking in the samples of a recording: every chunk once, whole, and only of its own device."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from django.db import transaction

from vitals.errors import (
    ChannelCount,
    ChunkConflictFound,
    DeviceRefusal,
    EmptyChunk,
    OddByteCount,
    PairingChanged,
    RecordingClosed,
    SampleOverlap,
    UnknownRecording,
)
from vitals.models import ChunkConflict, Recording
from vitals.storage import ledger
from vitals.storage.ledger import Locked, Receipt, Row, Upload, Wearing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from fhir.principal import Principal


@dataclass(frozen=True)
class Received:
    """The answer about one chunk.

    Attributes:
        upload: What was sent.
        new: False when the same chunk was here already.
        n_samples: Samples per channel.
        assigned: Whether a patient wore the device then; None for a repeated chunk.
    """

    upload: Upload
    new: bool
    n_samples: int
    assigned: bool | None


Outcome: TypeAlias = Received | DeviceRefusal


def receive_chunk(*, by: Principal, recording_id: UUID, upload: Upload) -> Received:
    """Take in one chunk; when this returns, it survives any crash.

    Raises:
        DeviceRefusal: why it was not taken. Other bytes under a known number are kept aside.
    """
    (outcome,) = receive_batch(by=by, recording_id=recording_id, uploads=[upload])
    if isinstance(outcome, DeviceRefusal):
        raise outcome
    return outcome


def receive_batch(*, by: Principal, recording_id: UUID, uploads: Sequence[Upload]) -> list[Outcome]:
    """Take in many chunks in one transaction; one that is refused does not hold up the others.

    Raises:
        UnknownRecording: the device has no such recording.
    """
    plain = _plain(recording_id, by.id, uploads)
    return plain or _decided(recording_id, by.id, uploads)


def _plain(recording_id: UUID, device_id: str, uploads: Sequence[Upload]) -> list[Outcome]:
    """The quick way for chunks that raise no question; nothing is written when one does."""
    try:
        times = [upload.clock.corrected(upload.device_time) for upload in uploads]
    except DeviceRefusal:
        return []
    if not uploads or not all(upload.data for upload in uploads) or _may_collide(uploads):
        return []
    taken = ledger.take_in(recording_id, device_id, uploads, times)
    if taken is None:
        return []
    width, assigned = taken
    return [
        Received(upload, new=True, n_samples=len(upload.data) // (2 * width), assigned=assigned)
        for upload in uploads
    ]


def _may_collide(uploads: Sequence[Upload]) -> bool:
    """Whether two of them could share a number or a sample (as if there were one channel)."""
    if len({upload.seq for upload in uploads}) < len(uploads):
        return True
    ordered = sorted(uploads, key=lambda upload: upload.first_sample)
    return any(
        one.first_sample + len(one.data) // 2 > other.first_sample
        for one, other in pairwise(ordered)
    )


@transaction.atomic
def _decided(recording_id: UUID, device_id: str, uploads: Sequence[Upload]) -> list[Outcome]:
    """The slow way: each chunk is looked at, and refused in words."""
    recording = ledger.locked(recording_id, device_id)
    if recording is None:
        raise UnknownRecording
    return Desk(recording).take(uploads)


class Desk:
    """Decides about the chunks of one recording while its row is held."""

    def __init__(self, recording: Locked) -> None:
        self.recording = recording
        self.receipts: dict[int, Receipt] = {}
        self.wearings: list[Wearing] = []
        self.pairing_id = recording.pairing_id
        self.rows: list[Row] = []

    def take(self, uploads: Sequence[Upload]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        measured = [self._measured(upload) for upload in uploads]
        good = [each for each in measured if isinstance(each, Row)]
        if good:
            self._load(good)
        for upload, each in zip(uploads, measured, strict=True):
            outcomes.append(self._decided(upload, each))
        if self.rows:
            ledger.write(self.recording, self.rows)
        if self.pairing_id != self.recording.pairing_id:
            Recording.objects.filter(pk=self.recording.id).update(pairing=self.pairing_id)
        return outcomes

    def _measured(self, upload: Upload) -> Row | DeviceRefusal:
        """Its number of samples and its corrected time; whose it is comes later."""
        try:
            n_samples = sample_count(upload.data, self.recording.n_channels)
            start_time = upload.clock.corrected(upload.device_time, field="Chunk-Device-Time")
        except DeviceRefusal as no:
            return no
        return Row(upload, n_samples, start_time, None)

    def _load(self, rows: list[Row]) -> None:
        ends = [row.upload.first_sample + row.n_samples for row in rows]
        uploads = [row.upload for row in rows]
        times = [row.start_time for row in rows]
        receipts, self.wearings = ledger.standing(self.recording, uploads, ends, times)
        self.receipts = {receipt.seq: receipt for receipt in receipts}

    def _decided(self, upload: Upload, measured: Row | DeviceRefusal) -> Outcome:
        if isinstance(measured, DeviceRefusal):
            return measured
        try:
            return self._repeated(upload, measured.n_samples) or self._new(measured)
        except DeviceRefusal as no:
            return no

    def _repeated(self, upload: Upload, n_samples: int) -> Received | None:
        known = self.receipts.get(upload.seq)
        if known is None:
            return None
        same = known.sha256 == upload.sha256 and known.first_sample == upload.first_sample
        if same:
            return Received(upload, new=False, n_samples=n_samples, assigned=None)
        ChunkConflict.objects.bulk_create(
            [
                ChunkConflict(
                    recording_id=self.recording.id,
                    seq=upload.seq,
                    sha256=upload.sha256,
                    first_sample=upload.first_sample,
                    device_time=upload.device_time,
                    payload=upload.data,
                )
            ],
            ignore_conflicts=True,
        )
        raise ChunkConflictFound(field="seq")

    def _new(self, row: Row) -> Received:
        if self.recording.closed:
            raise RecordingClosed
        upload, end = row.upload, row.upload.first_sample + row.n_samples
        for known in self.receipts.values():
            if known.first_sample < end and upload.first_sample < known.end_sample:
                raise SampleOverlap(
                    f"Samples {known.first_sample} to {known.end_sample - 1} are here already, "
                    f"as chunk {known.seq}.",
                    field="Chunk-First-Sample",
                )
        pairing_id = self._pairing_at(row.start_time)
        self.receipts[upload.seq] = Receipt(
            upload.seq, upload.sha256, upload.first_sample, row.n_samples
        )
        self.rows.append(Row(upload, row.n_samples, row.start_time, pairing_id))
        return Received(upload, True, row.n_samples, pairing_id is not None)  # noqa: FBT003

    def _pairing_at(self, moment: datetime) -> UUID | None:
        """Who wore the device then; the recording's first wearer stays its only one."""
        pairing_id = next((each.id for each in self.wearings if each.covers(moment)), None)
        if pairing_id is not None and self.pairing_id not in (None, pairing_id):
            raise PairingChanged
        self.pairing_id = self.pairing_id or pairing_id
        return pairing_id


def sample_count(data: bytes, n_channels: int) -> int:
    """Samples per channel in the bytes of a chunk.

    Raises:
        EmptyChunk: none.
        OddByteCount: not whole samples.
        ChannelCount: not whole rows of channels.
    """
    if not data:
        raise EmptyChunk
    if len(data) % 2:
        raise OddByteCount(f"{len(data)} bytes are not a whole number of 16-bit samples.")
    rows, rest = divmod(len(data), 2 * n_channels)
    if rest:
        raise ChannelCount(
            f"{len(data) // 2} samples do not divide by the {n_channels} channels of the recording."
        )
    return rows
