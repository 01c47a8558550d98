"""One recording: the viewer page, and what its trace asks for."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal
from accounts.lock import quiet
from accounts.models import AuditEvent
from fhir.together import load
from patients.access import open_to
from patients.chart.sections import banner
from vitals.errors import NoSuchRecording
from vitals.imported import source_of
from vitals.live import device_words, ecg_reading, freshness, state
from vitals.models import Recording
from vitals.motion import motion_beside
from vitals.overview import lanes_of
from vitals.reading_panel import panel
from vitals.trends import rate_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fhir.principal import Principal

# A trace that is open asks every two seconds: one line in the audit trail stands for ten minutes.
ONE_LOOK = timedelta(minutes=10)
# What this process knows to be audited; the audit trail itself is asked where it does not know.
_noted: dict[tuple[str, UUID], float] = {}
MOST_NOTED = 10_000
FEW_LEADS = 4


@gzip_page  # The tables of a day are long and compress to a tenth.
@require_safe
def recording(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The trace on ECG paper, with the computer's reading; movement has a page of its own."""
    shown = visible(request, recording_id, kinds=(Recording.Kind.ECG, Recording.Kind.IMU))
    if shown.kind == Recording.Kind.IMU:
        return redirect("recording-motion", recording_id)
    context: dict[str, Any] = {"patient": None}
    if shown.patient is not None:
        context |= banner(open_to(principal(request), shown.patient))
    return render(
        request,
        "recordings/viewer.html",
        context
        | {
            "recording": {
                "id": shown.pk,
                "device": device_words(shown.device),
                "kind": shown.kind,
                "channels": shown.channels,
                "sampling_rate_hz": shown.sampling_rate_hz,
                "microvolt_per_step": shown.microvolt_per_step,
                "started_at": shown.started_at,
                "closed_at": shown.closed_at,
                "n_samples": freshness(shown).n_samples,
                "lead": _leads(shown.channels),
                "filter_text": _filter(shown),
                "lanes": lanes_of(shown),
            },
            "ecg": load(ecg_reading(shown)),
            "panel": panel(shown),
            "motion": motion_beside(shown),
            "source": source_of(shown),
            "start_ms": _optional_ms(request.GET.get("start_ms")),
        },
    )


def _filter(shown: Recording) -> str:
    """What the recorder let through, as it declares; nothing is filtered here."""
    band = shown.bandwidth_hz
    if band is None:
        return _("as recorded")
    return _("as recorded, %(low)s–%(high)s Hz") % {"low": f"{band[0]:g}", "high": f"{band[1]:g}"}


@quiet
@gzip_page
@require_safe
def recording_reading(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """What the computer read in detail: a part of the page, asked for again while it grows."""
    shown = visible(request, recording_id)
    context = {"panel": panel(shown), "recording": {"id": shown.pk, "closed_at": shown.closed_at}}
    return render(request, "recordings/_panel.html", context)


@quiet
@require_safe
def recording_state(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """What is new since the last look."""
    shown = visible(request, recording_id)
    return JsonResponse(state(shown))


@require_safe
def recording_rate(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The rate over time as a plotly figure; 204 while there is none."""
    shown = visible(request, recording_id)
    points = rate_points(shown)
    if not points:
        return HttpResponse(status=204)
    from vitals.charts import rate_trend  # plotly takes a second to import

    figure = json.dumps(rate_trend(points), default=str)
    return HttpResponse(figure, content_type="application/json")


def visible(
    request: HttpRequest, recording_id: UUID, *, kinds: Sequence[str] = (Recording.Kind.ECG,)
) -> Recording:
    """The recording, with its look audited; NoSuchRecording for whoever may not see it."""
    found = Recording.objects.opened_by(principal(request), recording_id)
    if found is None or found.kind not in kinds:
        raise NoSuchRecording
    note_look(principal(request), found)
    return found


def note_look(by: Principal, shown: Recording) -> None:
    """Audit the reading, once for ten minutes of looking."""
    key = (by.label, shown.pk)
    now = time.monotonic()
    if now - _noted.get(key, -inf) < ONE_LOOK.total_seconds():
        return
    name = f"Recording/{shown.pk}"
    lately = AuditEvent.objects.filter(
        principal=by.label,
        at__gte=timezone.now() - ONE_LOOK,
        action="read",
        entities__contains=[name],
    )
    if not lately.exists():
        patient_id = shown.pairing.patient_id if shown.pairing else None
        audit.record_access(by=by, action="read", entities=[name], patient_id=patient_id)
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    _noted[key] = now


def _leads(channels: Sequence[str]) -> str:
    """The names of the leads; of many only how many they are."""
    few = len(channels) <= FEW_LEADS
    return ", ".join(channels) if few else _("%d leads") % len(channels)


def _optional_ms(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 13 else None
