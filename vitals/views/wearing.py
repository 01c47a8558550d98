"""Attaching a device to a patient and taking it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import principal, requires
from accounts.roles import DEVICE_ATTACH
from fhir.errors import NotFound, Refusal
from patients.access import open_to
from patients.chart.person import numbers, person
from patients.chart.sections import banner
from patients.views.opening import open_patient, remember
from vitals.acts.wearing import attach, detach
from vitals.forms import AttachForm, DetachForm
from vitals.models import Pairing

if TYPE_CHECKING:
    from uuid import UUID

    from django import forms

    from patients.models import Patient

FIELD_OF = {"device-unknown": "serial", "pairing-overlap": "serial", "pairing-time": "start"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DEVICE_ATTACH)
def device_attach(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Put a device on the patient."""
    by = principal(request)
    patient = open_patient(request, patient_id)
    form = AttachForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "confirm"}
        try:
            pairing = attach(by=by, patient=patient, **wanted)
        except Refusal as refusal:
            _complain(form, refusal)
        else:
            messages.success(
                request, _("Device %(device)s is attached.") % {"device": pairing.device}
            )
            return redirect("patient-chart", patient.pk)
    context = banner(patient) | {"form": form, "identifiers": identifiers(patient)}
    return render(request, "devices/attach.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DEVICE_ATTACH)
def pairing_detach(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Take a device off."""
    by = principal(request)
    rows = Pairing.objects.visible_to(by).select_related("patient", "device", "attached_by")
    pairing = rows.filter(pk=pairing_id).first()
    if pairing is None:
        raise NotFound
    form = DetachForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            detach(by=by, pairing=pairing, **form.cleaned_data)
        except Refusal as refusal:
            _complain(form, refusal)
        else:
            messages.success(
                request, _("Device %(device)s is detached.") % {"device": pairing.device}
            )
            return redirect("patient-chart", pairing.patient_id)
    patient = remember(request, open_to(by, pairing.patient))
    context = banner(patient) | {"form": form, "pairing": pairing}
    return render(request, "devices/detach.html", context, status=422 if form.errors else 200)


def identifiers(patient: Patient) -> list[tuple[str, str]]:
    """Two things to compare with the patient besides the name: birth date and number."""
    who = person(patient)
    born = f"{who.birth_date:%d-%b-%Y}" if who.birth_date else who.birth_date_text
    known: list[tuple[str, Any]] = [(_("Born"), born or _("not recorded")), *numbers(patient)]
    return [(label, str(value)) for label, value in known[:2]]


def _complain(form: forms.Form, refusal: Refusal) -> None:
    field = FIELD_OF.get(refusal.code)
    form.add_error(field if field in form.fields else None, refusal.message)
