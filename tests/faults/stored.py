"""What the database holds of a device, read with psycopg and the codec: no part of the web app."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg

from vitals.storage.codec import Int16Array, decode

RAW = "raw"  # little-endian int16 as received


@dataclass(frozen=True)
class Receipt:
    """Proof here that a chunk arrived."""

    seq: int
    sha256: str
    first: int
    n: int


@dataclass(frozen=True)
class Block:
    """Stored samples ``first`` …, shape (n, channels); whether they are in the wearer's chart."""

    first: int
    samples: Int16Array
    charted: bool


@dataclass
class Stored:
    """One recording as it is stored."""

    id: str
    device: str
    receipts: list[Receipt] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


RECORDINGS = """
SELECT id, device_id, cardinality(channels), pairing_id FROM vitals_recording
WHERE device_id = ANY(%s::uuid[])
"""
RECEIPTS = """
SELECT seq, encode(sha256, 'hex'), first_sample, n_samples FROM vitals_chunkreceipt
WHERE recording_id = %s
"""
BLOCKS = """
SELECT first_sample, n_samples, codec, payload, pairing_id FROM vitals_waveformchunk
WHERE recording_id = %s
"""


def of_devices(connection: "psycopg.Connection[Any]", devices: Sequence[str]) -> dict[str, Stored]:
    """Every recording of ``devices``, by its id."""
    found = {}
    for id_, device, width, pairing in connection.execute(RECORDINGS, [list(devices)]).fetchall():
        receipts = [Receipt(*row) for row in connection.execute(RECEIPTS, [id_])]
        blocks = [
            Block(
                first, unpacked(codec, payload, n, width), pairing is not None and whose == pairing
            )
            for first, n, codec, payload, whose in connection.execute(BLOCKS, [id_])
        ]
        found[str(id_)] = Stored(str(id_), str(device), receipts, blocks)
    return found


def unpacked(codec: str, payload: bytes, n: int, width: int) -> Int16Array:
    """The samples of one stored block, int16 (n, channels)."""
    if codec == RAW:
        return np.frombuffer(payload, "<i2").astype(np.int16).reshape(n, width)
    return decode(bytes(payload), codec, n_samples=n, n_channels=width)
