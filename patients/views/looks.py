"""Who opened this chart: for the privacy officer on the screen, for the patient on paper."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import AUDIT_READ
from patients.chart.looks import Page, Wish, looks_at, people_who_looked
from patients.chart.person import person
from patients.forms.looks import LooksForm
from patients.models import Patient
from patients.printing.looks import report_of_looks
from patients.views.cursors import opened_row, seal
from patients.views.identity import open_identity
from patients.views.printing import answer


@require_safe
@requires(AUDIT_READ)
def looks(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Each look at this patient's records, newest first; nothing of what the records say."""
    patient = open_identity(request, patient_id)
    form, wish = asked(request, patient)
    by = principal(request)
    page = looks_at(by, patient, wish, opened_row(request)) if form.is_valid() else Page()
    audit.record_access(
        by=by, action="audit-read", entities=[patient.reference], patient_id=patient.id
    )
    filters = {name: value for name, value in request.GET.items() if name in form.fields}
    older = urlencode(filters | {"after": seal(*page.older)}) if page.older else ""
    context: dict[str, Any] = {
        "patient": person(patient),
        "tab": "looks",
        "form": form,
        "looks": page.looks,
        "filtered": wish != Wish(),
        "older": older,
        "first": "after" not in request.GET,
        "filters": urlencode(filters),
    }
    return render(request, "looks/looks.html", context, status=400 if form.errors else 200)


def asked(request: HttpRequest, patient: Patient) -> tuple[LooksForm, Wish]:
    """The form as it was sent, and what it asks for; everything where it cannot be read."""
    people = people_who_looked(principal(request), patient)
    form = LooksForm(request.GET, people=people)
    return form, form.wish() if form.is_valid() else Wish()


@require_safe
@requires(AUDIT_READ)
def looks_print(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The same for the patient, as PDF, by days."""
    patient = open_identity(request, patient_id)
    _form, wish = asked(request, patient)
    made = report_of_looks(patient, principal(request), wish)
    return answer(request, patient, made, "looks", patient.reference)
