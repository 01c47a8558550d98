"""After sign-in: find a patient, and the patients who are here now."""

import logging
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal
from accounts.roles import ACCESS_REVIEW, CHART_READ, RESULT_ACKNOWLEDGE
from fhir.principal import Principal
from patients.chart.inbox import Line, box, critical_unacknowledged
from patients.chart.sections import recordings_needing_attention, worklist_columns
from patients.chart.worklist import LISTS, counters, my_tasks, unsigned_notes, worklist
from patients.models import BreakGlass

logger = logging.getLogger(__name__)

SIDE = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The worklist, under the search."""
    return render(request, "home.html", desk(request))


def desk(request: HttpRequest) -> dict[str, Any]:
    """Everything that waits for the reader; a list that failed says so."""
    by = principal(request)
    context: dict[str, Any] = {"search_first": True, "lists": LISTS}
    if by.may(ACCESS_REVIEW):
        context["glasses_waiting"] = BreakGlass.objects.reviewed_by(by).waiting().count()
    if not by.may(CHART_READ):
        return context
    try:
        return context | _desk(by, request.GET.get("list", ""))
    except DatabaseError:
        logger.exception("The worklist could not be loaded")
        return context | {"worklist_failed": True}


def waiting_results(by: Principal) -> list[Line]:
    """The reader's results, behind the critical ones that nobody acknowledged."""
    critical = critical_unacknowledged(by, SIDE)
    seen = {line.item.pk for line in critical}
    own = box(by, "mine")[0] if by.may(RESULT_ACKNOWLEDGE) else []
    return [*critical, *(line for line in own if line.item.pk not in seen)][:SIDE]


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
        "attention": recordings_needing_attention(by)[:SIDE],
        "inbox": waiting_results(by),
        "drafts": unsigned_notes(by).select_related("patient").order_by("-updated_at")[:SIDE],
        "tasks": my_tasks(by).select_related("patient")[:SIDE],
    }
