"""Pages of the medical history: problems, allergies, immunizations; operations, family, social."""

from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE
from patients.chart.family import family, relative
from patients.chart.history import allergy, problem
from patients.chart.immunizations import vaccines
from patients.chart.paging import after_of, page
from patients.chart.procedures import operations
from patients.chart.sections import banner
from patients.chart.social import SOCIAL, facts, social
from patients.models import (
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Immunization,
    Observation,
    Patient,
    Procedure,
)
from patients.models.base import ENTERED_IN_ERROR
from patients.views.opening import looked, open_patient

Filters = tuple[tuple[str, str | Promise], ...]
FEW = 15

PROBLEM_FILTERS: Filters = (
    ("active", _("Active")),
    ("recorded", _("Diagnoses recorded")),
    ("resolved", _("Resolved")),
    ("ruled-out", _("Refuted or in error")),
)
ALLERGY_FILTERS: Filters = (
    ("active", _("Active")),
    ("resolved", _("No longer holding")),
    ("ruled-out", _("Refuted or in error")),
)
IMMUNIZATION_FILTERS: Filters = (
    ("all", _("Given and not given")),
    ("not-given", _("Not given")),
    ("in-error", _("In error")),
)
HISTORY_FILTERS: Filters = (
    ("operations", _("Operations, family, social")),
    ("procedures", _("Other procedures")),
    ("in-error", _("In error")),
)


@require_safe
@requires(CHART_READ)
def problem_list(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The problem list, and the diagnoses that nobody put on it."""
    patient = open_patient(request, patient_id)
    show = shown(request, PROBLEM_FILTERS)
    rows = Condition.objects.of(patient)
    chosen = {
        "active": rows.active().on_problem_list(),
        "recorded": rows.active().recorded_only(),
        "resolved": rows.past(),
        "ruled-out": rows.ruled_out(),
    }[show]
    context = listed(request, patient, chosen, "onset_start", problem)
    if show == "active" and "after" not in request.GET and "failed" not in context:
        more = page(chosen_diagnoses(patient), "onset_start", None, FEW)
        context |= {"recorded": list(map(problem, more.rows)), "more_recorded": more.next}
    return answer(request, patient, "problems", show, PROBLEM_FILTERS, context)


def chosen_diagnoses(patient: Patient) -> Any:
    """Active diagnoses that are not on the problem list."""
    return Condition.objects.of(patient).active().recorded_only()


@require_safe
@requires(CHART_READ)
def allergy_list(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What the patient must not get, and the statements that nothing is known."""
    patient = open_patient(request, patient_id)
    show = shown(request, ALLERGY_FILTERS)
    rows = AllergyIntolerance.objects.of(patient)
    chosen = {
        "active": rows.standing(),
        "resolved": rows.past(),
        "ruled-out": rows.ruled_out(),
    }[show]
    context = listed(request, patient, chosen, "recorded_at", allergy)
    return answer(request, patient, "allergies", show, ALLERGY_FILTERS, context)


@require_safe
@requires(CHART_READ)
def immunization_list(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Vaccines given, not given, and why."""
    patient = open_patient(request, patient_id)
    show = shown(request, IMMUNIZATION_FILTERS)
    rows = Immunization.objects.of(patient)
    chosen = {
        "all": rows.standing(),
        "not-given": rows.filter(status="not-done"),
        "in-error": rows.filter(status=ENTERED_IN_ERROR),
    }[show]
    context = listed(request, patient, chosen, "occurrence_start", vaccines, several=True)
    return answer(request, patient, "immunizations", show, IMMUNIZATION_FILTERS, context)


@require_safe
@requires(CHART_READ)
def history(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Operations, what runs in the family, and how the patient lives."""
    patient = open_patient(request, patient_id)
    show = shown(request, HISTORY_FILTERS)
    rows = Procedure.objects.of(patient)
    chosen = {
        "operations": rows.standing().operations(),
        "procedures": rows.standing().others(),
        "in-error": rows.filter(status=ENTERED_IN_ERROR),
    }[show]
    context = listed(request, patient, chosen, "performed_start", operations, several=True)
    if show == "operations" and "failed" not in context:
        context |= {"family": family(patient), "social": social(patient)}
    if show == "in-error" and "failed" not in context:
        context |= taken_back(patient)
    return answer(request, patient, "history", show, HISTORY_FILTERS, context)


def taken_back(patient: Patient) -> dict[str, Any]:
    """Relatives and answers that were entered in error, the newest fifty of each."""
    relatives = FamilyMemberHistory.objects.of(patient).filter(status=ENTERED_IN_ERROR)
    answers = Observation.objects.of(patient).filter(SOCIAL, status=ENTERED_IN_ERROR)
    return {
        "family": [relative(row) for row in relatives.order_by("-id")[:50]],
        "social": [fact for _code, fact in facts(list(answers.order_by("-id")[:50]))],
    }


def shown(request: HttpRequest, filters: Filters) -> str:
    """The filter in ``?show=``; anything else is the first."""
    asked = request.GET.get("show", "")
    return asked if asked in dict(filters) else filters[0][0]


def listed(
    request: HttpRequest,
    patient: Patient,
    rows: Any,
    newest: str,
    words: Any,
    *,
    several: bool = False,
) -> dict[str, Any]:
    """One page of rows in words, or that they could not be loaded."""
    try:
        found = page(rows, newest, after_of(request.GET.get("after")))
        said = words(found.rows) if several else [words(row) for row in found.rows]
    except DatabaseError:
        return {"failed": True}
    looked(request, patient, *found.rows)
    return {"rows": said, "next": found.next}


def answer(
    request: HttpRequest,
    patient: Patient,
    tab: str,
    show: str,
    filters: Filters,
    context: dict[str, Any],
) -> HttpResponse:
    """The page of one tab."""
    context |= banner(patient) | {
        "tab": tab,
        "show": show,
        "filters": filters,
        "may_write": principal(request).may(CHART_WRITE),
    }
    return render(request, f"history/{tab}.html", context)
