"""Coming, moving and leaving: admissions, transfers, discharges and outpatient visits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import Location, Organization, Practitioner
from accounts.roles import ENCOUNTER_MANAGE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from fhir.times import moment_text
from patients.acts.identity import create, locked, update
from patients.models import Encounter, Patient

INPATIENT, OUTPATIENT, EMERGENCY = "IMP", "AMB", "EMER"
# What other systems show as the kind of visit (FHIR Encounter.type), in English as its code is.
TYPES = {
    INPATIENT: "Hospital admission",
    OUTPATIENT: "Outpatient visit",
    EMERGENCY: "Emergency department visit",
}
IN_BED = (INPATIENT, "ACUTE", "NONAC", "OBSENC", "SS")
# Whoever lies in an emergency bed is moved and discharged as well, and may still be admitted.
STAYS = (*IN_BED, EMERGENCY)
ATTENDER = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "ATND"}
    ],
    "text": "attender",
}


class BedTaken(Refusal):
    """Another patient lies in that bed. Choose a free one."""

    status = 409
    code = "bed-taken"
    issue = "conflict"


class AlreadyHere(Refusal):
    """The patient is an inpatient here already. Transfer them instead."""

    status = 409
    code = "already-here"
    issue = "conflict"


class NotHere(Refusal):
    """The visit has ended or was never begun: nothing of it can be moved or ended."""

    status = 409
    code = "not-here"
    issue = "conflict"


class Died(Refusal):
    """The patient is recorded as deceased. Look whether this is the right person."""

    status = 409
    code = "deceased"
    issue = "conflict"


@dataclass(frozen=True)
class Arrival:
    """What is said when somebody comes."""

    at: datetime
    reason: str = ""
    attending: Practitioner | None = None


@transaction.atomic
def admit(*, by: Principal, patient: Patient, place: Location, arrival: Arrival) -> Encounter:
    """Take ``patient`` in, into the bed or onto the ward ``place``.

    Raises:
        NotAllowed: ``by`` may not admit at that facility.
        NotFound: the person is not known to ``by``.
        BedTaken, AlreadyHere, Died: somebody lies there; they lie here; they live no more.
        Invalid: the time is to come, or the place belongs to no facility or is out of use.
    """
    facility = _facility_of(by, place)
    _alive(patient)
    locked(patient)
    here = Encounter.objects.open().of(patient).filter(organization=facility)
    if already := here.filter(class_code__in=IN_BED).select_related("location").first():
        raise AlreadyHere(
            _("%(who)s is an inpatient here already, %(where)s. Transfer them instead.")
            % {"who": patient.name.listed, "where": already.location or _("without a bed")}
        )
    _free(place)
    return _begin(by, patient, facility, INPATIENT, place, arrival, action="admit")


@transaction.atomic
def start_visit(
    *,
    by: Principal,
    patient: Patient,
    facility: Organization,
    arrival: Arrival,
    place: Location | None = None,
    appointment: dict[str, str] | None = None,
) -> Encounter:
    """The patient has come as an outpatient; their chart opens to the clinicians of the facility.

    Raises:
        NotAllowed, NotFound, Died, Invalid: as for ``admit``.
    """
    require(by, ENCOUNTER_MANAGE, facility.pk)
    _alive(patient)
    return _begin(
        by, patient, facility, OUTPATIENT, place, arrival, action="start", appointment=appointment
    )


@transaction.atomic
def transfer(
    *, by: Principal, encounter: Encounter, place: Location, at: datetime, expected: int
) -> Encounter:
    """Move an inpatient to another bed or ward; where they were before is kept.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        NotHere: the stay is over.
        BedTaken, Invalid: the bed is not free, is the same, or the time is impossible.
    """
    facility = _facility_of(by, place)
    _still_here(by, encounter)
    _not_before(encounter, at)
    if facility != encounter.organization:
        raise Invalid(
            _("%(place)s is at another facility. Discharge here and admit there.")
            % {"place": place}
        )
    if encounter.location_id == place.pk:
        raise Invalid(_("The patient lies in %(place)s already.") % {"place": place})
    _free(place)
    encounter.locations = [*_left(encounter, at), _staying(place, at)]
    return update(encounter, by=by, expected=expected, scope=ENCOUNTER_MANAGE, action="transfer")


@transaction.atomic
def discharge(
    *, by: Principal, encounter: Encounter, disposition: dict[str, Any], at: datetime, expected: int
) -> Encounter:
    """End a stay or visit: the bed is free, the chart stays open to the facility for 30 days.

    Args:
        by: Who discharges.
        encounter: The stay.
        disposition: CodeableConcept of where the patient goes; empty for an outpatient visit.
        at: When they left.
        expected: Version that ``by`` saw.

    Raises:
        NotAllowed, NotFound, VersionConflict: as for every edit.
        NotHere: it ended before.
        Invalid: the end lies before the start or in the future.
    """
    _still_here(by, encounter)
    _not_before(encounter, at)
    since = encounter.start
    past = {"status": encounter.status, "period": _period(since, at)}
    encounter.status_history = [*(encounter.status_history or []), past]
    encounter.status = "finished"
    encounter.end = at
    encounter.locations = _left(encounter, at)
    if disposition:
        stay = encounter.hospitalization or {}
        encounter.hospitalization = stay | {"dischargeDisposition": disposition}
    action = "discharge" if encounter.class_code in STAYS else "finish"
    return update(encounter, by=by, expected=expected, scope=ENCOUNTER_MANAGE, action=action)


def _begin(
    by: Principal,
    patient: Patient,
    facility: Organization,
    class_code: str,
    place: Location | None,
    arrival: Arrival,
    *,
    action: str,
    appointment: dict[str, str] | None = None,
) -> Encounter:
    if arrival.at > timezone.now():
        raise Invalid(_("Time: it is in the future. Enter when the patient came."))
    row = Encounter(
        patient=patient,
        organization=facility,
        status="in-progress",
        class_code=class_code,
        type_text=TYPES.get(class_code, ""),
        start=arrival.at,
        reasons=[{"text": arrival.reason}] if arrival.reason else [],
        participants=_attended(arrival.attending),
        attending=arrival.attending,
        locations=[_staying(place, arrival.at)] if place else [],
        appointments=[appointment] if appointment else [],
    )
    return create(row, by=by, scope=ENCOUNTER_MANAGE, action=action)


def _attended(doctor: Practitioner | None) -> list[dict[str, Any]]:
    if doctor is None:
        return []
    return [
        {
            "type": [ATTENDER],
            "individual": {"reference": doctor.reference, "display": str(doctor)},
        }
    ]


def _facility_of(by: Principal, place: Location) -> Organization:
    if place.organization is None:
        raise Invalid(
            _("%(place)s belongs to no facility. Choose a bed or ward of yours.") % {"place": place}
        )
    require(by, ENCOUNTER_MANAGE, place.organization.pk)
    if place.organization.active is False:
        raise Invalid(
            _("%(facility)s is no longer used. Choose a place of another facility.")
            % {"facility": place.organization}
        )
    if place.status in ("suspended", "inactive"):
        raise Invalid(
            _("%(place)s is out of use (%(status)s). Choose another.")
            % {"place": place, "status": place.status}
        )
    return place.organization


def _free(place: Location) -> None:
    """A bed holds one; a ward, whose beds these are, holds as many as come."""
    Location.objects.select_for_update().get(pk=place.pk)
    if Location.objects.filter(part_of=place).exists() or place.part_of_id is None:
        return
    lies = Encounter.objects.open().filter(location=place).select_related("patient").first()
    if lies is not None:
        name = lies.patient.name.listed if lies.patient else _("Somebody")
        raise BedTaken(
            _("%(who)s lies in %(place)s. Choose a free bed.") % {"who": name, "place": place}
        )


def _alive(patient: Patient) -> None:
    if patient.deceased:
        raise Died(
            _("%(who)s is recorded as deceased. Look whether this is the right person.")
            % {"who": patient.name.listed}
        )


def _still_here(by: Principal, encounter: Encounter) -> None:
    require(by, ENCOUNTER_MANAGE, encounter.organization_id)
    if not encounter.is_open:
        raise NotHere


def _not_before(encounter: Encounter, at: datetime) -> None:
    if at > timezone.now():
        raise Invalid(_("Time: it is in the future. Enter when it happened."))
    starts = [encounter.start, *(_since(place) for place in encounter.locations or [])]
    if any(start is not None and at < start for start in starts):
        raise Invalid(_("Time: the patient had not come or moved yet. Enter a later time."))


def _since(place: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat((place.get("period") or {}).get("start", ""))
    except ValueError:
        return None


def _staying(place: Location, since: datetime) -> dict[str, Any]:
    return {
        "location": {"reference": place.reference, "display": str(place)},
        "status": "active",
        "period": _period(since, None),
    }


def _left(encounter: Encounter, at: datetime) -> list[dict[str, Any]]:
    """The places so far, the active one ended at ``at``."""
    return [_ended(place, at) for place in encounter.locations or []]


def _ended(place: dict[str, Any], at: datetime) -> dict[str, Any]:
    if place.get("status") != "active":
        return place
    period = (place.get("period") or {}) | {"end": moment_text(at)}
    return place | {"status": "completed", "period": period}


def _period(start: datetime | None, end: datetime | None) -> dict[str, str]:
    parts = {"start": moment_text(start), "end": moment_text(end)}
    return {name: text for name, text in parts.items() if text}
