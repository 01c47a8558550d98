"""Which rows a principal sees: the visibility rule, in SQL, in one place."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.roles import CHART_READ
from fhir.errors import NotAllowed
from fhir.models import Record, StoredResource, StoredSubject
from fhir.principal import Principal
from patients.models import CareTeamMember, Encounter, Patient, PatientRecord


def treated_by(principal: Principal, patient: str) -> Q:
    """Patients this clinician treats.

    A chart is open to clinicians of a facility where the patient has an open encounter or one
    that ended within 30 days, and to the members of the patient's care teams.

    Args:
        principal: Who looks.
        patient: Name of the patient key on the outer row.
    """
    facilities = principal.facilities_with(CHART_READ)
    if not facilities:
        return Q(pk__in=[])
    here = Encounter.objects.giving_access().filter(
        patient=OuterRef(patient), organization__in=facilities
    )
    team = CareTeamMember.objects.giving_access().filter(
        team__patient=OuterRef(patient), practitioner__user_id=principal.id
    )
    return Q(Exists(here)) | Q(Exists(team))


def visible(rows: QuerySet[Any], principal: Principal) -> QuerySet[Any]:
    """The rows that ``principal`` may read; nothing for whoever no rule names."""
    model = rows.model
    if principal.sees_everything:
        return rows
    if principal.kind != "user":
        return rows.none()
    if issubclass(model, Patient):
        return rows.filter(treated_by(principal, "pk"))
    if issubclass(model, PatientRecord):
        return rows.filter(treated_by(principal, "patient_id"))
    if issubclass(model, StoredResource):
        return rows.filter(_stored(principal))
    if issubclass(model, Record):
        return rows if principal.facilities else rows.none()
    return rows.none()


def writable(records: Iterable[Record], principal: Principal) -> None:  # noqa: ARG001
    """Refuse unless ``principal`` may write each of ``records``.

    Raises:
        NotAllowed: only the house itself and clients of every facility write over FHIR so far.
    """
    if not principal.sees_everything:
        raise NotAllowed("Writing over FHIR needs a client that is registered for it.")


def _stored(principal: Principal) -> Q:
    """Of patients one treats, or about nobody; a subject that is not here opens nothing."""
    subjects = StoredSubject.objects.filter(resource=OuterRef("pk"))
    treated = subjects.filter(treated_by(principal, "patient_id"))
    shared = Q(about_patient=False) if principal.facilities else Q(pk__in=[])
    return shared | Q(Exists(treated))
