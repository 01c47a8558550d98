"""The chart of one patient."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import CHART_READ, OBSERVATION_ACCEPT
from fhir.errors import NotFound
from fhir.principal import Principal
from patients.acts.observation import accept
from patients.chart.readings import vitals
from patients.chart.sections import banner, chart, loaded
from patients.models import Observation, Patient


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


@require_POST
@requires(OBSERVATION_ACCEPT)
def observation_accept(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """Accept a device reading."""
    by = principal(request)
    found = Observation.objects.visible_to(by).select_related("patient").filter(id=observation_id)
    observation = found.first()
    if observation is None or observation.patient is None:
        raise NotFound
    version = request.POST.get("version", "")
    accept(by=by, observation=observation, expected=int(version) if version.isdecimal() else 0)
    patient = observation.patient
    if request.headers.get("HX-Request"):
        context = banner(patient) | loaded("vitals", vitals, patient) | {"may_accept": True}
        return render(request, "patients/_vitals.html", context)
    return redirect("patient-chart", patient.id)
