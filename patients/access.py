"""Which rows a principal sees: the visibility rule, in SQL, in one place.

A program (client) that is registered for named facilities sees the patients who are known there:
those with a ``FacilityLink``. That is one rule for every way of being known (a number that the
facility gave, its being the home of the patient, a visit there), the same by which its front desk
finds people, and one index look-up. Visits alone would hide who is registered and not yet seen;
a thirty-day window as for people would take yesterday's research cohort away tomorrow.
"""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Location, Membership, Organization, PractitionerRole
from accounts.roles import CHART_READ
from fhir.models import Change, Record, RecordQuerySet, StoredResource, StoredSubject
from fhir.principal import Principal
from patients.models import CareTeamMember, Encounter, FacilityLink, Patient, PatientRecord
from patients.shared_types import PLACED, SHARED


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


def known_to(principal: Principal, patient: str) -> Q:
    """Patients who are known at a facility of this client."""
    links = FacilityLink.objects.filter(patient=OuterRef(patient), facility__in=places(principal))
    return Q(Exists(links))


def places(principal: Principal) -> list[UUID]:
    """The facilities that a client is registered for."""
    return [UUID(place) for place in principal.facilities or {}]


def charts_of(principal: Principal, patient: str) -> Q:
    """Patients whose charts ``principal`` reads; for whoever no rule names, none."""
    if principal.kind == "user":
        return treated_by(principal, patient)
    if principal.kind == "client" and principal.facilities:
        return known_to(principal, patient)
    return Q(pk__in=[])


def visible(rows: QuerySet[Any], principal: Principal) -> QuerySet[Any]:
    """The rows that ``principal`` may read; nothing for whoever no rule names."""
    model = rows.model
    if principal.sees_everything:
        return rows
    if principal.kind not in ("user", "client"):
        return rows.none()
    if issubclass(model, Patient):
        return rows.filter(charts_of(principal, "pk"))
    if issubclass(model, PatientRecord):
        return rows.filter(charts_of(principal, "patient_id"))
    if issubclass(model, StoredResource):
        return rows.filter(_stored(principal))
    if issubclass(model, Change):
        return rows.filter(_changes(principal))
    if issubclass(model, Record):
        return _shared(rows, principal)
    return rows.none()


def _reads_shared(principal: Principal) -> bool:
    """Clients of at least one facility, and people with a role anywhere."""
    return bool(principal.facilities)


def _stored(principal: Principal) -> Q:
    """Of patients one reads, or about nobody; a subject that is not here opens nothing.

    A person reads what concerns anybody they treat; a program only what concerns nobody else.
    """
    subjects = StoredSubject.objects.filter(resource=OuterRef("pk"))
    mine = charts_of(principal, "patient_id")
    found = Q(Exists(subjects.filter(mine)))
    if principal.kind == "client":
        found &= ~Q(Exists(subjects.exclude(mine)))
    if not _reads_shared(principal):
        return found
    return found | Q(about_patient=False, type__in=SHARED)


def _changes(principal: Principal) -> Q:
    """Versions about patients one reads, also of what is deleted; each asked by itself.

    A record may have stood in another chart before: its versions of then stay there.
    """
    found = charts_of(principal, "patient_id")
    if not _reads_shared(principal):
        return found
    shared = SHARED if principal.kind == "user" else SHARED - PLACED
    return found | Q(patient_id=None, type__in=shared)


def _shared(rows: QuerySet[Any], principal: Principal) -> QuerySet[Any]:
    """Records that are about no patient: who works where, places, medicines, devices."""
    if type(rows.model._default_manager.all()).visible_to is not RecordQuerySet.visible_to:
        # The table has a rule of its own, whichever way the rows were asked for.
        return rows.filter(pk__in=rows.model._default_manager.visible_to(principal).values("pk"))
    if not _reads_shared(principal):
        return rows.none()
    if principal.kind == "user":
        return rows
    if issubclass(rows.model, Organization):
        return rows.filter(Q(pk__in=places(principal)) | ~Q(Exists(_works_at())) & ~Q(_known_at()))
    if issubclass(rows.model, Location | PractitionerRole):
        return rows.filter(Q(organization=None) | Q(organization__in=places(principal)))
    return rows


def _works_at() -> QuerySet[Any]:
    """Somebody works there: a facility of this house, not a laboratory or an insurer."""
    return Membership.objects.filter(facility=OuterRef("pk"))


def _known_at() -> Exists:
    return Exists(FacilityLink.objects.filter(facility=OuterRef("pk")))
