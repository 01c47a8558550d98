"""The chart of one patient at one glance."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ
from patients.chart.sections import chart
from patients.views.opening import looked, open_patient


@require_safe
@requires(CHART_READ)
def patient_chart(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Everything at one glance."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    return render(request, "patients/chart.html", chart(patient, principal(request)))
