"""Any record of a chart, entered in error: the one page for all of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import principal, require, requires
from accounts.roles import CHART_READ
from fhir.errors import VersionConflict
from patients.acts.charting import is_in_error
from patients.acts.in_error import model_of, scope_of, strike
from patients.chart.sections import banner
from patients.chart.tabs import TABS
from patients.chart.versions import versions
from patients.forms.in_error import InErrorForm
from patients.models import DiagnosticReport, DocumentReference, Observation, Patient, PatientRecord
from patients.views.editing import same_patient
from patients.views.observations import tab_of_observation
from patients.views.opening import looked, open_record

# The page of the chart to go back to; the summary where a type has none of its own.
PAGES = {
    "AllergyIntolerance": "allergies",
    "CarePlan": "plans",
    "Condition": "problems",
    "DiagnosticReport": "results",
    "DocumentReference": "documents",
    "Encounter": "visits",
    "FamilyMemberHistory": "history",
    "Flag": "plans",
    "Goal": "plans",
    "ImagingStudy": "imaging",
    "Immunization": "immunizations",
    "MedicationAdministration": "medications",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "Procedure": "history",
    "ServiceRequest": "orders",
    "Task": "plans",
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def in_error(request: HttpRequest, type_: str, record_id: UUID) -> HttpResponse:
    """The reason why a record should never have been made; it stays, struck through."""
    row, patient = open_record(request, model_of(type_), record_id)
    require(principal(request), scope_of(type_))
    form = InErrorForm(request.POST or None, initial={"version": row.version})
    if request.method != "POST" or not form.is_valid():
        looked(request, patient, row)
        return page(request, row, patient, form, status=422 if form.errors else 200)
    same_patient(request, patient)
    said = form.cleaned_data
    name = str(row)
    try:
        strike(by=principal(request), row=row, reason=said["reason"], expected=said["version"])
    except VersionConflict:
        newest, patient = open_record(request, model_of(type_), record_id)
        again = InErrorForm(initial={"reason": said["reason"], "version": newest.version})
        return page(request, newest, patient, again, status=409, changed=True)
    messages.success(request, _("%(name)s now stands as entered in error.") % {"name": name})
    return redirect(page_of(row), patient.id)


def page(
    request: HttpRequest,
    row: PatientRecord,
    patient: Patient,
    form: InErrorForm,
    *,
    status: int,
    changed: bool = False,
) -> HttpResponse:
    """What it is, whose it is, its versions, and the reason to give."""
    context = banner(patient) | {
        "form": form,
        "name": str(row),
        "type": row.fhir_type,
        "id": row.pk,
        "may_be_kept_back": row.may_be_kept_back,
        "in_error": is_in_error(row),
        "versions": versions(row),
        "changed": changed,
        "back": page_of(row),
        "tab": tab_of(row),
    }
    return render(request, "patients/in_error.html", context, status=status)


def tab_of(row: PatientRecord) -> str:
    """The tab under which ``row`` is listed; notes and results have one of their own."""
    if isinstance(row, DocumentReference) and row.is_note:
        return "notes"
    if isinstance(row, DiagnosticReport) and row.is_imaging:
        return "imaging"
    if isinstance(row, Observation):
        return tab_of_observation(row)
    return PAGES.get(row.fhir_type, "summary")


def page_of(row: PatientRecord) -> str:
    """Name of the address where records like ``row`` are listed."""
    tab = tab_of(row)
    return next((each.url_name for each in TABS if each.id == tab), "patient-chart")
