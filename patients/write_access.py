"""What a client may write over FHIR: what is about patients whom it sees, and goes on to see.

The refusals never tell whether what was named is here: a patient of another facility and one who
does not exist are refused in the same words.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from accounts.models import Location, Organization, PractitionerRole
from fhir.errors import NotAllowed
from fhir.models import Record, StoredResource
from fhir.principal import Principal
from fhir.stored import patient_references
from patients.compiled import places
from patients.models import Encounter, FacilityLink, Patient, PatientRecord

ABOUT = (
    "This client may write only about patients of its facilities. {what} must name one that it can "
    "read; create the patient first if there is none."
)
HOME = (
    "This client may write only patients of its facilities: Patient.managingOrganization, and the "
    "assigner of each identifier, must be one of them."
)
PLACE = "This client may write only what belongs to its facilities: {what} must be one of them."
SHARED = (
    "{type} is shared by all facilities. It is written by a client that is registered for all of "
    "them; ask an administrator."
)
# Where a type says which facility it belongs to: column and element.
PLACED: dict[type[Record], tuple[str, str]] = {
    Location: ("organization_id", "managingOrganization"),
    PractitionerRole: ("organization_id", "organization"),
}


def writable(records: Iterable[Record], principal: Principal) -> None:
    """Refuse unless ``principal`` may write each of ``records`` as they are now.

    Args:
        records: Rows as they stand, or as they are about to be written; patients that are new
            here count for the other records of the same call.
        principal: Who writes.

    Raises:
        NotAllowed: naming the first element that is not for them to write.
    """
    if principal.sees_everything:
        return
    if principal.kind != "client":
        raise NotAllowed("Writing over FHIR needs a client that is registered for it.")
    given = list(records)
    patients = [record for record in given if isinstance(record, Patient)]
    _require_homes(patients, principal)
    named = {key for record in given for key in _subjects(record)} - {p.pk for p in patients}
    mine = {patient.pk for patient in patients} | _visible(named, principal)
    for record in given:
        _require(record, mine, principal)


def _visible(keys: set[UUID], principal: Principal) -> set[UUID]:
    rows = (
        Patient.objects.visible_to(principal).filter(pk__in=keys)
        if keys
        else Patient.objects.none()
    )
    return set(rows.values_list("pk", flat=True))


def _subjects(record: Record) -> Sequence[UUID]:
    if isinstance(record, StoredResource):
        return record.subject_ids
    return [record.about] if record.about else []


def _require(record: Record, mine: set[UUID], principal: Principal) -> None:
    if isinstance(record, Patient):
        return
    if isinstance(record, PatientRecord):
        _require_patient(record, mine)
        if isinstance(record, Encounter):
            _require_place(record, "organization_id", "serviceProvider", principal)
    elif isinstance(record, StoredResource):
        _require_subjects(record, mine)
    elif type(record) in PLACED:
        column, element = PLACED[type(record)]
        if getattr(record, column) is None:
            raise _elsewhere(record, element)
        _require_place(record, column, element, principal)
    elif not (isinstance(record, Organization) and record.pk in places(principal)):
        raise NotAllowed(SHARED.format(type=record.resource_type), expression=record.resource_type)


def _require_patient(record: PatientRecord, mine: set[UUID]) -> None:
    if record.patient_id not in mine:
        what = f"The subject of {record.resource_type}"
        raise NotAllowed(ABOUT.format(what=what), expression=record.resource_type)


def _require_subjects(record: StoredResource, mine: set[UUID]) -> None:
    """Every patient that it names must be one that the client reads; and it must name one."""
    named = set(patient_references({**record.extra, "resourceType": record.type}))
    subjects = set(record.subject_ids)
    if not named or len(subjects) != len(named) or not subjects <= mine:
        what = f"Each patient of {record.type}"
        raise NotAllowed(ABOUT.format(what=what), expression=record.type)


def _require_place(record: Record, column: str, element: str, principal: Principal) -> None:
    """The facility it names is one of the client's, or stays what it was."""
    key = getattr(record, column)
    unresolved = key is None and (record.extra or {}).get(element)
    if (key is None and not unresolved) or key in places(principal):
        return
    before: Any = type(record)._default_manager.filter(pk=record.pk).first()
    if before is None or _said(before, column, element) != _said(record, column, element):
        raise _elsewhere(record, element)


def _said(record: Record, column: str, element: str) -> tuple[Any, Any]:
    return getattr(record, column), (record.extra or {}).get(element)


def _elsewhere(record: Record, element: str) -> NotAllowed:
    what = f"{record.resource_type}.{element}"
    return NotAllowed(PLACE.format(what=what), expression=what)


def _require_homes(patients: list[Patient], principal: Principal) -> None:
    """A patient stays, or becomes, known at a facility of the client, and at no other by it."""
    if not patients:
        return
    rows = Organization.objects.filter(pk__in=places(principal))
    mine = {f"Organization/{fhir_id}" for fhir_id in rows.values_list("fhir_id", flat=True)}
    keys = {patient.pk for patient in patients}
    seen = Patient.objects.visible_to(principal).filter(pk__in=keys).in_bulk()
    met = FacilityLink.objects.filter(patient__in=seen, facility__in=rows, value=None)
    visited = set(met.values_list("patient_id", flat=True))
    for patient in patients:
        before = seen.get(patient.pk)
        _require_place(patient, "managing_organization_id", "managingOrganization", principal)
        _require_numbers(patient, before, mine)
        at_home = patient.managing_organization_id in places(principal)
        if not (at_home or patient.pk in visited or mine & _assigners(patient)):
            raise NotAllowed(HOME, expression="Patient.managingOrganization")


def _require_numbers(patient: Patient, before: Patient | None, mine: set[str]) -> None:
    """No new number of a facility elsewhere: whether it is taken there is not for them to learn."""
    known = before.identifiers if before is not None else []
    for identifier in patient.identifiers:
        if _assigner(identifier) not in {"", *mine} and identifier not in known:
            raise NotAllowed(HOME, expression="Patient.identifier.assigner")


def _assigners(patient: Patient) -> set[str]:
    """Who gave numbers to the patient."""
    return {_assigner(each) for each in patient.identifiers if each.get("value")}


def _assigner(identifier: dict[str, Any]) -> str:
    said = (identifier.get("assigner") or {}).get("reference", "")
    return said if isinstance(said, str) and said.startswith("Organization/") else ""
