"""What has been received of a recording, and taking in more; all of it in SQL for speed.

Whoever writes shares the device's row and holds the recording's from `locked` on, so that two
uploads of one recording never race, and attaching and detaching race with neither. Everybody takes
locks in this order: device, drawing (`vitals.storage.drawing.hold`), recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitals.jobs import ENQUEUE, QUEUE, READ_SIGNALS, job_of
from vitals.models.chunks import RAW
from vitals.statements import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from vitals.clocks import Clock


@dataclass(frozen=True)
class Upload:
    """A chunk as it arrived.

    Attributes:
        seq: Its number, given by the device for ever.
        first_sample: Index of its first sample in the recording.
        device_time: The device's clock at that sample.
        clock: The device's clock against ours while sending.
        sha256: Digest of ``data``.
        data: Little-endian int16, shape (n, channels).
    """

    seq: int
    first_sample: int
    device_time: datetime
    clock: Clock
    sha256: bytes
    data: bytes


@dataclass(frozen=True)
class Receipt:
    """A chunk that was received before."""

    seq: int
    sha256: bytes
    first_sample: int
    n_samples: int

    @property
    def end_sample(self) -> int:
        return self.first_sample + self.n_samples


@dataclass(frozen=True)
class Wearing:
    """A pairing of the device around the time in question."""

    id: UUID
    start: datetime
    end: datetime | None

    def covers(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class Locked:
    """The recording, held until the transaction ends."""

    id: UUID
    device_id: UUID
    pairing_id: UUID | None
    n_channels: int
    closed: bool


@dataclass(frozen=True)
class Row:
    """A chunk to be written: an upload that was found good, with whose it is."""

    upload: Upload
    n_samples: int
    start_time: datetime
    pairing_id: UUID | None


SHARE_DEVICE = "SELECT 1 FROM vitals_device WHERE id = %s FOR KEY SHARE"
LOCK = """
SELECT id, device_id, pairing_id, cardinality(channels), closed_at IS NOT NULL
FROM vitals_recording WHERE id = %s AND device_id = %s FOR NO KEY UPDATE
"""

STANDING = """
(SELECT seq, sha256, first_sample, n_samples, NULL::uuid, NULL::timestamptz, NULL::timestamptz
 FROM vitals_chunkreceipt WHERE recording_id = %(recording)s AND seq = ANY(%(seqs)s))
UNION ALL
(SELECT seq, sha256, first_sample, n_samples, NULL, NULL, NULL
 FROM vitals_chunkreceipt WHERE recording_id = %(recording)s AND first_sample <= %(first)s
 ORDER BY first_sample DESC LIMIT 1)
UNION ALL
(SELECT seq, sha256, first_sample, n_samples, NULL, NULL, NULL
 FROM vitals_chunkreceipt WHERE recording_id = %(recording)s
   AND first_sample > %(first)s AND first_sample < %(end)s)
UNION ALL
(SELECT NULL, NULL, NULL, NULL, id, start, "end"
 FROM vitals_pairing WHERE device_id = %(device)s AND start <= %(latest)s
   AND ("end" IS NULL OR "end" > %(earliest)s))
