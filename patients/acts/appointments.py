"""Booking a time, and what becomes of it: arrived, seen, cancelled, did not come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import Location, Organization, Practitioner
from accounts.roles import APPOINTMENT_MANAGE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.identity import create, locked, update
from patients.acts.visits import Arrival, Died, discharge, start_visit
from patients.models import Appointment, Encounter, Patient
from patients.models.appointment import AHEAD

LONGEST = timedelta(hours=12)
WAITING = ("proposed", "pending", "booked", "waitlist")
HERE = ("arrived", "checked-in")
REASONS = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"


class WrongMoment(Refusal):
    """The appointment has gone another way meanwhile. Load the day again and look."""

    status = 409
    code = "wrong-moment"
    issue = "conflict"


@dataclass(frozen=True)
class Slot:
    """A time with somebody, somewhere."""

    start: datetime
    minutes: int
    facility: Organization
    practitioner: Practitioner | None = None
    place: Location | None = None


@transaction.atomic
def book(
    *, by: Principal, patient: Patient, slot: Slot, what: str, reason: str = ""
) -> Appointment:
    """Keep a time for ``patient``.

    Args:
        by: Who books.
        patient: Who will come.
        slot: When, with whom, where.
        what: The service in words that the desk may read.
        reason: The clinical reason, for those who may open the chart.

    Raises:
        NotAllowed, NotFound: ``by`` may not book there, or not know the person.
        Died: they live no more.
        Invalid: the time has passed, is longer than a day of work, or is taken.
    """
    require(by, APPOINTMENT_MANAGE, slot.facility.pk)
    if patient.deceased:
        raise Died
    end = slot.start + timedelta(minutes=slot.minutes)
    _possible(slot, end)
    locked(patient)
    _not_twice(patient, slot, end)
    row = Appointment(
        patient=patient,
        status="booked",
        service_types=[{"text": what}],
        reasons=[{"text": reason}] if reason else [],
        start=slot.start,
        end=end,
        recorded_at=timezone.now(),
        practitioner=slot.practitioner,
        location=slot.place,
        participants=_participants(patient, slot),
    )
    return create(row, by=by, scope=APPOINTMENT_MANAGE, action="book")


@transaction.atomic
def arrive(
    *, by: Principal, appointment: Appointment, facility: Organization, expected: int
) -> Encounter:
    """The patient is here: a visit begins.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        WrongMoment: it is not booked any more.
    """
    _in(appointment, WAITING)
    appointment.status = "arrived"
    _save(by, appointment, expected, "arrive")
    patient = appointment.patient
    assert patient is not None  # noqa: S101  ``update`` refuses a row without a patient
    return start_visit(
        by=by,
        patient=patient,
        facility=facility,
        arrival=Arrival(timezone.now(), _reason(appointment), appointment.practitioner),
        place=appointment.location,
        appointment={"reference": appointment.reference},
    )


@transaction.atomic
def seen(*, by: Principal, appointment: Appointment, expected: int) -> Appointment:
    """The visit is over.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        WrongMoment: the patient has not arrived.
    """
    _in(appointment, HERE)
    appointment.status = "fulfilled"
    _save(by, appointment, expected, "seen")
    for visit in visits_of(appointment):
        discharge(by=by, encounter=visit, disposition={}, at=timezone.now(), expected=visit.version)
    return appointment


@transaction.atomic
def cancel(*, by: Principal, appointment: Appointment, reason: str, expected: int) -> Appointment:
    """It will not take place.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        WrongMoment: it is over, or the patient is here.
        Invalid: no reason.
    """
    _in(appointment, WAITING)
    if not reason.strip():
        raise Invalid(_("Reason: say why it is cancelled."))
    appointment.status = "cancelled"
    appointment.cancelation_reason_text = reason
    return _save(by, appointment, expected, "cancel")


@transaction.atomic
def no_show(*, by: Principal, appointment: Appointment, expected: int) -> Appointment:
    """The patient did not come.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        WrongMoment: it is still to come, over, or the patient is here.
    """
    _in(appointment, WAITING)
    if appointment.start is None or appointment.start > timezone.now():
        raise WrongMoment(_("The appointment is still to come. Cancel it instead."))
    appointment.status = "noshow"
    return _save(by, appointment, expected, "no-show")


def cancel_all_ahead(*, by: Principal, patient: Patient) -> None:
    """Nobody is called to an appointment after death."""
    for row in Appointment.objects.of(patient).filter(status__in=WAITING):
        row.status = "cancelled"
        row.cancelation_reason_system = REASONS
        row.cancelation_reason_code = "pat-dec"
        row.cancelation_reason_display = "Patient: Deceased"
        row.cancelation_reason_text = ""
        update(row, by=by, expected=row.version, scope=APPOINTMENT_MANAGE, action="cancel")


def visits_of(appointment: Appointment) -> list[Encounter]:
    """The open visits that began with this appointment."""
    if appointment.patient is None:
        return []
    rows = Encounter.objects.open().of(appointment.patient)
    return [row for row in rows if {"reference": appointment.reference} in (row.appointments or [])]


def _save(by: Principal, row: Appointment, expected: int, action: str) -> Appointment:
    return update(row, by=by, expected=expected, scope=APPOINTMENT_MANAGE, action=action)


def _in(appointment: Appointment, states: tuple[str, ...]) -> None:
    if appointment.status not in states:
        raise WrongMoment(
            _("The appointment is %(status)s now. Load the day again and look.")
            % {"status": appointment.status or _("without a status")}
        )


def _possible(slot: Slot, end: datetime) -> None:
    if slot.start < timezone.now() - timedelta(minutes=15):
        raise Invalid(_("Time: it has passed. Choose one to come."))
    if not timedelta(0) < end - slot.start <= LONGEST:
        raise Invalid(_("Minutes: write a number from 1 to 720."))


def _not_twice(patient: Patient, slot: Slot, end: datetime) -> None:
    """Neither the patient nor the practitioner is in two places at once."""
    same_time = Appointment.objects.filter(status__in=AHEAD, start__lt=end, end__gt=slot.start)
    if same_time.filter(patient=patient).exists():
        raise Invalid(_("Time: the patient has another appointment then. Choose another time."))
    doctor = slot.practitioner
    if doctor is not None and same_time.filter(practitioner=doctor).exists():
        raise Invalid(
            _("Time: %(who)s has another appointment then. Choose another time.") % {"who": doctor}
        )


def _participants(patient: Patient, slot: Slot) -> list[dict[str, Any]]:
    people = [patient, slot.practitioner, slot.place]
    return [
        {
            "actor": {"reference": each.reference, "display": _display(each)},
            "required": "required",
            "status": "accepted",
        }
        for each in people
        if each is not None
    ]


def _display(each: Any) -> str:
    return each.name.spoken if isinstance(each, Patient) else str(each)


def _reason(appointment: Appointment) -> str:
    first: dict[str, Any] = (appointment.reasons or [{}])[0]
    return str(first.get("text") or appointment.description or "")
