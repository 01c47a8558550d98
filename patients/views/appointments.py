"""The day list, and what becomes of each appointment."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.models import Organization
from accounts.roles import APPOINTMENT_MANAGE
from fhir.errors import NotFound, Refusal
from patients.acts import appointments as acts
from patients.acts.appointments import Slot
from patients.acts.identity import known_person
from patients.chart.visits import day_list
from patients.chart.ward import rooms, staff_of
from patients.forms.visits import BookForm, CancelForm
from patients.models import Appointment, Patient
from patients.reviewing import references
from patients.views.editing import same_patient
from patients.views.identity import frame, open_identity, opens_chart, say_refusal
from patients.views.opening import remember
from patients.views.people import version_in
from patients.views.visits import FORM, answer, now


@require_safe
@requires(APPOINTMENT_MANAGE)
def day(request: HttpRequest) -> HttpResponse:
    """The appointments of one day."""
    by = principal(request)
    shown = _day(request.GET.get("day", ""))
    begin = timezone.make_aware(datetime.combine(shown, time.min))
    end = timezone.make_aware(datetime.combine(shown + timedelta(days=1), time.min))
    rows = day_list(by, begin, end)
    people = references(row.patient.id for row in rows if row.patient)
    audit.record_access(
        by=by, action="day-list", entities=[*(f"Appointment/{row.id}" for row in rows), *people]
    )
    context = {
        "day": shown,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "is_today": shown == timezone.localdate(),
        "rows": rows,
        "waiting": sum(row.waiting for row in rows),
        "here": sum(row.here for row in rows),
        "over": sum(row.over for row in rows),
    }
    return render(request, "ward/day.html", context)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


@require_http_methods(FORM)
@requires(APPOINTMENT_MANAGE)
def book(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Keep a time for somebody."""
    by = principal(request)
    patient = open_identity(request, patient_id)
    mine = by.facilities_with(APPOINTMENT_MANAGE)
    facilities = Organization.objects.filter(pk__in=mine).order_by("name")
    form = BookForm(
        request.POST or None,
        staff=staff_of(mine),
        rooms=rooms(by),
        facilities=facilities,
        clinical=opens_chart(request, patient),
        initial={
            "start": now() + timedelta(hours=1),
            "minutes": 20,
            "facility": facilities.first(),
        },
    )

    def act() -> None:
        said = form.cleaned_data
        place = said["place"]
        facility = (place.organization if place else None) or said["facility"]
        slot = Slot(said["start"], said["minutes"], facility, said["practitioner"], place)
        acts.book(
            by=by,
            patient=patient,
            slot=slot,
            what=said["description"],
            reason=said.get("reason", ""),
        )

    return answer(request, patient, form, act, _("Book an appointment"))


@require_POST
@requires(APPOINTMENT_MANAGE)
def arrive(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The patient is here."""
    row, patient = _open(request, appointment_id)
    same_patient(request, patient)
    acts.arrive(
        by=principal(request),
        appointment=row,
        facility=_facility(request, row, patient),
        expected=version_in(request),
    )
    return _to_day(row)


@require_POST
@requires(APPOINTMENT_MANAGE)
def seen(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The visit is over."""
    row, patient = _open(request, appointment_id)
    same_patient(request, patient)
    acts.seen(by=principal(request), appointment=row, expected=version_in(request))
    return _to_day(row)


@require_POST
@requires(APPOINTMENT_MANAGE)
def no_show(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The patient did not come."""
    row, patient = _open(request, appointment_id)
    same_patient(request, patient)
    acts.no_show(by=principal(request), appointment=row, expected=version_in(request))
    return _to_day(row)


@require_http_methods(FORM)
@requires(APPOINTMENT_MANAGE)
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """It will not take place."""
    row, patient = _open(request, appointment_id)
    form = CancelForm(request.POST or None, initial={"version": row.version})
    status = 200
    if request.method == "POST":
        same_patient(request, patient)
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                acts.cancel(
                    by=principal(request),
                    appointment=row,
                    reason=said["reason"],
                    expected=said["version"],
                )
            except Refusal as refusal:
                status = refusal.status
                say_refusal(request, form, refusal)
            else:
                return _to_day(row)
    context = frame(request, patient, "visits") | {"form": form, "title": _("Cancel appointment")}
    return render(request, "people/add.html", context, status=status)


def _open(request: HttpRequest, appointment_id: UUID) -> tuple[Appointment, Patient]:
    by = principal(request)
    rows = Appointment.objects.managed_by(by)
    row = rows.select_related("patient", "practitioner", "location__organization").filter(
        pk=appointment_id
    )
    found = row.first()
    if found is None:
        raise NotFound
    return found, remember(request, known_person(by, found.patient))


def _facility(request: HttpRequest, row: Appointment, patient: Patient) -> Organization:
    """Where the visit begins: the place's facility, else one of the reader's that knows them."""
    if row.location is not None and row.location.organization is not None:
        return row.location.organization
    mine = principal(request).facilities_with(APPOINTMENT_MANAGE)
    knows = Organization.objects.filter(
        pk__in=patient.facility_links.filter(facility__in=mine).values("facility")
    )
    found = knows.order_by("name").first()
    if found is None:
        raise NotFound
    return found


def _to_day(row: Appointment) -> HttpResponse:
    shown = timezone.localtime(row.start).date() if row.start else timezone.localdate()
    answer = redirect("appointments")
    answer["Location"] += f"?day={shown.isoformat()}"
    return answer
