"""What may leave for a target: whose records, of which types, and which of them never."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from fhir.models import Change, Record
from patients.models import CareTeam, FacilityLink, Patient, Restriction
from vitals.models import SyncTarget

Resource = dict[str, Any]

# http://terminology.hl7.org/CodeSystem/v3-Confidentiality: unrestricted, low, moderate, normal.
# Every other label, of whatever system, keeps a record at home.
HARMLESS = frozenset(
    f"http://terminology.hl7.org/CodeSystem/v3-Confidentiality|{code}" for code in "ULMN"
)

WAVEFORM_CODE = "131328"
WAVEFORM_SYSTEM = "urn:iso:std:iso:11073:10101"


def patients_of(target: SyncTarget) -> QuerySet[Patient]:
    """The patients whose records the target receives; who restricts or is labelled is left out."""
    kept = Restriction.objects.in_force().filter(patient=OuterRef("pk"))
    return _chosen(target).filter(~Exists(kept), security__contained_by=list(HARMLESS))


def _chosen(target: SyncTarget) -> QuerySet[Patient]:
    everybody = Patient.objects.all()
    if target.cohort == SyncTarget.Cohort.PATIENTS:
        return everybody.filter(pk__in=target.patients.values("pk"))
    if target.cohort == SyncTarget.Cohort.FACILITY and target.facility_id:
        known = FacilityLink.objects.filter(facility=target.facility_id)
        return everybody.filter(pk__in=known.values("patient"))
    if target.cohort == SyncTarget.Cohort.TEAM and target.team_name:
        teams = CareTeam.objects.filter(name=target.team_name, status="active")
        return everybody.filter(pk__in=teams.values("patient"))
    return everybody.none()


def within(target: SyncTarget, patient_ids: Iterable[UUID]) -> set[UUID]:
    """Those of ``patient_ids`` that belong to the cohort."""
    wanted = set(patient_ids)
    return set(patients_of(target).filter(pk__in=wanted).values_list("pk", flat=True))


def stays_home(target: SyncTarget, change: Change) -> bool:
    """It came from this target, or from elsewhere (import, demo) and nobody asked to pass it on.

    What began here has no origin.
    """
    if change.origin == target.origin:
        return True
    return bool(change.origin) and not target.include_imported


def is_labelled(record: Record) -> bool:
    """A security label keeps the record here."""
    return not HARMLESS.issuperset(record.security)


def is_waveform(resource: Resource) -> bool:
    """An Observation that stands for a recording."""
    codings = (resource.get("code") or {}).get("coding") or ()
    return any(
        coding.get("code") == WAVEFORM_CODE and coding.get("system") == WAVEFORM_SYSTEM
        for coding in codings
    )


def is_unaccepted(resource: Resource) -> bool:
    """A device reading that no clinician has accepted.

    The summary of a recording goes as what it is: preliminary, an unreviewed computer reading.
    """
    return (
        resource.get("resourceType") == "Observation"
        and resource.get("status") == "preliminary"
        and "device" in resource
        and not is_waveform(resource)
    )
