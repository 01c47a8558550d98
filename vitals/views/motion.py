"""One recording of motion: its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import principal
from patients.access import open_to
from patients.chart.sections import banner
from vitals.errors import NoSuchRecording
from vitals.models import Recording
from vitals.motion import beside, motion_shown
from vitals.views.recordings import note_look

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@require_safe
def recording_motion(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Possible falls, steps, activity and posture, with the way to the ECG of the same session."""
    found = Recording.objects.opened_by(principal(request), recording_id)
    if found is None or found.kind != Recording.Kind.IMU:
        raise NoSuchRecording
    note_look(principal(request), found)
    ecg = beside(found, Recording.Kind.ECG)
    context: dict[str, Any] = {"patient": None}
    if found.patient is not None:
        context |= banner(open_to(principal(request), found.patient))
    shown = {"motion": motion_shown(found, ecg), "recording": found, "ecg": ecg}
    return render(request, "recordings/motion.html", context | shown)
