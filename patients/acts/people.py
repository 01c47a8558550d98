"""Registering people, correcting who they are, and recording that they died."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.models import Organization
from accounts.roles import IDENTITY_WRITE
from fhir import changes
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts import numbers
from patients.acts.appointments import cancel_all_ahead
from patients.acts.identity import known_person
from patients.duplicates import Duplicate, duplicates
from patients.models import Patient
from patients.person_details import Details, write_details

# What marks every demo record, and what nothing real bears.
INVENTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}


class PossibleDuplicate(Refusal):
    """Somebody like this is known here already. Look, then say that this is another person."""

    status = 409
    code = "possible-duplicate"
    issue = "duplicate"

    def __init__(self, people: list[Duplicate]) -> None:
        self.people = people
        super().__init__()


@transaction.atomic
def register(
    *,
    by: Principal,
    facility: Organization,
    details: Details,
    number: str = "",
    invented: bool = False,
    another_person: bool = False,
) -> Patient:
    """Make a new person known at ``facility``.

    Args:
        by: Who registers.
        facility: Where the person is known from now on.
        details: Who they are.
        number: Their number there; the next free one by default.
        invented: The person does not exist; demo mode takes nobody else.
        another_person: The people who are alike were looked at; this is none of them.

    Raises:
        NotAllowed: ``by`` may not register at ``facility``.
        Invalid: no name, a number that is taken, an impossible birth date, a real person in a demo.
        PossibleDuplicate: somebody alike is known, and nobody said that this is another person.
    """
    require(by, IDENTITY_WRITE, facility.pk)
    _refuse_real_people(invented=invented)
    if not (details.family or details.given):
        raise Invalid(_("Name: write the family or the given name."), expression="Patient.name")
    if number:
        numbers.refuse_taken(by, facility, number)
    if not another_person and (found := duplicates(by, details, number)):
        raise PossibleDuplicate(found)
    patient = Patient(active=True, managing_organization=facility)
    write_details(patient, details)
    number = number or numbers.next_number(facility)
    patient.identifiers = [numbers.identifier(facility, number)]
    if invented:
        patient.extra = {"meta": {"tag": [INVENTED]}}
    changes.create(patient, by=by)
    audit.record(by, "register", patient)
    return patient


def _refuse_real_people(*, invented: bool) -> None:
    if settings.DEMO and not invented:
        raise Invalid(
            _(
                "This is a demonstration: it takes invented people only. "
                "Tick that the person is invented, or register them in the real house."
            ),
            code="demo-takes-invented-people",
        )


@transaction.atomic
def edit_person(*, by: Principal, patient: Patient, details: Details, expected: int) -> Patient:
    """Correct who ``patient`` is; what the form does not show stays to the letter.

    Raises:
        NotAllowed: ``by`` may not write identities.
        NotFound: the person is not known to ``by``.
        Invalid: no name, or an impossible birth date.
        VersionConflict: it changed since ``by`` saw version ``expected``.
    """
    require(by, IDENTITY_WRITE)
    known_person(by, patient)
    if not (details.family or details.given):
        raise Invalid(_("Name: write the family or the given name."), expression="Patient.name")
    write_details(patient, details)
    return _save(by, patient, expected, "update")


@transaction.atomic
def record_death(*, by: Principal, patient: Patient, at: datetime | None, expected: int) -> Patient:
    """The person has died: lists end, appointments to come are cancelled.

    Args:
        by: Who records it.
        patient: Who died.
        at: When; None where only the fact is known.
        expected: Version that ``by`` saw.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``edit_person``.
        Invalid: in the future, or before birth.
    """
    require(by, IDENTITY_WRITE)
    known_person(by, patient)
    if at is not None and at > timezone.now():
        raise Invalid(_("Death: the time is in the future. Correct it."))
    patient.deceased, patient.deceased_at = True, at
    _save(by, patient, expected, "record-death")
    cancel_all_ahead(by=by, patient=patient)
    return patient


@transaction.atomic
def retract_death(*, by: Principal, patient: Patient, expected: int) -> Patient:
    """The death was recorded in error; what was cancelled because of it stays cancelled.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for ``edit_person``.
    """
    require(by, IDENTITY_WRITE)
    known_person(by, patient)
    patient.deceased, patient.deceased_at = False, None
    return _save(by, patient, expected, "retract-death")


def _save(by: Principal, patient: Patient, expected: int, action: str) -> Patient:
    changes.update(patient, by=by, expected=expected)
    audit.record(by, action, patient)
    return patient
