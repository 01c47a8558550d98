"""Imaging of a chart: reports with their conclusions, studies, and a report in words."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE
from patients.acts.results import report
from patients.chart.reports import PAGE, studies, study_row
from patients.chart.sections import banner, loaded
from patients.chart.versions import versions
from patients.forms.results import ReportForm
from patients.models import ImagingStudy, Patient
from patients.views.cursors import opened_row, seal
from patients.views.editing import same_patient
from patients.views.opening import looked, open_patient, open_record
from patients.views.results import report_page


@require_safe
@requires(CHART_READ)
def patient_imaging(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Reports and studies, each with pages of its own."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    reports_after, studies_after = opened_row(request), opened_row(request, "studies")

    def load_studies(who: Patient) -> dict[str, Any]:
        rows = studies(who, studies_after)
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        older = seal(last.started_at, last.pk) if last else ""
        return {"studies": [study_row(row) for row in rows[:PAGE]], "older_studies": older}

    context = banner(patient) | {
        "tab": "imaging",
        "may_write": principal(request).may(CHART_WRITE),
        "paged": bool(reports_after or studies_after),
    }
    context |= loaded("reports", lambda who: report_page(who, reports_after, imaging=True), patient)
    context |= loaded("studies", load_studies, patient)
    return render(request, "results/imaging.html", context)


@require_safe
@requires(CHART_READ)
def imaging_study(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """One study with its series; the pictures are where its endpoints are."""
    shown, patient = open_record(request, ImagingStudy, study_id)
    looked(request, patient, shown)
    context = banner(patient) | {
        "tab": "imaging",
        "study": study_row(shown),
        "notes": shown.notes or [],
        "versions": versions(shown),
        "may_write": principal(request).may(CHART_WRITE),
    }
    return render(request, "results/study.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_WRITE)
def imaging_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write down a report that answers no order here."""
    patient = open_patient(request, patient_id)
    form = ReportForm(request.POST or None, initial={"at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        made = report(by=principal(request), patient=patient, written=form.written("imaging"))
        messages.success(request, _("The report is entered."))
        return redirect("report", made.pk)
    looked(request, patient)
    context = banner(patient) | {"tab": "imaging", "form": form, "name": _("Imaging report")}
    context |= {"back": ("imaging", patient.pk), "heading": _("Enter a report")}
    return render(request, "results/form.html", context, status=422 if form.errors else 200)
