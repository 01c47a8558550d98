"""The round: which doses are due on the ward and for one patient, and giving one."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import CHART_READ, MEDICATION_ADMINISTER
from fhir.errors import Invalid
from patients.access import opened, opening_of
from patients.acts.medication_doses import (
    Giving,
    NotToGive,
    TooSoon,
    administer,
    may_be_given,
    ordered_dose,
)
from patients.acts.medications import PatientDied
from patients.chart.doses import INPATIENT, DueDoses, due_doses
from patients.chart.history import allergies_of
from patients.chart.medicines import written
from patients.chart.person import person
from patients.chart.sections import banner
from patients.forms.medicines import DoseForm
from patients.models import Encounter, MedicationRequest, Patient
from patients.views.editing import same_patient
from patients.views.medicines import frame
from patients.views.opening import looked, open_patient, open_record

WARD_AT_MOST = 200


@require_safe
@requires(CHART_READ)
def ward_due(request: HttpRequest) -> HttpResponse:
    """Every inpatient whose chart one may open, by ward, with what is due."""
    by = principal(request)
    stays = (
        opened(Encounter.objects.visible_to(by).open(), by, "patient_id")
        .filter(class_code__in=INPATIENT, patient__isnull=False)
        .select_related("patient", "location__part_of", "organization")
        .order_by("location__part_of__name", "location__name", "start", "id")[:WARD_AT_MOST]
    )
    found: list[tuple[Encounter, Patient]] = [(s, s.patient) for s in stays if s.patient]
    for stay, patient in found:
        patient.opening = opening_of(stay)
    patients = {patient.id: patient for _stay, patient in found}.values()
    doses, allergic = due_doses(patients), allergies_of(patients)
    wards: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for stay, patient in found:
        wards[ward_of(stay)].append(_row(stay, patient, doses[patient.id]) | allergic[patient.id])
    audit.record_access(
        by=by, action="round", entities=[patient.reference for _stay, patient in found]
    )
    context = {
        "wards": dict(wards),
        "overdue": sum(each.overdue for each in doses.values()),
        "due": sum(each.due for each in doses.values()),
        "truncated": len(found) == WARD_AT_MOST,
    }
    return render(request, "medicines/ward.html", context)


def _row(stay: Encounter, patient: Patient, doses: DueDoses) -> dict[str, Any]:
    bed = str(stay.location or "").removeprefix(ward_of(stay)).lstrip(" ,") or str(
        stay.location or ""
    )
    return {"patient": person(patient), "bed": bed, "doses": doses}


def ward_of(stay: Encounter) -> str:
    """The ward of a stay, else where the patient lies, else the facility."""
    place = stay.location
    ward = place.part_of if place is not None and place.part_of is not None else place
    return str(ward or stay.organization or _("Place not recorded"))


@require_safe
@requires(CHART_READ)
def patient_due(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What one patient is to get, order by order."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    context = frame(patient, principal(request)) | {"doses": due_doses(patient)[patient.id]}
    return render(request, "medicines/due.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MEDICATION_ADMINISTER)
def medication_give(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Record that a dose was given, withheld or refused."""
    order, patient = open_record(request, MedicationRequest, medication_id)
    try:
        may_be_given(order, patient)
    except (NotToGive, PatientDied) as refused:
        return _page(request, order, patient, DoseForm(), refused=refused.message, status=409)
    posted = request.POST if request.method == "POST" else None
    form = DoseForm(posted, initial=_initial(order, request.GET.get("due", "")))
    if posted is None or not form.is_valid():
        looked(request, patient, order)
        return _page(request, order, patient, form, status=422 if form.errors else 200)
    same_patient(request, patient)
    try:
        dose = administer(by=principal(request), order=order, giving=Giving(**form.cleaned_data))
    except TooSoon as ask:
        return _page(request, order, patient, form, status=409, ask=ask.message)
    except Invalid as refused:
        form.add_error(None, refused.message)
        return _page(request, order, patient, form, status=422)
    messages.success(request, _recorded(form.cleaned_data["outcome"]) % {"name": dose})
    return redirect("medications-due", patient.id)


def _recorded(outcome: str) -> str:
    return {
        "given": _("Given: %(name)s."),
        "withheld": _("Withheld: %(name)s."),
        "refused": _("Refused: %(name)s."),
    }[outcome]


def _initial(order: MedicationRequest, due: str) -> dict[str, Any]:
    ordered = ordered_dose(order)
    return {
        "at": timezone.localtime().replace(second=0, microsecond=0),
        "dose": ordered.text if ordered else "",
        "due_at": due,
    }


def _page(
    request: HttpRequest,
    order: MedicationRequest,
    patient: Patient,
    form: DoseForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    (line,) = written([order])
    context = frame(patient, principal(request)) | banner(patient)
    context |= {"form": form, "line": line} | more
    return render(request, "medicines/give.html", context, status=status)
