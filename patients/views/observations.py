"""One observation: its versions, and accepting it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE, OBSERVATION_ACCEPT
from fhir.together import load
from patients.acts.observation import accept
from patients.chart.ranges import LocalRanges
from patients.chart.readings import reading, vitals
from patients.chart.sections import banner, loaded
from patients.chart.versions import versions
from patients.models import Observation, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.views.opening import looked, open_record

# Category of an observation → the tab of the chart that lists it.
TABS_OF = {"vital-signs": "vitals", "laboratory": "results", "social-history": "history"}


@require_safe
@requires(CHART_READ)
def observation(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """What was recorded, by whom, in which versions."""
    shown, patient = open_record(request, Observation, observation_id)
    looked(request, patient, shown)
    may_write = principal(request).may(CHART_WRITE)
    context = banner(patient) | in_full(shown, patient) | {"may_write": may_write}
    return render(request, "patients/observation.html", context)


def tab_of_observation(shown: Observation) -> str:
    """The tab of the chart that lists it; results where no category says."""
    return next((TABS_OF[each] for each in shown.categories if each in TABS_OF), "results")


def in_full(shown: Observation, patient: Patient) -> dict[str, Any]:
    """One observation with its notes and versions, under the tab where it is listed."""
    return {
        "name": str(shown),
        "tab": tab_of_observation(shown),
        "reading": reading(shown, LocalRanges(patient, {shown.code_code})),
        "notes": shown.notes or [],
        "in_error": shown.status == ENTERED_IN_ERROR,
        "versions": versions(shown),
    }


@require_POST
@requires(OBSERVATION_ACCEPT)
def observation_accept(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """Accept a device reading."""
    by = principal(request)
    waiting, patient = open_record(request, Observation, observation_id)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else 0
    accept(by=by, observation=waiting, expected=expected)
    if request.headers.get("HX-Request"):
        context = (
            banner(patient)
            | loaded("vitals", lambda each: load(vitals(each)), patient)
            | {"may_accept": True}
        )
        return render(request, "patients/_vitals.html", context)
    back = "vitals" if request.POST.get("back") == "vitals" else "patient-chart"
    return redirect(back, patient.id)