"""

WRITE = """
WITH rows AS (
  SELECT * FROM unnest(%(seqs)s::int[], %(sha256s)s::bytea[], %(firsts)s::bigint[],
    %(counts)s::int[], %(device_times)s::timestamptz[], %(device_clocks)s::timestamptz[],
    %(arrivals)s::timestamptz[], %(offsets)s::bigint[], %(starts)s::timestamptz[],
    %(pairings)s::uuid[], %(payloads)s::bytea[])
  AS row(seq, sha256, first_sample, n_samples, device_time, device_clock, arrived_at,
         clock_offset_ms, start_time, pairing_id, payload)
), receipts AS (
  INSERT INTO vitals_chunkreceipt (recording_id, seq, sha256, first_sample, n_samples,
    device_time, device_clock, arrived_at, clock_offset_ms)
  SELECT %(recording)s, seq, sha256, first_sample, n_samples, device_time, device_clock,
    arrived_at, clock_offset_ms FROM rows
), chunks AS (
  INSERT INTO vitals_waveformchunk (recording_id, first_sample, n_samples, start_time,
    pairing_id, in_pyramid, codec, key_id, payload)
  SELECT %(recording)s, first_sample, n_samples, start_time, pairing_id, false, %(codec)s, 0,
    payload FROM rows
)
"""


TAKE_IN = """
SELECT n_channels, assigned FROM chartwave_take_in(
  %(recording)s, %(device)s, %(seqs)s::int[], %(sha256s)s::bytea[], %(firsts)s::bigint[],
  %(device_times)s::timestamptz[], %(device_clocks)s::timestamptz[], %(arrivals)s::timestamptz[],
  %(offsets)s::bigint[], %(starts)s::timestamptz[], %(payloads)s::bytea[], %(queue)s, %(task)s)
"""


def take_in(
    recording_id: UUID, device_id: str, uploads: Sequence[Upload], times: Sequence[datetime]
) -> tuple[int, bool] | None:
    """Take in chunks about which nothing needs to be decided, in one round trip.

    Args:
        recording_id: Recording they are for.
        device_id: Who sends them.
        uploads: Not empty; none overlaps another or has the number of another.
        times: Corrected time of the first sample of each.

    Returns:
        The number of channels and whether somebody wore the device then; None when nothing was
        written because something is not plain.
    """
    ours = {"recording": recording_id, "device": device_id, "queue": QUEUE, "task": READ_SIGNALS}
    found: tuple[int, bool] | None = run(
        TAKE_IN, _columns(uploads) | {"starts": list(times)} | ours
    ).fetchone()
    return found


def locked(recording_id: UUID, device_id: str) -> Locked | None:
    """Take hold of the recording; None when this device has no such recording."""
    run(SHARE_DEVICE, [device_id])
    found = run(LOCK, [recording_id, device_id]).fetchone()
    return Locked(*found) if found else None


def standing(
    recording: Locked, uploads: Sequence[Upload], ends: Sequence[int], times: Sequence[datetime]
) -> tuple[list[Receipt], list[Wearing]]:
    """What is here already that these uploads could repeat or overlap, and who wore the device.

    Args:
        recording: The recording that is held.
        uploads: What is to be taken in.
        ends: Index after the last sample of each upload.
        times: Corrected time of the first sample of each upload.
    """
    wanted = {
        "recording": recording.id,
        "device": recording.device_id,
        "seqs": [upload.seq for upload in uploads],
        "first": min(upload.first_sample for upload in uploads),
        "end": max(ends),
        "earliest": min(times),
        "latest": max(times),
    }
    rows = run(STANDING, wanted).fetchall()
    receipts = {row[0]: Receipt(*row[:4]) for row in rows if row[4] is None}
    return list(receipts.values()), [Wearing(*row[4:]) for row in rows if row[4] is not None]


def write(recording: Locked, rows: Sequence[Row]) -> None:
    """Receipts, samples and the job that reads them, in one statement."""
    columns = _columns([row.upload for row in rows]) | {
        "counts": [row.n_samples for row in rows],
        "starts": [row.start_time for row in rows],
        "pairings": [row.pairing_id for row in rows],
    }
    ours = {"recording": recording.id, "codec": RAW, **job_of(recording.id)}
    run(WRITE + ENQUEUE, columns | ours)


def _columns(uploads: Sequence[Upload]) -> dict[str, Any]:
    return {
        "seqs": [upload.seq for upload in uploads],
        "sha256s": [upload.sha256 for upload in uploads],
        "firsts": [upload.first_sample for upload in uploads],
        "device_times": [upload.device_time for upload in uploads],
        "device_clocks": [upload.clock.device for upload in uploads],
        "arrivals": [upload.clock.arrival for upload in uploads],
        "offsets": [upload.clock.offset_ms for upload in uploads],
        "payloads": [upload.data for upload in uploads],
    }
