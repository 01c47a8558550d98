"""Importing a recording into a chart from files, and getting the files back as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import principal, require, requires
from accounts.roles import CHART_READ, DEVICE_ATTACH
from fhir.errors import NotFound
from patients.chart.sections import banner
from patients.views.editing import same_patient
from patients.views.opening import open_patient
from vitals.acts.importing import Imported, Order, import_recording
from vitals.errors import FileRefused, IdentityDiffers
from vitals.forms import ImportForm
from vitals.models import OriginalFile, Recording
from vitals.storage.incoming import check_size, gathered

if TYPE_CHECKING:
    from uuid import UUID

    from patients.models import Patient

FORM_AROUND = 2**16  # bytes of a form beside its files


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def recording_import(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Import a recording. A body that is too large is refused before any of it is read."""
    length = request.headers.get("Content-Length", "")
    if request.method == "POST" and length.isdecimal():
        check_size(int(length) - FORM_AROUND)
    return _recording_import(request, patient_id)


@csrf_protect
@requires(DEVICE_ATTACH)
def _recording_import(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = open_patient(request, patient_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = banner(patient) | {"form": form}
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        try:
            done = _imported(request, patient, form)
        except IdentityDiffers as no:
            context |= {"differs": no, "confirm": no.confirm}
            form.add_error("upload", no.message)
        except FileRefused as no:
            form.add_error("start" if no.field == "start" else "upload", no.message)
        else:
            return _done(request, patient, done)
    return _page(request, context)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page; for the script only what is wrong, because the chosen files stay where they are."""
    status = 422 if context["form"].errors else 200
    if request.method == "POST" and _by_script(request):
        html = render_to_string("recordings/_import_refused.html", context, request)
        return JsonResponse({"html": html}, status=status)
    return render(request, "recordings/import.html", context, status=status)


def _imported(request: HttpRequest, patient: Patient, form: ImportForm) -> Imported:
    said = form.cleaned_data
    uploads = [(upload.name or "", upload.chunks()) for upload in said["upload"]]
    with gathered(uploads) as files:
        order = Order(
            files=files,
            layout=said["layout"],
            start=said["start"],
            pacemaker=said["pacemaker"],
            confirmed=said["confirm"] if said["same_person"] else "",
        )
        return import_recording(by=principal(request), patient=patient, order=order)


def _done(request: HttpRequest, patient: Patient, done: Imported) -> HttpResponse:
    said = _("The recording is in the chart.") if done.new else _("It was in the chart already.")
    messages.success(request, said)
    opened = [each for each in done.recordings if each.kind != Recording.Kind.PPG]
    address = (
        reverse("recording", args=[opened[0].pk])
        if opened
        else reverse("patient-chart", args=[patient.pk])
    )
    return JsonResponse({"location": address}) if _by_script(request) else redirect(address)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


@require_safe
def recording_original(
    request: HttpRequest, recording_id: UUID, number: int
) -> StreamingHttpResponse:
    """A file that a recording was imported from, byte for byte."""
    by = principal(request)
    require(by, CHART_READ)
    recording = Recording.objects.opened_by(by, recording_id)
    if recording is None or recording.imported_id is None:
        raise NotFound
    file = OriginalFile.objects.filter(imported=recording.imported_id, number=number).first()
    if file is None:
        raise NotFound
    patient = recording.patient
    audit.record(
        by,
        "export",
        patient_id=patient.pk if patient else None,
        detail={"recording": str(recording.pk), "original": number},
    )
    answer = StreamingHttpResponse(file.stream(), content_type="application/octet-stream")
    answer["Content-Length"] = str(file.size_bytes)
    name = f"recording-{recording.pk}-{number}{file.ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
