"""Are the stored samples still the ones that were received? Every hash is computed again.

A receipt keeps the SHA-256 of the bytes that a device sent; it stays when the samples are packed
and merged. So its samples are read back from wherever they lie now and hashed as they were sent.
Each look is one statement, which sees one moment of the database: uploads and the worker go on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import zstandard

from vitals.models import OriginalFile, Recording, WaveformChunk
from vitals.statements import run
from vitals.storage.codec import CodecError
from vitals.storage.reading import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from vitals.storage.codec import Int16Array

AT_ONCE: Final = 100
RECORDINGS_AT_ONCE: Final = 1000

# From the block on that holds the last sample seen: it may have been merged with later ones since.
BLOCKS = """
SELECT c.first_sample, c.n_samples, c.codec, c.payload, r.seqs, r.firsts, r.counts, r.hashes
FROM vitals_waveformchunk c CROSS JOIN LATERAL (
  SELECT array_agg(seq) AS seqs, array_agg(first_sample) AS firsts, array_agg(n_samples) AS counts,
         array_agg(sha256) AS hashes
  FROM vitals_chunkreceipt
  WHERE recording_id = c.recording_id AND first_sample >= c.first_sample
    AND first_sample < c.first_sample + c.n_samples
) AS r
WHERE c.recording_id = %(recording)s AND c.first_sample + c.n_samples > %(seen)s
  AND c.first_sample >= coalesce(
    (SELECT max(b.first_sample) FROM vitals_waveformchunk b
     WHERE b.recording_id = %(recording)s AND b.first_sample <= %(seen)s), 0)
ORDER BY c.first_sample LIMIT %(most)s
"""
LOST = """
SELECT r.seq, r.first_sample, r.n_samples FROM vitals_chunkreceipt r
LEFT JOIN LATERAL (
  SELECT c.first_sample + c.n_samples AS stop FROM vitals_waveformchunk c
  WHERE c.recording_id = r.recording_id AND c.first_sample <= r.first_sample
  ORDER BY c.first_sample DESC LIMIT 1
) AS block ON true
WHERE r.recording_id = %(recording)s
  AND (block.stop IS NULL OR block.stop < r.first_sample + r.n_samples)
ORDER BY r.first_sample
"""


class Fault(StrEnum):
    """What can be wrong; the value is what a person reads."""

    ALTERED = "the stored samples are not the ones that were received"
    LOST = "the samples that were received are not stored"
    UNREADABLE = "the stored block cannot be read"
    UNCLAIMED = "samples are stored that no receipt knows"
    CONFLICT_ALTERED = "what was sent in conflict with it is not stored as it was received"
    FILE_ALTERED = "the stored file is not the one that was received"
    FILE_UNREADABLE = "the stored file cannot be read"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was received, by number; nothing in it tells whose it is."""

    what: str
    fault: Fault

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.what}: {self.fault.value}"


@dataclass
class Tally:
    """How much was looked at."""

    recordings: int = 0
    chunks: int = 0
    samples: int = 0
    files: int = 0


def recordings_after(last: UUID | None) -> Iterator[Recording]:
    """All recordings in the order of their numbers, from the one after ``last`` on."""
    while True:
        some = Recording.objects.order_by("pk")
        page = list((some.filter(pk__gt=last) if last else some)[:RECORDINGS_AT_ONCE])
        yield from page
        if not page:
            return
        last = page[-1].pk


def verify(recording: Recording, tally: Tally) -> Iterator[Difference]:
    """Hash every chunk of a recording again, merged blocks included."""
    tally.recordings += 1
    seen = -1
    asked: dict[str, Any] = {"recording": recording.pk, "most": AT_ONCE}
    while rows := run(BLOCKS, asked | {"seen": seen}).fetchall():
        for row in rows:
            yield from _block(recording, tally, *row)
        seen = rows[-1][0] + rows[-1][1]
    for seq, first, n_samples in run(LOST, asked):
        yield _of_chunk(recording, seq, first, n_samples, Fault.LOST)


def verify_conflicts(recording: Recording) -> Iterator[Difference]:
    """Hash again what came under a number that was taken."""
    for row in recording.conflicts.order_by("pk").iterator(AT_ONCE):
        if hashlib.sha256(row.payload).digest() != bytes(row.sha256):
            what = f"recording {recording.pk}, chunk {row.seq}"
            yield Difference(what, Fault.CONFLICT_ALTERED)


def _block(
    recording: Recording,
    tally: Tally,
    first: int,
    n_samples: int,
    codec: str,
    payload: bytes,
    *receipts: list[Any] | None,
) -> Iterator[Difference]:
    """One stored block against the receipts of the chunks that it was made of."""
    chunks = list(zip(*(column or [] for column in receipts), strict=True))
    tally.chunks += len(chunks)
    tally.samples += n_samples
    what = f"recording {recording.pk}, block at sample {first}"
    row = WaveformChunk(n_samples=n_samples, codec=codec, payload=payload)
    try:
        data = unpacked(row, len(recording.channels))
    except (CodecError, ValueError):
        yield Difference(what, Fault.UNREADABLE)
        data = None
    if sum(count for _seq, _first, count, _hash in chunks) != n_samples:
        yield Difference(what, Fault.UNCLAIMED)
    for seq, start, count, sha256 in chunks:
        part = None if data is None else data[start - first : start - first + count]
        if part is None or _digest(part) != sha256:
            yield _of_chunk(recording, seq, start, count, Fault.ALTERED)


def _digest(samples: Int16Array) -> bytes:
    """SHA-256 of samples as they are sent: little-endian int16."""
    return hashlib.sha256(samples.astype("<i2").tobytes()).digest()


def _of_chunk(
    recording: Recording, seq: int, first: int, n_samples: int, fault: Fault
) -> Difference:
    where = f"samples {first} to {first + n_samples - 1}"
    return Difference(f"recording {recording.pk}, chunk {seq} ({where})", fault)


def verify_originals(recording: Recording, tally: Tally) -> Iterator[Difference]:
    """Hash the files again from which a recording was imported."""
    for file in OriginalFile.objects.filter(imported=recording.imported_id).order_by("number"):
        tally.files += 1
        what = f"recording {recording.pk}, original file {file.number}{file.ending}"
        digest, size = hashlib.sha256(), 0
        try:
            for part in file.stream():
                digest.update(part)
                size += len(part)
        except zstandard.ZstdError:
            yield Difference(what, Fault.FILE_UNREADABLE)
            continue
        if (digest.digest(), size) != (bytes(file.sha256), file.size_bytes):
            yield Difference(what, Fault.FILE_ALTERED)
