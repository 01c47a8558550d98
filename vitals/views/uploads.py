"""What devices sent last, what was refused and why, and what nobody is known to have worn."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import DEVICE_ATTACH
from vitals.clocks import TRUSTED
from vitals.models import (
    ChunkReceipt,
    Device,
    ReadingReceipt,
    Recording,
    UploadRefusal,
    WaveformChunk,
)

if TYPE_CHECKING:
    from uuid import UUID

    from fhir.principal import Principal

logger = logging.getLogger(__name__)
SHOWN = 100


@dataclass(frozen=True)
class UploadLine:
    """One request of a device."""

    at: datetime
    device: Device | None
    method: str
    path: str
    stored: bool
    status: int
    code: str = ""
    detail: str = ""
    recording_id: UUID | None = None
    seq: int | None = None


@require_safe
@requires(DEVICE_ATTACH)
def uploads(request: HttpRequest) -> HttpResponse:
    """The console of the last uploads."""
    by, only_refused = principal(request), request.GET.get("refused") == "1"
    before = _moment(request.GET.get("before", ""))
    context: dict[str, Any] = {"only_refused": only_refused}
    try:
        lines = refused(by, before) if only_refused else refused(by, before) + stored(by, before)
    except DatabaseError:
        logger.exception("Uploads could not be loaded")
        return render(request, "uploads/console.html", context | {"uploads_failed": True})
    lines.sort(key=lambda line: line.at, reverse=True)
    context["uploads"] = lines[:SHOWN]
    if len(lines) > SHOWN:
        context["next_url"] = _older(lines[SHOWN - 1].at, only_refused=only_refused)
    audit.record_access(by=by, action="list-uploads")
    return render(request, "uploads/console.html", context)


@require_safe
@requires(DEVICE_ATTACH)
def unassigned(request: HttpRequest) -> HttpResponse:
    """Samples and readings of a time at which nobody is known to have worn the device."""
    by = principal(request)
    try:
        context: dict[str, Any] = {"rows": waiting(by), "readings": waiting_readings(by)}
    except DatabaseError:
        logger.exception("Unassigned data could not be loaded")
        context = {"rows_failed": True}
    audit.record_access(by=by, action="list-unassigned")
    return render(request, "recordings/unassigned.html", context)


def refused(by: Principal, before: datetime | None) -> list[UploadLine]:
    """The newest refusals that ``by`` may see."""
    rows = UploadRefusal.objects.visible_to(by).select_related("device").order_by("-at")
    if before:
        rows = rows.filter(at__lt=before)
    return [
        UploadLine(
            at=row.at,
            device=row.device,
            method=row.method,
            path=row.path,
            stored=False,
            status=row.status,
            code=row.code,
            detail=row.detail,
        )
        for row in rows[: SHOWN + 1]
    ]


def stored(by: Principal, before: datetime | None) -> list[UploadLine]:
    """The newest chunks of the devices at one's facilities."""
    devices = Device.objects.at(by.facilities_with(DEVICE_ATTACH))
    rows = ChunkReceipt.objects.filter(recording__device__in=devices)
    if before:
        rows = rows.filter(arrived_at__lt=before)
    newest = rows.select_related("recording__device").order_by("-pk")[: SHOWN + 1]
    openable = set(
        Recording.objects.visible_to(by)
        .filter(pk__in={row.recording_id for row in newest})
        .values_list("pk", flat=True)
    )
    return [
        UploadLine(
            at=row.arrived_at,
            device=row.recording.device,
            method="PUT",
            path=f"chunk {row.seq}, {row.n_samples} samples",
            stored=True,
            status=201,
            recording_id=row.recording_id if row.recording_id in openable else None,
            seq=row.seq,
        )
        for row in newest
    ]


def waiting(by: Principal) -> list[dict[str, Any]]:
    """Unassigned stretches, newest first."""
    devices = Device.objects.at(by.facilities_with(DEVICE_ATTACH))
    stretches = (
        WaveformChunk.objects.filter(pairing__isnull=True, recording__device__in=devices)
        .values("recording")
        .annotate(first=Min("start_time"), last=Max("start_time"))
        .order_by("-last")[:SHOWN]
    )
    recordings = Recording.objects.select_related("device", "pairing").in_bulk(
        [stretch["recording"] for stretch in stretches]
    )
    return [_row(recordings[each["recording"]], each["first"], each["last"]) for each in stretches]


def waiting_readings(by: Principal) -> list[dict[str, Any]]:
    """Readings in no chart, newest first; their value shows once it is said whose they are."""
    rows = ReadingReceipt.objects.filter(
        observation_id__isnull=True,
        device__in=Device.objects.at(by.facilities_with(DEVICE_ATTACH)),
    )
    return [
        {
            "device": row.device,
            "kind": row.kind.replace("-", " "),
            "at": row.start_time,
            "device_time_verified": abs(timedelta(milliseconds=row.clock_offset_ms or 0))
            <= TRUSTED,
        }
        for row in rows.select_related("device").order_by("-start_time")[:SHOWN]
    ]


def _row(recording: Recording, first: datetime, last: datetime) -> dict[str, Any]:
    strays = recording.chunks.filter(pairing__isnull=True)
    newest = strays.order_by("-first_sample").only("n_samples").first()
    length = timedelta(seconds=(newest.n_samples if newest else 0) / recording.sampling_rate_hz)
    receipt = recording.receipts.order_by("-seq").first()
    offset = timedelta(milliseconds=receipt.clock_offset_ms if receipt else 0)
    return {
        "recording": recording,
        "device": recording.device,
        "first_at": first,
        "last_at": last + length,
        "duration_text": duration_words(last + length - first),
        "reason": _("the rest of this recording is in a chart") if recording.pairing_id else "",
        "device_time_verified": abs(offset) <= TRUSTED,
    }


def duration_words(length: timedelta) -> str:
    """Hours, minutes and seconds.

    >>> duration_words(timedelta(seconds=3725))
    '1 h 2 min'
    """
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _older(moment: datetime, *, only_refused: bool) -> str:
    text = moment.isoformat().replace("+", "%2B")
    return f"?before={text}" + ("&refused=1" if only_refused else "")
