"""The devices of every test: a patch that Rosa wears, and one that nobody wears."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from vitals.acts.registering import register_device
from vitals.acts.wearing import attach

RATE = 250


class DeviceClient:
    """A device at the door: its key, and the requests that it makes."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.http = Client(raise_request_exception=True)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} | options.pop("headers", {})
        return self.http.generic(method, path, headers=headers, **options)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body, default=float).encode()
        return self.ask("POST", path, data=data, content_type="application/json", headers=headers)

    def open(self, **changed: Any) -> Any:
        body = {
            "client_id": "rec-1", "kind": "ecg", "sampling_rate_hz": RATE, "channels": ["I"],
            "unit": "uV", "scale": 1, "started_at": rfc3339(timezone.now()),
        }  # fmt: skip
        return self.post("/api/v1/recordings/", body | changed)

    def put(self, recording: str, seq: int, data: bytes, first: int = 0, **changed: Any) -> Any:
        now = rfc3339(timezone.now())
        headers = {
            "Content-Digest": digest_header(data),
            "Chunk-First-Sample": str(first),
            "Chunk-Device-Time": now,
            "Device-Clock": now,
        }
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        return self.ask(
            "PUT", f"/api/v1/recordings/{recording}/chunks/{seq}", data=data,
            content_type="application/octet-stream",
            headers={name: value for name, value in headers.items() if value is not None},
        )  # fmt: skip


def rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def digest_header(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def wave(n: int = 2500, seed: int = 0, channels: int = 1) -> bytes:
    """Noise, as a chunk."""
    values = np.random.default_rng(seed).integers(-3000, 3000, (n, channels))
    return values.astype("<i2").tobytes()


@pytest.fixture
def patch_and_key(as_administrator, harbour):
    return register_device(
        by=as_administrator, serial="P-1", facility=harbour, model_name="Patch One", kind="patch"
    )


@pytest.fixture
def patch(patch_and_key):
    return patch_and_key[0]


@pytest.fixture
def device(patch_and_key):
    """The patch at the door."""
    return DeviceClient(patch_and_key[1])


@pytest.fixture
def worn(patch, rosa, as_nurse):
    """Rosa wears the patch since an hour."""
    return attach(
        by=as_nurse,
        patient=rosa,
        serial="P-1",
        start=timezone.now() - timedelta(hours=1),
        lead="patch",
        wear_site="chest",
        pacemaker="no",
    )


@pytest.fixture
def stranger(as_administrator, harbour):
    """Another device of the same clinic, at the door."""
    _, key = register_device(by=as_administrator, serial="P-2", facility=harbour)
    return DeviceClient(key)


@pytest.fixture
def recording(device, worn):
    """The id of an open recording that Rosa wears."""
    return device.open().json()["id"]
