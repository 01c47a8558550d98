"""After sign-in: find a patient, and the patients who are here now."""

import logging
import re
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import principal
from accounts.roles import CHART_READ, IDENTITY_READ
from fhir.principal import Principal
from patients.access import treated_by
from patients.chart.person import person
from patients.chart.sections import worklist_columns
from patients.chart.worklist import LISTS, counters, my_tasks, unsigned_notes, worklist
from patients.models import Patient
from patients.models.patient import PatientQuerySet

logger = logging.getLogger(__name__)

FOUND_AT_MOST = 50
SIDE = 5
_DAY = re.compile(r"\b(\d{1,2})[-. ]([A-Za-z]{3}|\d{1,2})[-. ](\d{4})\b|\b(\d{4})-(\d\d)-(\d\d)\b")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The worklist, under the search."""
    return render(request, "home.html", desk(request))


def desk(request: HttpRequest) -> dict[str, Any]:
    """Everything that waits for the reader; a list that failed says so."""
    by = principal(request)
    context: dict[str, Any] = {"search_first": True, "lists": LISTS}
    if not by.may(CHART_READ):
        return context
    try:
        return context | _desk(by, request.GET.get("list", ""))
    except DatabaseError:
        logger.exception("The worklist could not be loaded")
        return context | {"worklist_failed": True}


def _desk(by: Principal, wanted: str) -> dict[str, Any]:
    chosen, rows = worklist(by, wanted)
    columns = worklist_columns([row.patient.id for row in rows])
    for row in rows:
        row.more = columns[row.patient.id]
    audit.record_access(by=by, action="worklist", entities=[row.reference for row in rows])
    return {
        "chosen": chosen,
        "rows": rows,
        "counters": counters(by),
        "drafts": unsigned_notes(by).select_related("patient").order_by("-updated_at")[:SIDE],
        "tasks": my_tasks(by).select_related("patient")[:SIDE],
    }


@require_POST
def patient_search(request: HttpRequest) -> HttpResponse:
    """Patients by parts of the name, number or birth date; identity only."""
    by = principal(request)
    query = request.POST.get("query", "").replace("\0", "").strip()[:200]
    context: dict[str, Any] = {"query": query} | (found(query, by) if query else {})
    if request.headers.get("HX-Request"):
        return render(request, "patients/_search_results.html", context)
    return render(request, "home.html", desk(request) | context)


def found(query: str, by: Principal) -> dict[str, Any]:
    """The matches that ``by`` may know of, and which charts they may open."""
    if not by.may(IDENTITY_READ):
        return {"results": []}
    born, rest = birth_date_in(query)
    rows: PatientQuerySet = Patient.objects.identified_to(by)
    if born is not None:
        rows = rows.filter(birth_date_low__lte=born, birth_date_high__gte=born)
    matches = rows.named(rest) if rest else rows
    patients = list(matches.order_by("family", "given", "id")[: FOUND_AT_MOST + 1])
    if not patients and rest:
        patients = list(rows.numbered(rest)[: FOUND_AT_MOST + 1])
    shown = patients[:FOUND_AT_MOST]
    ids = [patient.pk for patient in shown]
    mine = set(
        Patient.objects.filter(treated_by(by, "pk"), pk__in=ids).values_list("pk", flat=True)
    )
    audit.record_access(
        by=by, action="search-patients", entities=[patient.reference for patient in shown]
    )
    return {
        "results": [{"patient": person(p), "may_open": p.pk in mine} for p in shown],
        "truncated": len(patients) > FOUND_AT_MOST,
    }


def birth_date_in(query: str) -> tuple[date | None, str]:
    """A birth date in the query, and the query without it.

    >>> birth_date_in("rosa 12-Mar-1960")
    (datetime.date(1960, 3, 12), 'rosa')
    """
    match = _DAY.search(query)
    if not match:
        return None, query
    day, month, year, iso_year, iso_month, iso_day = match.groups()
    text = f"{iso_year}-{iso_month}-{iso_day}" if iso_year else f"{year}-{month}-{day}"
    for form in ("%Y-%m-%d", "%Y-%b-%d"):
        try:
            born = datetime.strptime(text, form).date()  # noqa: DTZ007  a birth date has no zone
        except ValueError:
            continue
        return born, (query[: match.start()] + query[match.end() :]).strip(" ,")
    return None, query
