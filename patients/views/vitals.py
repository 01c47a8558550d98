"""Vital signs: recording a round, and the table of those before."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import principal, require, requires
from accounts.roles import CHART_READ, CHART_WRITE, OBSERVATION_ACCEPT
from fhir.errors import BadParameter, NotFound
from patients.acts.vital_signs import SIGNS
from patients.acts.vitals import record_vitals
from patients.chart.rounds import rounds
from patients.chart.sections import banner, loaded
from patients.chart.sign_trend import LISTED, sign_of, values
from patients.forms.vitals import VitalsForm
from patients.models import Observation, Patient
from patients.views.editing import same_patient
from patients.views.opening import looked, open_patient, open_record


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def vitals(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The form on top, the table under it."""
    by = principal(request)
    if request.method == "POST":
        require(by, CHART_WRITE)
    patient = open_patient(request, patient_id)
    form = VitalsForm(request.POST or None, patient=patient)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            rows = record_vitals(
                by=by,
                patient=patient,
                vitals=form.vitals,
                checked=form.cleaned_data["checked"],
            )
            said = ", ".join(sign_of(row) or str(row) for row in rows)
            messages.success(request, _("Recorded: %(signs)s.") % {"signs": said})
            return redirect("vitals", patient.id)
    looked(request, patient)
    context = _page(request, patient, form)
    return render(request, "vitals/vitals.html", context, status=422 if form.errors else 200)


@require_safe
@requires(CHART_READ)
def sign(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """One vital sign over time: the trend, and the newest values."""
    shown, patient = open_record(request, Observation, observation_id)
    name = sign_of(shown)
    if not name:
        raise NotFound
    looked(request, patient, shown)
    context = banner(patient) | {
        "tab": "vitals",
        "name": name,
        "observation_id": shown.pk,
        "cells": values(patient, name),
        "listed": LISTED,
        "may_accept": principal(request).may(OBSERVATION_ACCEPT),
    }
    return render(request, "vitals/sign.html", context)


def _page(request: HttpRequest, patient: Patient, form: VitalsForm) -> dict[str, Any]:
    by = principal(request)
    cursor = request.GET.get("older", "")
    try:
        table = loaded("rounds", lambda whose: rounds(whose, cursor), patient)
    except signing.BadSignature:
        raise BadParameter(
            _("older: this page was not given out here. Start at the newest.")
        ) from None
    return (
        banner(patient)
        | table
        | {
            "form": form,
            "tab": "vitals",
            "paged": bool(cursor),
            "units": {name: sign.units[0].printed for name, sign in SIGNS.items()},
            "may_write": by.may(CHART_WRITE),
            "may_accept": by.may(OBSERVATION_ACCEPT),
        }
    )
