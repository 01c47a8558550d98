"""What a wearable sends to each address of its API; each time new to the house."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import cbor2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from tests.access import forms
from vitals.tests.conftest import digest_header, rfc3339, wave
from vitals.tests.files.made import edf


@dataclass(frozen=True)
class Body:
    """What a request carries beside its address."""

    data: bytes = b""
    content_type: str = forms.FORM
    headers: tuple[tuple[str, str], ...] = field(default=())
    query: str = ""

    @property
    def text(self) -> str:
        """All of it, as far as it is text."""
        return self.data.decode(errors="replace")

    def about(self, before: list[str], now: list[str]) -> "Body":
        """The same about another chart: each of the names of ``before`` becomes that of ``now``."""
        data = self.data
        for old, new in zip(before, now, strict=True):
            data = data.replace(old.encode(), new.encode()) if len(old) > 3 else data
        return replace(self, data=data)


def began() -> datetime:
    """When the recording in a file began: an hour ago."""
    return timezone.localtime().replace(tzinfo=None, microsecond=0) - timedelta(hours=1)


def sent_by_device(address: str, recording: str) -> Body:
    """The body for one address; ``recording`` is the one that it is about."""
    now = rfc3339(timezone.now())
    samples = wave(250, 9)
    clock = ("Device-Clock", now)
    if address == "api-chunks":
        return Body(cbor2.dumps([_chunk(samples, now)]), "application/cbor", (clock,))
    if address == "api-chunk":
        told = [("Content-Digest", digest_header(samples)), ("Chunk-First-Sample", "2500")]
        told += [("Chunk-Device-Time", now), clock]
        return Body(samples, "application/octet-stream", tuple(told))
    if address == "api-files":
        files = {
            "files": SimpleUploadedFile("ecg.edf", edf(began=began()), "application/octet-stream")
        }
        return Body(encode_multipart(BOUNDARY, files), MULTIPART_CONTENT)
    said = json.dumps(_plain(recording, now).get(address, {}))
    return Body(said.encode(), "application/json", (clock,))


def _chunk(samples: bytes, now: str) -> dict[str, object]:
    return {
        "seq": 7,
        "first_sample": 2500,
        "device_time": now,
        "sha256": hashlib.sha256(samples).digest(),
        "data": samples,
    }


def _plain(recording: str, now: str) -> dict[str, dict[str, object]]:
    return {
        "api-readings": {
            "client_id": "m-1",
            "kind": "heart-rate",
            "unit": "/min",
            "device_time": now,
            "values": {"value": 70},
        },
        "api-recordings": {
            "client_id": "m-1",
            "kind": "ecg",
            "sampling_rate_hz": 250,
            "channels": ["I"],
            "unit": "uV",
            "scale": 1,
            "started_at": now,
        },
        "api-close": {"sample_count": 2500, "chunk_count": 1},
        "api-status": {"battery_percent": 50, "device_time": now},
        "api-events": {"recording": recording, "device_time": now, "client_id": "m-1"},
    }
