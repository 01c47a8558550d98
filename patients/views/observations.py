"""One observation: its versions, accepting it, and saying that it was entered in error."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE, OBSERVATION_ACCEPT
from fhir.together import load
from patients.acts.charting import enter_in_error
from patients.acts.observation import accept
from patients.chart.ranges import LocalRanges
from patients.chart.readings import reading, vitals
from patients.chart.sections import banner, loaded
from patients.chart.versions import versions
from patients.forms.in_error import InErrorForm
from patients.models import Observation, Patient
from patients.models.base import ENTERED_IN_ERROR
from patients.views.editing import same_patient
from patients.views.opening import looked, open_record

# Category of an observation → the tab of the chart that lists it.
TABS_OF = {"vital-signs": "vitals", "laboratory": "results", "social-history": "history"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def observation(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """What was recorded, by whom, in which versions; and the form that takes it back."""
    by = principal(request)
    shown, patient = open_record(request, Observation, observation_id)
    form = InErrorForm(request.POST or None, initial={"version": shown.version})
    if request.method == "POST":
        same_patient(request, patient)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        enter_in_error(shown, by=by, reason=said["reason"], expected=said["version"])
        messages.success(request, f"{shown} now stands as entered in error.")
        return redirect("patient-chart", patient.id)
    looked(request, patient, shown)
    context = (
        banner(patient) | in_full(shown, patient) | {"form": form, "may_write": by.may(CHART_WRITE)}
    )
    return render(request, "patients/observation.html", context, status=422 if form.errors else 200)


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
