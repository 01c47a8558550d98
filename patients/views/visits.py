"""Visits and stays of one person: admit, begin, transfer, discharge."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import principal, requires
from accounts.models import Organization
from accounts.roles import ENCOUNTER_MANAGE, IDENTITY_READ
from fhir.errors import NotAllowed, NotFound, Refusal, VersionConflict
from patients.acts import visits as acts
from patients.acts.identity import known_person
from patients.acts.visits import STAYS, Arrival
from patients.chart.visits import appointment_rows, visit_page, visit_row
from patients.chart.ward import free_beds, staff_of
from patients.forms.visits import AdmitForm, DischargeForm, FinishForm, StartForm, TransferForm
from patients.models import Appointment, Encounter, Patient
from patients.views.editing import same_patient
from patients.views.identity import frame, looked_at, open_identity, say_refusal
from patients.views.opening import remember

FORM = ["GET", "HEAD", "POST"]
APPOINTMENTS_SHOWN = 20


@require_safe
@requires(IDENTITY_READ)
def visits(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Visits, stays and appointments, newest first."""
    by = principal(request)
    patient = open_identity(request, patient_id)
    looked_at(request, patient)
    context = frame(request, patient, "visits")
    clinical = context["chart_open"]
    mine = by.facilities_with(ENCOUNTER_MANAGE)
    rows = Encounter.objects.of(patient)
    found, after = visit_page(rows if clinical else rows.managed_by(by), _key(request))
    booked = Appointment.objects.of(patient).order_by("-start", "-id")
    booked = booked if clinical else booked.managed_by(by)
    context |= {
        "visits": [visit_row(row, clinical=clinical, mine=mine) for row in found],
        "after": after,
        "appointments": appointment_rows(booked[:APPOINTMENTS_SHOWN], by),
        "managed": set(booked.managed_by(by).values_list("pk", flat=True)[:APPOINTMENTS_SHOWN]),
    }
    return render(request, "people/visits.html", context)


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None


@require_http_methods(FORM)
@requires(ENCOUNTER_MANAGE)
def admit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take somebody in."""
    by = principal(request)
    patient = open_identity(request, patient_id)
    form = AdmitForm(
        request.POST or None,
        beds=free_beds(by),
        staff=staff_of(by.facilities_with(ENCOUNTER_MANAGE)),
        initial={"at": now(), "place": request.GET.get("bed", "")},
    )

    def act() -> None:
        said = form.cleaned_data
        arrival = Arrival(said["at"], said["reason"], said["attending"])
        acts.admit(by=by, patient=patient, place=said["place"], arrival=arrival)
        messages.success(
            request, _("%(who)s is admitted to %(bed)s.") % {"who": patient, "bed": said["place"]}
        )

    return answer(request, patient, form, act, _("Admit"))


@require_http_methods(FORM)
@requires(ENCOUNTER_MANAGE)
def start(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """An outpatient visit begins."""
    by = principal(request)
    patient = open_identity(request, patient_id)
    mine = by.facilities_with(ENCOUNTER_MANAGE)
    facilities = Organization.objects.filter(pk__in=mine).order_by("name")
    form = StartForm(
        request.POST or None,
        facilities=facilities,
        staff=staff_of(mine),
        initial={"at": now(), "facility": facilities.first()},
    )

    def act() -> None:
        said = form.cleaned_data
        arrival = Arrival(said["at"], said["reason"], said["attending"])
        acts.start_visit(by=by, patient=patient, facility=said["facility"], arrival=arrival)

    return answer(request, patient, form, act, _("Start a visit"))


@require_http_methods(FORM)
@requires(ENCOUNTER_MANAGE)
def transfer(request: HttpRequest, encounter_id: UUID) -> HttpResponse:
    """Another bed."""
    by = principal(request)
    stay, patient = open_stay(request, encounter_id)
    initial = {"at": now(), "version": stay.version}
    form = TransferForm(request.POST or None, beds=free_beds(by), initial=initial)

    def act() -> None:
        said = form.cleaned_data
        acts.transfer(
            by=by, encounter=stay, place=said["place"], at=said["at"], expected=said["version"]
        )
        messages.success(
            request, _("%(who)s lies in %(bed)s now.") % {"who": patient, "bed": said["place"]}
        )

    return answer(request, patient, form, act, _("Transfer"), stay)


@require_http_methods(FORM)
@requires(ENCOUNTER_MANAGE)
def discharge(request: HttpRequest, encounter_id: UUID) -> HttpResponse:
    """The end of a stay or visit."""
    stay, patient = open_stay(request, encounter_id)
    in_bed = stay.class_code in STAYS
    kind = DischargeForm if in_bed else FinishForm
    form = kind(request.POST or None, initial={"at": now(), "version": stay.version})

    def act() -> None:
        said = form.cleaned_data
        acts.discharge(
            by=principal(request),
            encounter=stay,
            disposition=form.concept,
            at=said["at"],
            expected=said["version"],
        )
        messages.success(request, _("%(who)s has left.") % {"who": patient})

    return answer(request, patient, form, act, _("Discharge") if in_bed else _("End visit"), stay)


def open_stay(request: HttpRequest, encounter_id: UUID) -> tuple[Encounter, Patient]:
    """A visit at a facility where the reader moves patients, with its patient.

    Raises:
        NotFound: there is none, or it is elsewhere.
    """
    by = principal(request)
    rows = Encounter.objects.managed_by(by).select_related("patient", "organization", "location")
    stay = rows.filter(pk=encounter_id).first()
    if stay is None:
        raise NotFound
    return stay, remember(request, known_person(by, stay.patient))


def now() -> Any:
    """This minute, for a form."""
    return timezone.localtime().replace(second=0, microsecond=0)


def answer(
    request: HttpRequest,
    patient: Patient,
    form: forms.Form,
    act: Callable[[], None],
    title: str,
    stay: Encounter | None = None,
) -> HttpResponse:
    """The form; after a post either what was done, or the form with what was refused."""
    status = 200
    if request.method == "POST":
        same_patient(request, patient)
        status = 422
        if form.is_valid():
            status = attempt(request, form, act, stay)
            if not status:
                back = request.POST.get("back") == "ward"
                return redirect("ward") if back else redirect("visits", patient.id)
    context = frame(request, Patient.objects.get(pk=patient.pk), "visits")
    where = visit_row(stay, clinical=False) if stay else None
    context |= {"form": form, "title": title, "stay": where, "back": request.GET.get("back", "")}
    return render(request, "people/move.html", context, status=status)


def attempt(
    request: HttpRequest, form: forms.Form, act: Callable[[], None], stay: Encounter | None
) -> int:
    """Do it; 0 when it is done, else the status of what was refused and is said in the form."""
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except VersionConflict as refusal:
        newest = Encounter.objects.get(pk=stay.pk) if stay else None
        data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data["version"] = str(newest.version if newest else 0)
        form.data = data
        say_refusal(request, form, Refusal(_changed(newest), code=refusal.code))
        return refusal.status
    except Refusal as refusal:
        say_refusal(request, form, refusal, {"bed-taken": "place"})
        return refusal.status
    return 0


def _changed(newest: Encounter | None) -> str:
    where = newest.location if newest is not None and newest.location else _("without a bed")
    ended = newest is not None and not newest.is_open
    return _(
        "Somebody changed this stay while you were writing: it is now %(where)s%(ended)s. "
        "Look, correct what is needed, and send it again."
    ) % {"where": where, "ended": f", {_('ended')}" if ended else ""}
