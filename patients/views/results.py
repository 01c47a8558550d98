"""Results of a chart: the newest of each test, all side by side, one over time, one report."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE, RESULT_ACKNOWLEDGE
from fhir.errors import VersionConflict
from patients.acts.charting import is_in_error
from patients.acts.results import correct, correct_report
from patients.chart.concepts import noted
from patients.chart.inbox import of_patient
from patients.chart.ranges import LocalRanges
from patients.chart.readings import Reading, reading, value_words
from patients.chart.reports import PAGE, report_in_full, report_row, reports
from patients.chart.results import change, cumulative, latest_results, of_one_test
from patients.chart.sections import banner, loaded
from patients.chart.versions import versions
from patients.forms.results import CorrectionForm, ReportCorrectionForm
from patients.models import DiagnosticReport, Observation, Patient
from patients.views.cursors import opened, opened_row, seal
from patients.views.editing import merge_page, same_patient
from patients.views.opening import looked, open_patient, open_record

TESTS_PAGE = 50


@require_safe
@requires(CHART_READ)
def patient_results(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The newest value of every test, and the reports."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    after = opened_row(request)
    context = banner(patient) | {"tab": "results", "first_page": after is None}
    if after is None:
        by = principal(request)
        context["may_acknowledge"] = by.may(RESULT_ACKNOWLEDGE)
        context |= loaded("waiting", lambda who: {"waiting": of_patient(by, who)}, patient)
        context |= loaded("latest", lambda who: {"latest": latest_results(who)}, patient)
    context |= loaded("reports", lambda who: report_page(who, after, imaging=False), patient)
    return render(request, "results/results.html", context)


def report_page(patient: Patient, after: Any, *, imaging: bool) -> dict[str, Any]:
    """One page of reports and where the next begins."""
    rows = reports(patient, imaging=imaging, after=after)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    older = seal(last.effective_start, last.pk) if last else ""
    return {"reports": [report_row(row) for row in rows[:PAGE]], "older_reports": older}


@require_safe
@requires(CHART_READ)
def patient_results_table(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Tests by dates."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    begin = opened(request)
    before = (begin and begin[0]) or timezone.now() + timedelta(days=1)

    def load(who: Patient) -> dict[str, Any]:
        table = cumulative(who, before)
        return {"table": table, "older": seal(table.older) if table.older else ""}

    context = banner(patient) | {"tab": "results", "newest": begin is None}
    context |= loaded("table", load, patient)
    return render(request, "results/table.html", context)


@require_safe
@requires(CHART_READ)
def result_test(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """One test over time: the trend, and every value."""
    shown, patient = open_record(request, Observation, observation_id)
    looked(request, patient, shown)
    rows = of_one_test(patient, shown.code_code, str(shown))
    after = opened_row(request)
    if after is not None and after[0] is not None:
        rows = rows.filter(effective_start__lte=after[0]).exclude(
            effective_start=after[0], pk__gte=after[1]
        )
    found = list(rows[: TESTS_PAGE + 1])
    last = found[TESTS_PAGE - 1] if len(found) > TESTS_PAGE else None
    context = banner(patient) | {
        "tab": "results",
        "name": noted(str(shown), shown),
        "observation_id": shown.pk,
        "drawable": sum(row.value is not None for row in found) > 1,
        "rows": test_rows(patient, found)[:TESTS_PAGE],
        "older": seal(last.effective_start, last.pk) if last else "",
    }
    return render(request, "results/test.html", context)


def test_rows(patient: Patient, found: list[Observation]) -> list[dict[str, Any]]:
    """Each value with its change to the one before in the same unit."""
    local = LocalRanges(patient, {row.code_code for row in found})
    rows = []
    for place, row in enumerate(found):
        unit = value_words(row)[1]
        earlier = next((each for each in found[place + 1 :] if value_words(each)[1] == unit), None)
        rows.append(
            {
                "reading": reading(row, local),
                "name": str(row),
                "change": change(row, earlier) if earlier else "",
            }
        )
    return rows


@require_safe
@requires(CHART_READ)
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One report with its results and text."""
    shown, patient = open_record(request, DiagnosticReport, report_id)
    looked(request, patient, shown)
    context = banner(patient) | {
        "tab": "imaging" if shown.is_imaging else "results",
        "report": report_in_full(shown),
        "notes": shown.notes,
        "versions": versions(shown),
        "may_write": principal(request).may(CHART_WRITE),
    }
    return render(request, "results/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_WRITE)
def report_correct(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Replace what a report says."""
    row, patient = open_record(request, DiagnosticReport, report_id)
    now = {"conclusion": row.conclusion}
    form = ReportCorrectionForm(request.POST or None, initial=now | {"version": row.version})
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        said = form.cleaned_data
        try:
            correct_report(
                by=principal(request),
                row=row,
                conclusion=said["conclusion"],
                reason=said["reason"],
                expected=said["version"],
            )
        except VersionConflict:
            newest, _patient = open_record(request, DiagnosticReport, report_id)
            return merge_page(
                request,
                form,
                current={"conclusion": newest.conclusion},
                patient=patient,
                version=newest.version,
                title=str(newest),
            )
        messages.success(request, _("The report is corrected; its owner sees it again."))
        return redirect("report", row.pk)
    looked(request, patient, row)
    context = banner(patient) | {"tab": "results", "form": form, "name": str(row)}
    context |= {"back": ("report", row.pk), "heading": _("Correct a report")}
    return render(request, "results/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_WRITE)
def result_correct(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """Replace a wrong result."""
    row, patient = open_record(request, Observation, observation_id)
    form = CorrectionForm(request.POST or None, initial=as_typed(row) | {"version": row.version})
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        said = form.cleaned_data
        try:
            correct(
                by=principal(request),
                row=row,
                found=form.found(),
                reason=said["reason"],
                expected=said["version"],
            )
        except VersionConflict:
            newest, _patient = open_record(request, Observation, observation_id)
            return merge_page(
                request,
                form,
                current=as_typed(newest),
                patient=patient,
                version=newest.version,
                title=str(newest),
            )
        messages.success(request, _("The result is corrected; its owner sees it again."))
        return redirect("result-test", row.pk)
    looked(request, patient, row)
    context = banner(patient) | {
        "tab": "results",
        "form": form,
        "name": str(row),
        "now": reading(row),
        "dead": is_in_error(row),
        "back": ("result-test", row.pk),
        "heading": _("Correct a result"),
    }
    return render(request, "results/form.html", context, status=422 if form.errors else 200)


def as_typed(row: Observation) -> dict[str, Any]:
    """The result as the form would have got it."""
    shown: Reading = reading(row)
    own = (row.reference_ranges or [{}])[0]
    coded = [c.get("code") for i in row.interpretations or [] for c in i.get("coding") or []]
    return {
        "value": shown.text,
        "unit": shown.unit,
        "at": row.effective_start,
        "low": (own.get("low") or {}).get("value"),
        "high": (own.get("high") or {}).get("value"),
        "flag": coded[0] if coded else "",
    }
