"""Whose result it is: the requester, else who attends, else the facility's unowned queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import RESULT_ACKNOWLEDGE, SCOPES
from patients.chart.ranges import LocalRanges, assess
from patients.models import (
    DiagnosticReport,
    Encounter,
    FacilityLink,
    InboxItem,
    Observation,
    Patient,
    ServiceRequest,
)
from patients.models.observation import LABORATORY
from patients.models.reports import WITHOUT_RESULT

if TYPE_CHECKING:
    from collections.abc import Iterable

Result: TypeAlias = Observation | DiagnosticReport

FRESH = timedelta(days=7)
ATTENDING = ("ATND", "PPRF")
READERS = [role for role, scopes in SCOPES.items() if RESULT_ACKNOWLEDGE in scopes]


def waits_for_somebody(record: Result) -> bool:
    """A laboratory or imaging result of a patient here; no reading that a device just sent."""
    if record.patient_id is None:
        return False
    if isinstance(record, DiagnosticReport):
        return record.is_laboratory or record.is_imaging
    wanted = LABORATORY in record.categories or "imaging" in record.categories
    return wanted and not record.is_unconfirmed


def is_fresh(record: Result) -> bool:
    """Issued, or else taken, within seven days; an unknown time is never taken for old."""
    at = record.issued_at or record.effective_start
    return at is None or at >= timezone.now() - FRESH


class Arrivals:
    """Results that came together, with what decides their owners: a few queries for all."""

    def __init__(self, records: list[Result]) -> None:
        self.records = records
        patients = {record.patient_id for record in records if record.patient_id}
        self.patients = {p.pk: p for p in Patient.objects.filter(pk__in=patients)}
        self.orders = self._orders()
        self.visits = self._visits(patients)
        self.users = self._users()
        observations = [record for record in records if isinstance(record, Observation)]
        self.ranges = LocalRanges.of_many(
            self.patients.values(), {row.code_code for row in observations}
        )

    def _orders(self) -> dict[str, ServiceRequest]:
        wanted = {ref.partition("/")[2] for record in self.records for ref in order_of(record)}
        if not wanted:
            return {}
        rows = ServiceRequest.objects.filter(fhir_id__in=wanted).select_related("encounter")
        return {row.reference: row for row in rows}

    def _visits(self, patients: Iterable[UUID]) -> dict[UUID, Encounter]:
        """The open visit of each patient, the newest one where there are several."""
        rows = Encounter.objects.open().filter(patient__in=patients).order_by("start", "pk")
        return {row.patient_id: row for row in rows if row.patient_id}

    def _users(self) -> dict[str, UUID]:
        """Accounts of everybody who may turn out to be an owner and can acknowledge results."""
        names = {order.requester for order in self.orders.values()}
        names |= {name for visit in self.visits.values() for name in attending(visit)}
        ids = {name.removeprefix("Practitioner/") for name in names if name}
        if not ids:
            return {}
        held = Membership.objects.current().filter(
            user__practitioner__fhir_id__in=ids, user__is_active=True, role__in=READERS
        )
        found = held.values_list("user__practitioner__fhir_id", "user_id")
        return {f"Practitioner/{fhir_id}": user for fhir_id, user in found}

    def is_critical(self, record: Result) -> bool:
        """The value stands and is critical, by the sender's word or a critical limit."""
        if not isinstance(record, Observation) or record.patient_id is None:
            return False
        if record.status in WITHOUT_RESULT:
            return False
        return assess(record, self.ranges.get(record.patient_id)).critical

    def item(self, record: Result) -> InboxItem:
        """The waiting item of one result, not saved."""
        now = timezone.now()
        critical = self.is_critical(record)
        return InboxItem(
            patient=self.patients[cast(UUID, record.patient_id)],  # waits_for_somebody saw to it
            kind=record.resource_type,
            record_id=record.pk,
            owner_id=self._owner(record),
            facility_id=self._facility(record),
            critical=critical,
            result_status=record.status,
            arrived_at=now,
            due_at=self.due(now) if critical else None,
        )

    @staticmethod
    def due(arrived: datetime) -> datetime:
        """When an unacknowledged critical result goes to everybody of the facility."""
        return arrived + timedelta(minutes=settings.CHARTWAVE_CRITICAL_MINUTES)

    def _owner(self, record: Result) -> UUID | None:
        names = [self.orders[ref].requester for ref in order_of(record) if ref in self.orders]
        visit = self.visits.get(record.patient_id) if record.patient_id else None
        names += attending(visit) if visit else []
        return next((self.users[name] for name in names if name in self.users), None)

    def _facility(self, record: Result) -> UUID | None:
        orders = [self.orders[ref] for ref in order_of(record) if ref in self.orders]
        visits = [order.encounter for order in orders]
        visits.append(self.visits.get(record.patient_id) if record.patient_id else None)
        here = next((v.organization_id for v in visits if v and v.organization_id), None)
        if here or record.patient_id is None:
            return here
        patient = self.patients[record.patient_id]
        if patient.managing_organization_id:
            return patient.managing_organization_id
        link = FacilityLink.objects.filter(patient=patient).order_by("pk").first()
        return link.facility_id if link else None


def order_of(record: Result) -> list[str]:
    """FHIR references of the orders that a result answers."""
    if isinstance(record, Observation):
        return [record.based_on] if record.based_on else []
    return record.order_references


def attending(visit: Encounter) -> list[str]:
    """References of the practitioners who attend, the attending one before the performing one."""
    found: list[tuple[int, str]] = []
    for person in visit.participants or []:
        name = str((person.get("individual") or {}).get("reference", ""))
        codes = [c for kind in person.get("type") or [] for c in _codes(kind)]
        rank = min((ATTENDING.index(code) for code in codes if code in ATTENDING), default=9)
        if name.startswith("Practitioner/"):
            found.append((rank, name))
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


def _codes(concept: dict[str, Any]) -> list[str]:
    return [coding.get("code", "") for coding in concept.get("coding") or []]
