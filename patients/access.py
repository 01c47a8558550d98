"""Which rows a principal sees: the visibility rule, in SQL, in one place.

A program (client) that is registered for named facilities sees the patients who are known there:
those with a ``FacilityLink``. That is one rule for every way of being known (a number that the
facility gave, its being the home of the patient, a visit there), the same by which its front desk
finds people, and one index look-up. Visits alone would hide who is registered and not yet seen;
a thirty-day window as for people would take yesterday's research cohort away tomorrow.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

from accounts.models import AuditEvent, Location, Membership, Organization, PractitionerRole
from accounts.roles import CHART_READ
from fhir.models import Change, Record, RecordQuerySet, StoredResource, StoredSubject
from fhir.principal import Principal
from patients.compiled import Rule, compiled, places
from patients.models import (
    Binary,
    BreakGlass,
    CareTeamMember,
    DocumentReference,
    Encounter,
    FacilityLink,
    Patient,
    PatientRecord,
    Restriction,
)
from patients.models.break_glass import BreakGlassQuerySet, Overrode
from patients.models.care_team import CareTeamMemberQuerySet
from patients.models.encounter import EncounterQuerySet
from patients.models.labels import IsSensitive
from patients.models.opening import Opening
from patients.models.restrictions import RestrictionQuerySet
from patients.reviewing import trail_read_by
from patients.shared_types import PLACED, SHARED


def treated_by(principal: Principal, patient: str) -> Q:
    """Patients this clinician treats, or has broken the glass for.

    A chart is open to clinicians of a facility where the patient has an open encounter or one
    that ended within 30 days, and to the members of the patient's care teams. Not to those whom
    the patient keeps away; nor, where the patient or a label says so, to anybody who does not
    treat them closely. Breaking the glass goes before both.

    Args:
        principal: Who looks.
        patient: Name of the patient key on the outer row.
    """
    welcome = _welcome(principal, patient)
    return treats(principal, patient) & welcome | Q(Exists(broken_by(principal, patient)))


def kept_away(principal: Principal, patient: str) -> Q:
    """Patients who keep their chart from this clinician, wherever they are; no glass is broken."""
    return compiled(_kept_away, principal, patient)


def _kept_away(principal: Principal, patient: str) -> Q:
    return ~_welcome(principal, patient) & ~Q(Exists(broken_by(principal, patient)))


def _welcome(principal: Principal, patient: str) -> Q:
    kept = kept_from(principal, patient)
    # Hardly anybody is restricted: the first question after the visit is nearly always the last.
    return ~Q(Exists(kept)) | (
        ~Q(Exists(kept.of_user(principal))) & treated_closely(principal, patient)
    )


NOBODY = Q(pk__in=[])


def treats(principal: Principal, patient: str) -> Q:
    """Patients who are or lately were at a facility of ``principal``, or of a team of theirs."""
    return Q(Exists(_visits(principal, patient))) | Q(Exists(_teams(principal, patient)))


def treated_closely(principal: Principal, patient: str) -> Q:
    """Patients whose care team ``principal`` is in, or whom they attend in a visit."""
    attended = _visits(principal, patient).filter(attending__user_id=principal.id)
    return Q(Exists(_teams(principal, patient))) | Q(Exists(attended))


def kept_from(principal: Principal, patient: str) -> RestrictionQuerySet:
    """Restrictions that may concern this person: of everybody, or of them."""
    rows = Restriction.objects.in_force().of_reading().filter(patient=OuterRef(patient))
    return rows.of_everybody() | rows.of_user(principal)


def broken_by(principal: Principal, patient: str) -> BreakGlassQuerySet:
    """Glasses that this person holds broken."""
    return BreakGlass.objects.held_by(principal).filter(patient=OuterRef(patient))


def _visits(principal: Principal, patient: str) -> EncounterQuerySet:
    here = principal.facilities_with(CHART_READ)
    return Encounter.objects.giving_access().filter(
        patient=OuterRef(patient), organization__in=here
    )


def _teams(principal: Principal, patient: str) -> CareTeamMemberQuerySet:
    return CareTeamMember.objects.giving_access().filter(
        team__patient=OuterRef(patient), practitioner__user_id=principal.id
    )


def barriers(principal: Principal, patient: Patient) -> list[Overrode]:
    """What keeps the chart of ``patient`` closed to ``principal``, before any glass."""
    rows = Patient.objects.filter(pk=patient.pk)
    close = rows.filter(treated_closely(principal, "pk")).exists()
    kept = Restriction.objects.in_force().of_reading().filter(patient=patient)
    mine = kept.of_user(principal) if close else kept.of_everybody() | kept.of_user(principal)
    consents = set(mine.values_list("consent", flat=True))
    found = {
        Overrode.ELSEWHERE: not rows.filter(treats(principal, "pk")).exists(),
        Overrode.RESTRICTION: bool(consents - {None}),
        Overrode.LABEL: None in consents,
    }
    return [barrier for barrier, stands in found.items() if stands]


def opened(rows: QuerySet[Any], principal: Principal, patient: str = "pk") -> QuerySet[Any]:
    """``rows`` with what ``opening_of`` asks of each, in the same statement."""
    glass = broken_by(principal, patient).order_by("-until")
    asked: QuerySet[Any] = rows.annotate(
        opened_closely=compiled(treated_closely, principal, patient),
        glass_held=Subquery(glass.values("pk")[:1]),
        glass_until=Subquery(glass.values("until")[:1]),
    )
    return asked


def opening_of(row: Any) -> Opening:
    """How the reader for whom ``opened`` asked has opened the chart of ``row``."""
    close = row.opened_closely or row.glass_held is not None
    return Opening(close=close, glass=row.glass_held, glass_until=row.glass_until)


def open_to(principal: Principal, patient: Patient) -> Patient:
    """``patient``, who has been found to be visible, with how ``principal`` opens the chart."""
    rows = opened(Patient.objects.filter(pk=patient.pk).only("pk"), principal)
    patient.opening = opening_of(rows.get())
    return patient


def known_to(principal: Principal, patient: str) -> Q:
    """Patients who are known at a facility of this client, and kept from no program."""
    here = places(principal)
    links = FacilityLink.objects.filter(patient=OuterRef(patient), facility__in=here)
    kept = Restriction.objects.in_force().of_reading().of_places(here)
    return Q(Exists(links)) & ~Q(Exists(kept.filter(patient=OuterRef(patient))))


def charts_of(principal: Principal, patient: str) -> Q:
    """Patients whose charts ``principal`` reads; for whoever no rule names, none."""
    if principal.kind == "user":
        return _of_reader(treated_by, principal, patient)
    if principal.kind == "client" and principal.facilities:
        return compiled(known_to, principal, patient)
    return NOBODY


def shown_labelled(principal: Principal, patient: str, type_: str) -> Q:
    """Rows of a type whose labels keep them from nobody, or not from ``principal``."""
    shown = ~Q(IsSensitive("security"))
    if principal.kind == "client":
        return shown | Q(Exists(_written(principal, type_)))
    return shown | read_closely(principal, patient)


def _written(principal: Principal, type_: object) -> QuerySet[Change]:
    """Versions that a program wrote itself: a laboratory corrects the result that it labelled."""
    mine = Change.objects.filter(type=type_, fhir_id=OuterRef("fhir_id"))
    return mine.filter(principal=principal.label)


def read_closely(principal: Principal, patient: str) -> Q:
    """Patients of whom ``principal`` sees labelled records too: treated closely, or glass broken.

    A program of named facilities treats nobody.
    """
    return _of_reader(_closely, principal, patient) if principal.kind == "user" else NOBODY


def _closely(principal: Principal, patient: str) -> Q:
    return treated_closely(principal, patient) | Q(Exists(broken_by(principal, patient)))


def _of_reader(rule: Rule, principal: Principal, patient: str) -> Q:
    """``rule``, for who reads charts somewhere; of others it holds for nobody."""
    return compiled(rule, principal, patient) if principal.may(CHART_READ) else NOBODY


def visible(rows: QuerySet[Any], principal: Principal) -> QuerySet[Any]:
    """The rows that ``principal`` may read; nothing for whoever no rule names."""
    model = rows.model
    if issubclass(model, AuditEvent):
        return rows.filter(trail_read_by(principal))
    if principal.sees_everything:
        return rows
    if principal.kind not in ("user", "client"):
        return rows.none()
    if issubclass(model, Patient):
        return rows.filter(charts_of(principal, "pk"))
    if issubclass(model, PatientRecord):
        return _of_charts(rows, principal)
    if issubclass(model, StoredResource):
        return rows.filter(_stored(principal))
    if issubclass(model, Change):
        return rows.filter(_changes(principal))
    return _shared(rows, principal)


def _of_charts(rows: QuerySet[Any], principal: Principal) -> QuerySet[Any]:
    """Records of charts that one reads; of the labelled ones those that one may."""
    found = rows.filter(charts_of(principal, "patient_id"))
    if not rows.model.may_be_kept_back:
        return found
    if issubclass(rows.model, Binary):
        found = found.filter(
            ~Q(Exists(_labelled_documents())) | read_closely(principal, "patient_id")
        )
    return found.filter(shown_labelled(principal, "patient_id", rows.model.fhir_type))


def _labelled_documents() -> QuerySet[DocumentReference]:
    """Labelled documents of the same chart that name this file."""
    named = Concat(Value("Binary/"), OuterRef("fhir_id"))
    said = Cast("content", TextField())
    return (
        DocumentReference.objects.filter(IsSensitive("security"), patient=OuterRef("patient_id"))
        .annotate(said=said)
        .filter(said__contains=named)
    )


def _reads_shared(principal: Principal) -> bool:
    """Clients of at least one facility, and people with a role anywhere."""
    return bool(principal.facilities)


def _stored(principal: Principal) -> Q:
    """Of patients one reads, or about nobody; a subject that is not here opens nothing.

    A person reads what concerns anybody they treat; a program only what concerns nobody else.
    """
    subjects = StoredSubject.objects.filter(resource=OuterRef("pk"))
    mine = charts_of(principal, "patient_id")
    close = read_closely(principal, "patient_id")
    found = Q(Exists(subjects.filter(mine))) & (
        ~Q(IsSensitive("security"))
        | Q(Exists(subjects.filter(close)))
        | Q(Exists(_written(principal, OuterRef("type"))))
    )
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
    if not _is_record(rows.model):
        return rows.none()
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


def _is_record(model: type[Any]) -> bool:
    return issubclass(model, Record)


def _works_at() -> QuerySet[Any]:
    """Somebody works there: a facility of this house, not a laboratory or an insurer."""
    return Membership.objects.filter(facility=OuterRef("pk"))


def _known_at() -> Exists:
    return Exists(FacilityLink.objects.filter(facility=OuterRef("pk")))
