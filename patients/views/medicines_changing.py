"""Stopping, holding and resuming; medicines from elsewhere; walking through the whole list."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import principal, requires
from accounts.roles import CHART_WRITE, MEDICATION_PRESCRIBE
from fhir.errors import Invalid, VersionConflict
from fhir.together import load
from patients.acts.medication_reviews import (
    Reviewed,
    Told,
    end_elsewhere,
    reconcile,
    record_elsewhere,
)
from patients.acts.medications import NotRunning, hold, resume, running, stop
from patients.chart.medicines import Medication, current_medications
from patients.forms.medicines import (
    ElsewhereForm,
    EndForm,
    LineForm,
    ReviewForm,
    StopForm,
)
from patients.models import MedicationRequest, MedicationStatement, Patient
from patients.views.editing import merge_page, same_patient
from patients.views.medicines import frame
from patients.views.opening import looked, open_patient, open_record
from patients.views.prescribing import searched, with_usual

POSTED = ["GET", "HEAD", "POST"]


@require_http_methods(POSTED)
@requires(MEDICATION_PRESCRIBE)
def medication_stop(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """End a prescription for good."""
    order, patient = open_record(request, MedicationRequest, medication_id)
    still_running(order)
    form = StopForm(request.POST or None, initial=_initial(order.version))

    def act() -> None:
        said = form.cleaned_data
        stop(
            by=principal(request),
            order=order,
            reason=said["reason"],
            at=said["at"],
            expected=said["version"],
        )

    return changed(request, patient, order, form, act, "stop")


@require_http_methods(POSTED)
@requires(MEDICATION_PRESCRIBE)
def medication_hold(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Pause a prescription, or let it run again."""
    order, patient = open_record(request, MedicationRequest, medication_id)
    still_running(order)
    form = EndForm(request.POST or None, initial=_initial(order.version))
    turn = resume if order.status == "on-hold" else hold

    def act() -> None:
        said = form.cleaned_data
        turn(by=principal(request), order=order, reason=said["reason"], expected=said["version"])

    return changed(request, patient, order, form, act, turn.__name__)


@require_http_methods(POSTED)
@requires(CHART_WRITE)
def statement_stop(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """Say that a medicine from elsewhere is not taken any more."""
    told, patient = open_record(request, MedicationStatement, statement_id)
    form = EndForm(request.POST or None, initial=_initial(told.version))

    def act() -> None:
        said = form.cleaned_data
        end_elsewhere(
            by=principal(request), told=told, reason=said["reason"], expected=said["version"]
        )

    return changed(request, patient, told, form, act, "stop")


def still_running(order: MedicationRequest) -> None:
    """Neither stopped nor over.

    Raises:
        NotRunning: it is; the page leads to it.
    """
    try:
        running(order)
    except NotRunning as over:
        over.way_on = reverse("medication", args=[order.pk])
        raise


def _initial(version: int) -> dict[str, Any]:
    return {"version": version, "at": timezone.localtime().replace(second=0, microsecond=0)}


def changed(
    request: HttpRequest,
    patient: Patient,
    row: MedicationRequest | MedicationStatement,
    form: forms.Form,
    act: Callable[[], None],
    what: str,
) -> HttpResponse:
    """The form that gives a reason; the act; or what is wrong with it."""
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        try:
            act()
        except VersionConflict:
            return _newer(request, patient, row, form)
        except Invalid as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, DONE[what]() % {"name": row})
            return redirect("medications", patient.id)
    looked(request, patient, row)
    context = frame(patient, principal(request)) | {"form": form, "row": row, "what": what}
    return render(request, "medicines/end.html", context, status=422 if form.errors else 200)


DONE: dict[str, Callable[[], str]] = {
    "stop": lambda: _("Stopped: %(name)s."),
    "hold": lambda: _("On hold: %(name)s."),
    "resume": lambda: _("Running again: %(name)s."),
}


def _newer(
    request: HttpRequest,
    patient: Patient,
    row: MedicationRequest | MedicationStatement,
    form: forms.Form,
) -> HttpResponse:
    now = type(row).objects.get(pk=row.pk)
    current = {"reason": getattr(now, "status_reason_text", ""), "at": now.updated_at}
    return merge_page(
        request, form, current=current, patient=patient, version=now.version, title=str(now)
    )


@require_http_methods(POSTED)
@requires(CHART_WRITE)
def medication_elsewhere(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record a medicine that was not prescribed here."""
    patient = open_patient(request, patient_id)
    finding = "find" in request.POST or "pick" in request.POST
    data = request.POST if request.method == "POST" else None
    form = ElsewhereForm(initial=with_usual(data)) if finding and data else ElsewhereForm(data)
    if data and not finding and form.is_valid():
        same_patient(request, patient)
        told = record_elsewhere(by=principal(request), patient=patient, told=_told(form))
        messages.success(request, _("Recorded: %(name)s.") % {"name": told})
        return redirect("medications", patient.id)
    looked(request, patient)
    context = frame(patient, principal(request)) | {"form": form}
    if "find" in request.POST:
        context |= searched(request.POST)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "medicines/elsewhere.html", context, status=status)


def _told(form: ElsewhereForm) -> Told:
    said = form.cleaned_data
    return Told(
        medicine=form.coded(),
        sig=form.sig(),
        status=said["status"],
        since=said["since"],
        source=said["source"],
        reason=said["reason"],
    )


@require_http_methods(POSTED)
@requires(CHART_WRITE)
def medications_reconcile(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Walk through the list: each line confirmed, changed or stopped."""
    patient = open_patient(request, patient_id)
    found = load(current_medications(patient))
    lines = [*found.confirmed, *found.older, *found.over]
    posted = request.POST if request.method == "POST" else None
    stops = principal(request).may(MEDICATION_PRESCRIBE)
    walked = [(line, _line_form(line, posted, stops or line.elsewhere)) for line in lines]
    form = ReviewForm(posted)
    valid = posted is not None and all([form.is_valid(), *(f.is_valid() for _line, f in walked)])
    moved = posted is not None and _moved(posted, lines)
    if valid and not moved:
        same_patient(request, patient)
        try:
            reconcile(
                by=principal(request),
                patient=patient,
                lines=[Reviewed(**each.cleaned_data) for _line, each in walked],
                source=form.cleaned_data["source"],
            )
        except VersionConflict:
            moved = True
        else:
            messages.success(request, _("The list of medicines is reconciled."))
            return redirect("medications", patient.id)
    looked(request, patient)
    context = frame(patient, principal(request)) | {
        "form": form,
        "walked": walked,
        "moved": moved,
        "reviewed": found.reviewed,
        "wrong": posted is not None and not valid,
    }
    status = 409 if moved else 422 if posted is not None else 200
    return render(request, "medicines/reconcile.html", context, status=status)


def _line_form(line: Medication, posted: Any, may_stop: bool) -> LineForm:  # noqa: FBT001
    """The form of one line; what was said of a version that is gone has to be said again."""
    prefix = str(line.id)
    stale = posted is not None and posted.get(f"{prefix}-version") != str(line.version)
    initial = {"reference": line.reference, "version": line.version}
    if stale:
        initial["reason"] = posted.get(f"{prefix}-reason", "")
    data = None if stale else posted
    return LineForm(data, prefix=prefix, initial=initial, may_stop=may_stop)


def _moved(posted: Any, lines: list[Medication]) -> bool:
    """The list changed since it was shown: another line, or another version of one."""
    shown = {(key[: -len("-version")], posted[key]) for key in posted if key.endswith("-version")}
    return shown != {(str(line.id), str(line.version)) for line in lines}
