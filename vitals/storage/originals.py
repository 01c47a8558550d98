"""Storing what was imported: the files as they were, and their samples as chunks of a minute."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import zstandard

from vitals.clocks import Clock
from vitals.models import FileImport, OriginalFile, OriginalPart, Recording
from vitals.models.original import PART
from vitals.storage import ledger
from vitals.storage.codec import MISSING
from vitals.storage.ledger import Locked, Row, Upload

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK_S = 60.0
LARGEST_CHUNK = 2**20  # bytes, as for devices
AT_ONCE = 8 * 2**20  # bytes of samples in one statement
ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def digest_of(files: Sequence[Path]) -> list[bytes]:
    """SHA-256 of each file."""
    found = []
    for path in files:
        with path.open("rb") as file:
            found.append(hashlib.file_digest(file, "sha256").digest())
    return found


def keep_files(imported: FileImport, files: Sequence[Path], digests: Sequence[bytes]) -> None:
    """Store the files byte for byte, a part at a time."""
    for number, (path, digest) in enumerate(zip(files, digests, strict=True), 1):
        ending = ENDING.search(path.name)
        row = OriginalFile.objects.create(
            imported=imported,
            number=number,
            ending=ending[0].lower() if ending else "",
            size_bytes=path.stat().st_size,
            sha256=digest,
        )
        with path.open("rb") as file:
            for part, data in enumerate(iter(lambda: file.read(PART), b"")):
                OriginalPart.objects.create(file=row, number=part, payload=zstandard.compress(data))


def keep_samples(recording: Recording, steps: NDArray[np.int16], arrival: datetime) -> None:
    """Store samples with their receipts; stretches in which nothing was measured are left out.

    Args:
        recording: New, without samples.
        steps: int16, shape (n, channels).
        arrival: When the file came.
    """
    held = Locked(
        recording.pk, recording.device_id, recording.pairing_id, steps.shape[1], closed=False
    )
    rows: list[Row] = []
    for row in _rows(recording, steps, arrival):
        rows.append(row)
        if sum(len(each.upload.data) for each in rows) >= AT_ONCE:
            ledger.write(held, rows)
            rows = []
    if rows:
        ledger.write(held, rows)


def _rows(recording: Recording, steps: NDArray[np.int16], arrival: datetime) -> Iterator[Row]:
    rate = recording.sampling_rate_hz
    size = max(1, min(round(CHUNK_S * rate), LARGEST_CHUNK // (2 * steps.shape[1])))
    clock, seq = Clock(arrival, arrival), 0
    for first in range(0, len(steps), size):
        block = np.asarray(steps[first : first + size])
        measured = np.flatnonzero((block != MISSING).any(axis=1))
        if not len(measured):
            continue
        begin, end = int(measured[0]), int(measured[-1]) + 1
        data = block[begin:end].astype("<i2").tobytes()
        moment = recording.started_at + timedelta(seconds=(first + begin) / rate)
        digest = hashlib.sha256(data).digest()
        upload = Upload(seq, first + begin, moment, clock, digest, data)
        yield Row(upload, end - begin, moment, recording.pairing_id)
        seq += 1
