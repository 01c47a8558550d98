"""What the pages say about a recording now: how fresh it is and what the computer read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from fhir.together import load
from vitals.clocks import TRUSTED
from vitals.ecg import grid
from vitals.models import Recording
from vitals.storage.reading import shown

if TYPE_CHECKING:
    from uuid import UUID

    from fhir.together import Loading
    from vitals.models import Analysis, Device

USUAL_CHUNK_S = 10.0
SHOWN = ("rate_low", "rate_high", "regular", "longest_pause_s", "share_analysable", "quality")
STATED = (*SHOWN, "n_pauses", "not_analysable")


@dataclass(frozen=True)
class Freshness:
    """The newest sample that is shown.

    Attributes:
        n_samples: Index after it.
        last_sample_at: When it was measured, by the corrected clock.
        chunk_s: How much the device sends at once.
        device_time_verified: False where the device's clock was off by more than 5 s, or unknown.
    """

    n_samples: int = 0
    last_sample_at: datetime | None = None
    chunk_s: float = USUAL_CHUNK_S
    device_time_verified: bool = True


@dataclass(frozen=True)
class EcgReading:
    """An ECG recording as its card and page show it. Numbers are None while nothing was read."""

    recording_id: UUID
    device: str
    lead: str
    patch: bool
    started_at: datetime
    last_sample_at: datetime | None
    closed: bool
    channels: list[str]
    microvolt_per_step: float
    device_time_verified: bool
    rate_low: int | None = None
    rate_high: int | None = None
    regular: bool | None = None
    pauses: int | None = None
    longest_pause_s: float | None = None
    share_analysable: float | None = None
    quality: str | None = None
    not_analysable: str = ""
    algorithm: str = ""
    algorithm_version: str = ""


def freshness(recording: Recording) -> Freshness:
    """How far the recording has come."""
    return load(_freshness(recording))


def _freshness(recording: Recording) -> Loading[Freshness]:
    rate = recording.sampling_rate_hz
    newest = shown(recording).order_by("-first_sample").defer("payload")[:1]
    chunks = (yield {"chunks": newest})["chunks"]
    if not chunks:
        return Freshness()
    last = chunks[0]
    earlier = recording.receipts.filter(first_sample__lt=last.end_sample)
    told = earlier.order_by("-first_sample").only("n_samples", "clock_offset_ms")[:1]
    receipts = (yield {"receipts": told})["receipts"]
    receipt = receipts[0] if receipts else None
    offset = timedelta(milliseconds=receipt.clock_offset_ms if receipt else 0)
    return Freshness(
        n_samples=last.end_sample,
        last_sample_at=last.start_time + timedelta(seconds=last.n_samples / rate),
        chunk_s=receipt.n_samples / rate if receipt else USUAL_CHUNK_S,
        # Nobody compared the clock that wrote a file with ours.
        device_time_verified=abs(offset) <= TRUSTED and recording.imported_id is None,
    )


def newest_reading(recording: Recording) -> Analysis | None:
    """The reading of the whole recording that was made last."""
    return recording.analyses.readings().first()


def ecg_reading(recording: Recording) -> Loading[EcgReading]:
    """A recording with the computer's reading, for the card and the page."""
    found = yield {"analyses": recording.analyses.readings().stating(STATED)[:1]}
    analysis: Analysis | None = next(iter(found["analyses"]), None)
    fresh = yield from _freshness(recording)
    return EcgReading(
        recording_id=recording.pk,
        device=device_words(recording.device),
        lead=", ".join(recording.channels),
        patch=recording.device.kind == "patch",
        started_at=recording.started_at,
        last_sample_at=fresh.last_sample_at,
        closed=recording.closed_at is not None,
        channels=recording.channels,
        microvolt_per_step=recording.microvolt_per_step,
        device_time_verified=fresh.device_time_verified,
        **(_numbers(analysis) if analysis else {}),
    )


def _numbers(analysis: Analysis) -> dict[str, Any]:
    result = analysis.stated
    return {name: result.get(name) for name in SHOWN} | {
        "pauses": result.get("n_pauses"),
        "not_analysable": result.get("not_analysable") or "",
        "algorithm": analysis.algorithm,
        "algorithm_version": analysis.algorithm_version,
    }


def progress(recording: Recording, n_samples: int) -> dict[str, int]:
    """How many of the pieces of an ECG are examined, of those that are complete: done and all."""
    rate = recording.sampling_rate_hz
    if recording.kind != Recording.Kind.ECG or not n_samples:
        return {"done": 0, "all": 0}
    done = recording.analyses.pieces().current().count()
    n_whole = grid.n_whole(n_samples, rate, closed=recording.closed_at is not None)
    return {"done": min(done, n_whole), "all": n_whole}


def state(recording: Recording) -> dict[str, Any]:
    """What the page asks for every two seconds."""
    fresh = freshness(recording)
    analysis = recording.analyses.readings().stating(STATED).first()
    return {
        "now": _text(timezone.now()),
        "started_at": _text(recording.started_at),
        "last_sample_time": _text(fresh.last_sample_at),
        "n_samples": fresh.n_samples,
        "sampling_rate_hz": recording.sampling_rate_hz,
        "closed": recording.closed_at is not None,
        "chunk_s": fresh.chunk_s,
        "device_time_verified": fresh.device_time_verified,
        "progress": progress(recording, fresh.n_samples),
        "analysis": _state_of(analysis) if analysis else None,
    }


def _state_of(analysis: Analysis) -> dict[str, Any]:
    result = analysis.stated
    return {name: result.get(name) for name in (*SHOWN, "not_analysable")} | {
        "pauses": result.get("n_pauses"),
        "algorithm": analysis.algorithm,
        "algorithm_version": analysis.algorithm_version,
        "final": analysis.final,
    }


def device_words(device: Device) -> str:
    """How a device is called on a page."""
    named = " ".join(filter(None, (device.model_name, device.serial))) or "a device"
    return f"{named} – {device.remark}" if device.remark else named


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
