"""A batch of chunks: what can be taken as it stands, and the answers in the order of sending."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitals.api.headers import LARGEST_INDEX, LARGEST_SEQ, moment
from vitals.api.parsers import LARGEST_CHUNK
from vitals.errors import (
    BadUpload,
    CborMalformed,
    ChunkTooLarge,
    DeviceRefusal,
    DigestMalformed,
    DigestMismatch,
    HeaderMissing,
)
from vitals.storage.ledger import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitals.acts.receiving import Outcome
    from vitals.clocks import Clock

MOST_CHUNKS = 100
MEMBERS = {"seq", "first_sample", "device_time", "sha256", "data"}


@dataclass(frozen=True)
class Batch:
    """Each item as an upload or as the refusal it met before anything was looked up."""

    items: list[tuple[int, Upload | DeviceRefusal]]

    @property
    def good(self) -> list[Upload]:
        return [item for _, item in self.items if isinstance(item, Upload)]

    def answers(self, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
        """One object for each item, in the order in which they were sent."""
        waiting = iter(outcomes)
        settled = [
            (seq, item if isinstance(item, DeviceRefusal) else next(waiting))
            for seq, item in self.items
        ]
        return [_answer(seq, outcome) for seq, outcome in settled]


def uploads_of(body: Any, clock: Clock) -> Batch:
    """Read a decoded batch.

    Raises:
        CborMalformed: it is not an array of maps.
        HeaderMissing: the device did not send its clock.
    """
    if clock.device is None:
        raise HeaderMissing("Send Device-Clock: your clock now, RFC 3339.", field="Device-Clock")
    if not isinstance(body, list) or not 0 < len(body) <= MOST_CHUNKS:
        raise CborMalformed
    if not all(isinstance(item, dict) and set(map(str, item)) >= MEMBERS for item in body):
        raise CborMalformed
    return Batch([_item(item, clock) for item in body])


def _item(item: dict[str, Any], clock: Clock) -> tuple[int, Upload | DeviceRefusal]:
    seq, data = item["seq"], item["data"]
    if not _whole(seq, LARGEST_SEQ) or not isinstance(data, bytes):
        raise CborMalformed
    try:
        return seq, _upload(item, seq, data, clock)
    except DeviceRefusal as no:
        return seq, no


def _upload(item: dict[str, Any], seq: int, data: bytes, clock: Clock) -> Upload:
    if len(data) > LARGEST_CHUNK:
        raise ChunkTooLarge
    if not _whole(item["first_sample"], LARGEST_INDEX):
        raise BadUpload("first_sample is a whole number from 0 on.", field="first_sample")
    at = moment(item["device_time"]) if isinstance(item["device_time"], str) else None
    if at is None:
        raise BadUpload("device_time must be like 2026-03-01T10:00:00.25Z.", field="device_time")
    announced, found = item["sha256"], hashlib.sha256(data).digest()
    if not isinstance(announced, bytes) or len(announced) != len(found):
        raise DigestMalformed("sha256 is the 32 bytes of the digest.", field="sha256")
    if not hmac.compare_digest(announced, found):
        raise DigestMismatch(field="sha256")
    return Upload(seq, item["first_sample"], at, clock, found, data)


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _answer(seq: int, outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, DeviceRefusal):
        return {
            "seq": seq, "status": outcome.status, "code": outcome.code, "message": outcome.message,
        }  # fmt: skip
    return {"seq": seq, "status": 201 if outcome.new else 200}
