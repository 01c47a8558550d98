"""Whom a patient keeps from the chart, and what makes a person or a record sensitive."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import principal, require, requires
from accounts.roles import ACCESS_RESTRICT, CHART_READ, CHART_WRITE
from fhir.errors import Invalid
from patients.acts import restrictions as acts
from patients.acts.in_error import model_of
from patients.chart.sections import banner
from patients.forms.access import LABELS, LabelForm, RecordLabelForm, RestrictionForm
from patients.models.labels import is_sensitive
from patients.views.editing import same_patient
from patients.views.identity import frame, open_identity, say_refusal
from patients.views.in_error import page_of, tab_of
from patients.views.opening import looked, open_record

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@requires(ACCESS_RESTRICT)
def restriction_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The patient keeps the chart from somebody."""
    patient = open_identity(request, patient_id)
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = RestrictionForm(request.POST or None, initial={"at": now})
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            said = form.cleaned_data
            whom, at, until = form.whom, said["at"], said["until"]
            try:
                acts.restrict(by=principal(request), patient=patient, whom=whom, at=at, until=until)
            except Invalid as refusal:
                say_refusal(request, form, refusal, {})
            else:
                messages.success(request, _("The restriction is in force."))
                return redirect("details", patient.pk)
    context = frame(request, patient, "details") | {"form": form}
    return render(request, "access/restriction.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
@requires(ACCESS_RESTRICT)
def person_label(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A person whose chart is for the treating team only, or for all again."""
    patient = open_identity(request, patient_id)
    codes = [each.rpartition("|")[2] for each in patient.security]
    initial = {"codes": [code for code in codes if code in LABELS], "version": patient.version}
    form = LabelForm(request.POST or None, initial=initial)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            said = form.cleaned_data
            acts.label_person(
                by=principal(request),
                patient=patient,
                codes=said["codes"],
                expected=said["version"],
            )
            messages.success(request, _("Saved."))
            return redirect("details", patient.pk)
    context = frame(request, patient, "details") | {"form": form}
    return render(request, "access/label.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
@requires(CHART_READ)
def record_label(request: HttpRequest, type_: str, record_id: UUID) -> HttpResponse:
    """One record for those who treat the patient closely only, or for all again."""
    by = principal(request)
    row, patient = open_record(request, model_of(type_), record_id)
    require(by, CHART_WRITE)
    form = RecordLabelForm(request.POST or None, initial={"version": row.version})
    sensitive = is_sensitive(row.security)
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        acts.label_record(
            by=by, row=row, sensitive=not sensitive, expected=form.cleaned_data["version"]
        )
        messages.success(request, _("Saved."))
        return redirect(page_of(row), patient.pk)
    looked(request, patient, row)
    context = banner(patient) | {
        "form": form,
        "name": str(row),
        "sensitive": sensitive,
        "possible": row.may_be_kept_back,
        "close": patient.opening is not None and patient.opening.close,
        "back": page_of(row),
        "tab": tab_of(row),
    }
    return render(request, "access/record.html", context, status=422 if form.errors else 200)
