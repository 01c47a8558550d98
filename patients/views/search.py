"""The search: whom one means, with identity only; a chart opens from here."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import principal
from accounts.roles import IDENTITY_READ
from fhir.principal import Principal
from patients.access import charts_of
from patients.chart.person import person
from patients.finding import Found, find
from patients.models import Patient
from patients.names import folded
from patients.views.home import desk

# What the searcher is about to do → the page of the person that does it.
THEN = {"book": "appointment-new", "admit": "visit-admit"}
LONGEST_QUERY = 200


@require_POST
def patient_search(request: HttpRequest) -> HttpResponse:
    """Patients by parts of the name, number or birth date; Enter opens the one that was meant."""
    by = principal(request)
    query = request.POST.get("query", "").replace("\0", "").strip()[:LONGEST_QUERY]
    then = request.POST.get("then", "")
    then = then if then in THEN else ""
    context: dict[str, Any] = {"query": query, "then": then}
    if query:
        found = find(by, query) if by.may(IDENTITY_READ) else Found()
        context |= shown(found, by, query)
        if not request.headers.get("HX-Request") and (meant := _meant(found, by, then)):
            return meant
    if request.headers.get("HX-Request"):
        return render(request, "patients/_search_results.html", context)
    return render(request, "home.html", desk(request) | context)


def shown(found: Found, by: Principal, query: str) -> dict[str, Any]:
    """Context of the results: who they are, and which charts ``by`` may open."""
    people = found.exact + found.similar
    mine = opened_to(by, people)
    entities = [patient.reference for patient in people]
    asked = {"query": audit.query(query)}
    audit.record_access(by=by, action="search-patients", entities=entities, detail=asked)
    surnames = Counter(folded(patient.family) for patient in found.exact if patient.family)
    return {
        "results": [
            {
                "patient": person(patient),
                "may_open": patient.pk in mine,
                "similar": place >= len(found.exact),
                "namesakes": surnames[folded(patient.family)] > 1,
            }
            for place, patient in enumerate(people)
        ],
        "exact_count": len(found.exact),
        "namesakes": any(count > 1 for count in surnames.values()),
        "truncated": found.truncated,
    }


def opened_to(by: Principal, people: list[Patient]) -> set[UUID]:
    """Those of ``people`` whose charts ``by`` may open."""
    ids = [patient.pk for patient in people]
    rows = Patient.objects.filter(charts_of(by, "pk"), pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _meant(found: Found, by: Principal, then: str) -> HttpResponse | None:
    """Straight to the one person that was meant; similar names never lead there."""
    if found.certain is None:
        return None
    if then:
        return redirect(THEN[then], found.certain.pk)
    may_open = found.certain.pk in opened_to(by, [found.certain])
    return redirect("patient-chart" if may_open else "details", found.certain.pk)
