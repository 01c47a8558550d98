"""What devices of the house of the matrix sent: those that a patient wears, and those of nobody."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import Organization, User
from accounts.principals import principal_of
from fhir.principal import SYSTEM
from patients.models import Observation
from tests.access.chart import Subject
from vitals.acts.registering import register_device
from vitals.acts.wearing import attach
from vitals.models import (
    Device,
    FileImport,
    OriginalFile,
    Pairing,
    Recording,
    UploadRefusal,
)
from vitals.tests.conftest import DeviceClient, rfc3339, wave

if TYPE_CHECKING:
    from tests.access.world import Chart


def wear(chart: "Chart", place: Organization, keeper: User) -> None:
    """A device on the patient, and what it recorded: an ECG, movement, and an imported file."""
    by = principal_of(keeper)
    serial = f"SN-{chart.subject.key}"
    device, key = register_device(by=by, serial=serial, facility=place)
    start = timezone.now() - timedelta(hours=1)
    pairing = attach(by=by, patient=chart.patient, serial=serial, start=start, lead="patch")
    at_the_door = DeviceClient(key)
    chart.rows |= {"key": key, "device": device, "pairing": pairing}
    chart.rows["recording"] = _recorded(at_the_door, "ecg")
    chart.rows["reading"] = Observation.objects.get(fhir_id=_read(at_the_door)["id"])
    _nearly_flat(at_the_door)
    _refused(device, chart.subject)
    chart.rows["motion"] = _recorded(at_the_door, "imu")
    chart.rows["imported"] = _imported(chart, device, pairing)


def _recorded(device: DeviceClient, kind: str) -> Recording:
    more: dict[str, Any] = {"client_id": kind, "kind": kind}
    if kind == "imu":
        more |= {"channels": ["ax", "ay", "az"], "unit": "g", "scale": 0.001}
    opened = device.open(**more)
    assert opened.status_code == 201, opened.content
    key = opened.json()["id"]
    stored = device.put(key, 0, wave(channels=len(more.get("channels", "I"))))
    assert stored.status_code == 201, stored.content
    return Recording.objects.get(pk=key)


def _read(device: DeviceClient) -> dict[str, Any]:
    """A pulse that a device counted and nobody has confirmed: what the device hears of it."""
    now = rfc3339(timezone.now())
    said = {"client_id": "r", "kind": "heart-rate", "unit": "/min", "device_time": now}
    sent = device.post("/api/v1/readings/", said | {"values": {"value": 71}})
    assert sent.status_code == 201, sent.content
    heard: dict[str, Any] = sent.json()
    return heard


def _nearly_flat(device: DeviceClient) -> None:
    """A device whose battery runs out: its recordings need somebody."""
    said = {"battery_percent": 3, "device_time": rfc3339(timezone.now())}
    sent = device.post("/api/v1/status/", said)
    assert sent.status_code < 300, sent.content


def _refused(device: Device, subject: Subject) -> None:
    """What a device of the first patient, or of the other place, sent in vain."""
    if subject.key in ("own", "elsewhere"):
        why = {"status": 422, "code": "no-such-thing", "detail": subject.word}
        UploadRefusal.objects.create(device=device, method="POST", path="/api/v1/x/", **why)


def _imported(chart: "Chart", device: Device, pairing: Pairing) -> Recording:
    digest = hashlib.sha256(chart.subject.key.encode()).digest()
    kept = FileImport.objects.create(sha256=digest, format="csv", imported_by="user:kay")
    OriginalFile.objects.create(imported=kept, number=1, size_bytes=1, sha256=digest)
    return Recording.objects.create(
        device=device,
        pairing=pairing,
        imported=kept,
        client_id="file",
        kind="ecg",
        sampling_rate_hz=250,
        channels=["I"],
        unit="uV",
        units_per_step=1,
        started_at=timezone.now(),
    )


def of_nobody(place: Organization, word: str) -> Recording:
    """A recording of one device that nobody wears, and a pulse of another."""
    doors = [
        DeviceClient(register_device(by=SYSTEM, serial=f"{word}-{number}", facility=place)[1])
        for number in (1, 2)
    ]
    _read(doors[1])
    return _recorded(doors[0], "ecg")
