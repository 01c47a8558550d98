"""The chart of one patient."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import CHART_READ
from fhir.errors import NotFound
from fhir.principal import Principal
from patients.chart.sections import chart
from patients.models import Patient


def visible_patient(patient_id: UUID, by: Principal) -> Patient:
    """The patient, or NotFound: a stranger cannot tell "no such" from "not yours"."""
    patient = Patient.objects.visible_to(by).filter(id=patient_id).first()
    if patient is None:
        raise NotFound(
            "No chart here that you may open. Search for the patient by name; "
            "a chart opens while the patient is, or lately was, under your facility's care."
        )
    return patient


@require_safe
@requires(CHART_READ)
def patient_chart(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Everything at one glance."""
    by = principal(request)
    patient = visible_patient(patient_id, by)
    audit.record_access(by=by, action="read", entities=[patient.reference], patient_id=patient.id)
    return render(request, "patients/chart.html", chart(patient, by))
