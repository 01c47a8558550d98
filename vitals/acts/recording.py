"""Opening and closing a recording, and the button the patient presses during one."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from vitals.errors import (
    BadValue,
    Channels,
    ChunksMissing,
    ClientIdReused,
    KindUnknown,
    SampleCount,
    SamplingRate,
    UnitUnknown,
    UnknownRecording,
)
from vitals.jobs import enqueue
from vitals.models import ChunkReceipt, Recording, RecordingEvent
from vitals.storage import ledger

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from fhir.principal import Principal
    from vitals.clocks import Clock

UNITS: dict[str, tuple[str, ...]] = {
    Recording.Kind.ECG: ("uV", "mV"),
    Recording.Kind.IMU: ("m/s2", "g", "deg/s", "mixed"),
    Recording.Kind.PPG: ("1",),
}
CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+_/-]{0,15}")
MOST_CHANNELS = 16
MOST_BANDWIDTH_HZ = 20_000.0
MOST_LISTED = 1000


@dataclass(frozen=True)
class Opening:
    """What a device says about a recording before its first sample."""

    client_id: str
    kind: str
    sampling_rate_hz: float
    channels: tuple[str, ...]
    unit: str
    scale: float
    started_at: datetime
    session_id: str = ""
    bandwidth_hz: tuple[float, float] | None = None

    def columns(self) -> dict[str, Any]:
        low, high = self.bandwidth_hz or (None, None)
        return {
            "bandwidth_low_hz": low,
            "bandwidth_high_hz": high,
            "kind": self.kind,
            "sampling_rate_hz": self.sampling_rate_hz,
            "channels": list(self.channels),
            "unit": self.unit,
            "units_per_step": self.scale,
            "started_at": self.started_at,
            "session_id": self.session_id,
        }


@dataclass(frozen=True)
class Closing:
    """What a device says when nothing more will come.

    Attributes:
        sample_count: Index after the last sample, gaps included.
        chunk_count: How many numbers it has given to chunks.
        given_up: Numbers of chunks that will never come.
    """

    sample_count: int
    chunk_count: int
    given_up: frozenset[int] = frozenset()


@transaction.atomic
def open_recording(
    *, by: Principal, device_id: UUID, opening: Opening, clock: Clock
) -> tuple[Recording, bool]:
    """The recording of this client id, and whether it is new.

    Raises:
        BadValue: rate, channels, kind, unit, scale or time cannot be.
        ClientIdReused: the id was used with another description.
    """
    check_opening(opening)
    clock.corrected(opening.started_at, field="started_at")
    recording, new = Recording.objects.get_or_create(
        device_id=device_id, client_id=opening.client_id, defaults=opening.columns()
    )
    if not new and any(
        getattr(recording, name) != value for name, value in opening.columns().items()
    ):
        raise ClientIdReused(field="client_id")
    if new:
        audit.record(by, "open-recording", detail={"recording": str(recording.pk)})
    return recording, new


def check_opening(opening: Opening) -> None:
    """Refuse what cannot be a recording. Raises BadValue."""
    if opening.kind not in UNITS:
        raise KindUnknown(f"The kinds are {', '.join(UNITS)}.", field="kind")
    if not 1 <= opening.sampling_rate_hz <= 20_000:
        raise SamplingRate(field="sampling_rate_hz")
    names = opening.channels
    if not 1 <= len(set(names)) == len(names) <= MOST_CHANNELS:
        raise Channels(field="channels")
    if not all(CHANNEL.fullmatch(name) for name in names):
        raise Channels(field="channels")
    if opening.unit not in UNITS[opening.kind]:
        raise UnitUnknown(f"For {opening.kind}: {', '.join(UNITS[opening.kind])}.", field="unit")
    if not (math.isfinite(opening.scale) and 0 < opening.scale <= 1e6):
        raise BadValue("The scale is the size of one step, greater than 0.", field="scale")
    _check_bandwidth(opening)


def _check_bandwidth(opening: Opening) -> None:
    low, high = opening.bandwidth_hz or (0.0, 1.0)
    if not 0 <= low < high <= MOST_BANDWIDTH_HZ:
        raise BadValue("The bandwidth is two rising numbers of Hz.", field="bandwidth_hz")


@transaction.atomic
def close_recording(*, by: Principal, recording_id: UUID, closing: Closing) -> Recording:
    """No more samples will come; repeating it is harmless.

    Raises:
        UnknownRecording: the device has no such recording.
        ChunksMissing: not all have arrived; ``missing`` lists the first thousand.
        SampleCount: there are samples after the end that the device names.
    """
    if ledger.locked(recording_id, by.id) is None:
        raise UnknownRecording
    recording = Recording.objects.select_related("pairing").get(pk=recording_id)
    if recording.closed_at is not None:
        return recording
    received = ChunkReceipt.objects.filter(recording=recording)
    _nothing_missing(set(received.values_list("seq", flat=True)), closing)
    last = received.order_by("-first_sample").first()
    if last and last.first_sample + last.n_samples > closing.sample_count:
        raise SampleCount(field="sample_count")
    recording.closed_at = timezone.now()
    recording.closed_sample_count = closing.sample_count
    recording.given_up = sorted(closing.given_up)
    recording.save(update_fields=["closed_at", "closed_sample_count", "given_up"])
    audit.record(
        by,
        "close-recording",
        patient_id=recording.pairing.patient_id if recording.pairing else None,
        detail={"recording": str(recording.pk)},
    )
    enqueue(recording.pk)
    return recording


def _nothing_missing(received: set[int], closing: Closing) -> None:
    expected = set(range(closing.chunk_count)) - closing.given_up
    missing = sorted(expected - received)
    if missing:
        raise ChunksMissing(field="chunk_count", missing=missing[:MOST_LISTED])


@transaction.atomic
def press_button(
    *, by: Principal, recording_id: UUID, client_id: str, device_time: datetime, clock: Clock
) -> tuple[RecordingEvent, bool]:
    """Note that the patient felt something; whether it is new.

    Raises:
        UnknownRecording: the device has no such recording.
    """
    recording = Recording.objects.filter(pk=recording_id, device_id=by.id).first()
    if recording is None:
        raise UnknownRecording
    moment = clock.corrected(device_time)
    event, new = RecordingEvent.objects.get_or_create(
        recording=recording, client_id=client_id, defaults={"device_time": moment}
    )
    return event, new


def received_ranges(recording: Recording) -> list[tuple[int, int]]:
    """Numbers of the chunks that are here, as ranges with both ends included."""
    ranges: list[tuple[int, int]] = []
    for seq in recording.receipts.order_by("seq").values_list("seq", flat=True):
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges
