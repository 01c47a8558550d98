"""What exactly is sent for each waiting resource, decided from its newest state here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.utils import timezone

from fhir.codec import dumps
from fhir.models import Record
from fhir.registry import mapping
from vitals.models import SyncPending, SyncReceipt, SyncTarget
from vitals.sync.answers import Entry
from vitals.sync.cohort import is_labelled, is_unaccepted, is_waveform, within
from vitals.sync.outbox import Key, Wanted, receipts, waits_for_summary
from vitals.sync.ranks import RANK, SHARED
from vitals.sync.recall import is_in_error
from vitals.sync.waveforms import piece_resource
from vitals.sync.wire import digest, needs, outgoing, references, search_for

Resource = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """A resource ready to leave.

    Attributes:
        pending: The row that waits.
        resource: As it leaves; None takes back the copy there (our content may not leave).
        version: Our version of it.
        remote_id: Id to PUT it under; empty creates it conditionally.
        if_match: Version there that it replaces.
        recall: It says "entered in error".
        is_summary: It summarises a recording.
    """

    pending: SyncPending
    resource: Resource | None
    version: int
    remote_id: str = ""
    if_match: str = ""
    recall: bool = False
    is_summary: bool = False

    @property
    def digest(self) -> str:
        """What it says."""
        return digest(self.resource or {})

    @property
    def entry(self) -> Entry:
        """As an entry of a batch."""
        resource = dict(self.resource or {})
        if self.remote_id:
            resource = {"resourceType": resource["resourceType"], "id": self.remote_id} | resource
            return Entry(resource, remote_id=self.remote_id, if_match=self.if_match)
        return Entry(resource, if_none_exist=search_for(key_of(self.pending)))

    def replacing(self, remote_id: str, version: str) -> "Draft":
        """The same, as an update of what stands there."""
        return replace(self, remote_id=remote_id, if_match=version)


@dataclass(frozen=True)
class Waiting:
    """It cannot leave yet.

    Attributes:
        pending: The row that waits.
        first: What must be sent before it and is not waiting yet.
        until: When to look again; None looks again at once, after ``first``.
        reason: For people to read.
    """

    pending: SyncPending
    first: tuple[Wanted, ...] = ()
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Broken:
    """It cannot be written as FHIR: a fault here, which must not hold up the others."""

    pending: SyncPending
    reason: str


@dataclass(frozen=True)
class Dropped:
    """It need not, or may not, leave."""

    pending: SyncPending


Decision = Draft | Waiting | Dropped | Broken


def key_of(pending: SyncPending) -> UUID:
    """The id that our identifier carries: the record's, or the piece's own."""
    return pending.record_id or UUID(pending.fhir_id)


class Desk:
    """Decides for one target, with what it looked up for a whole batch at once."""

    def __init__(self, target: SyncTarget, *, recalls_only: bool = False) -> None:
        self.target = target
        self.recalls_only = recalls_only
        self.there: dict[Key, SyncReceipt] = {}
        self.records: dict[Key, Record] = {}
        self.chosen: set[UUID] = set()
        self.queued: set[Key] = set()
        self.summarised: set[UUID | None] = set()

    def decide(self, batch: Sequence[SyncPending], later: datetime) -> list[Decision]:
        """One decision for each row.

        Args:
            batch: Rows that are due.
            later: When to look again at what waits for others.
        """
        self.summarised = set()
        self.records = _records({(one.type, one.record_id): one.key for one in batch})
        resources = {one.pk: self._try_to_render(one) for one in batch}
        whole = [found for found in resources.values() if isinstance(found, dict)]
        named = {key for found in whole for key in references(found)}
        self.there = receipts(self.target, {*named, *(one.key for one in batch)})
        self._look_up_missing(named)
        patients = {one.patient_id for one in batch if one.patient_id}
        patients |= {record.pk for key, record in self.records.items() if key[0] == "Patient"}
        self.chosen = set() if self.recalls_only else within(self.target, patients)
        decisions: list[Decision] = []
        for one in batch:
            found = resources[one.pk]
            decided = found if isinstance(found, Broken) else self._decide(one, found, later)
            decisions.append(decided)
        return decisions

    def _try_to_render(self, pending: SyncPending) -> Resource | Broken | None:
        try:
            found = self._rendered(pending)
            dumps(found)
            return found
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 -- shown on the page, without its text
            return Broken(pending, f"It cannot be written as FHIR ({type(error).__name__}).")

    def _rendered(self, pending: SyncPending) -> Resource | None:
        if pending.piece is not None:
            return piece_resource(pending)
        record = self.records.get(pending.key)
        return mapping(pending.type).render(record) if record is not None else None

    def _look_up_missing(self, named: set[Key]) -> None:
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for type_, fhir_id in named - self.there.keys() - self.records.keys():
            if type_ in self.target.types:
                wanted[type_].add(fhir_id)
        for type_, ids in wanted.items():
            for record in mapping(type_).queryset().filter(fhir_id__in=ids):
                self.records[type_, record.fhir_id] = record
        waiting = SyncPending.objects.filter(
            target=self.target, fhir_id__in=[key[1] for key in named]
        )
        self.queued = set(waiting.values_list("type", "fhir_id"))

    def _decide(self, pending: SyncPending, resource: Resource | None, later: datetime) -> Decision:
        known_there = pending.key in self.there or bool(pending.attempted)
        in_error = resource is None or is_in_error(resource)
        allowed = resource is not None and self._allowed(pending, resource)
        if (in_error and not known_there) or (not in_error and not allowed):
            return Dropped(pending)
        if resource is None or not allowed:
            return self._draft(pending, None)
        missing = [] if in_error else self._missing(resource, pending.rank)
        if missing:
            return self._waiting(pending, missing, later)
        if is_waveform(resource) and pending.piece is None and not in_error:
            until = self._summary_due(pending)
            if until:
                return Waiting(pending, until=until, reason="One summary of a patient at a time")
        return self._draft(pending, resource)

    def _summary_due(self, pending: SyncPending) -> datetime | None:
        """When this summary may leave; None now, which then counts for its patient."""
        until = waits_for_summary(self.target, pending.patient_id)
        if until is None and self.target.summary_minutes and pending.patient_id in self.summarised:
            until = timezone.now() + timedelta(minutes=self.target.summary_minutes)
        if until is None:
            self.summarised.add(pending.patient_id)
        return until

    def _allowed(self, pending: SyncPending, resource: Resource) -> bool:
        if pending.piece is not None:
            return self.target.include_waveforms and pending.patient_id in self.chosen
        record = self.records[pending.key]
        return self._may_leave(record) and not is_unaccepted(resource)

    def _may_leave(self, record: Record) -> bool:
        if self.recalls_only or is_labelled(record):
            return False
        if record.resource_type not in self.target.types:
            return False
        return record.resource_type in SHARED or record.about in self.chosen

    def _missing(self, resource: Resource, rank: int) -> list[Record]:
        """Records that it refers to, that will be sent too, and are not there yet."""
        named = [self.records.get(key) for key in needs(resource, rank) - self.there.keys()]
        return [
            record
            for record in named
            if record is not None
            and self._may_leave(record)
            and not is_in_error(mapping(record.resource_type).render(record))
        ]

    def _waiting(self, pending: SyncPending, missing: Iterable[Record], later: datetime) -> Waiting:
        wanted = {(record.resource_type, record.fhir_id): record for record in missing}
        first = tuple(
            Wanted(key[0], key[1], record.pk, record.about, record.version)
            for key, record in wanted.items()
            if key not in self.queued
        )
        if first:
            return Waiting(pending, first=first)
        names = ", ".join(sorted("/".join(key) for key in wanted))
        return Waiting(pending, until=later, reason=f"Waits for {names}")

    def _draft(self, pending: SyncPending, resource: Resource | None) -> Draft:
        receipt = self.there.get(pending.key)
        ours = self.target.id_style == SyncTarget.IdStyle.PUT
        remote_id = receipt.remote_id if receipt else str(key_of(pending)) if ours else ""
        known: Mapping[Key, str] = {key: one.remote_id for key, one in self.there.items()}
        record = self.records.get(pending.key)
        return Draft(
            pending,
            outgoing(resource, key_of(pending), known, identified=not ours) if resource else None,
            version=record.version if record is not None else pending.version,
            remote_id=remote_id,
            if_match=receipt.remote_version if receipt else "",
            recall=resource is None or is_in_error(resource),
            is_summary=pending.piece is None and is_waveform(resource or {}),
        )


def _records(wanted: Mapping[tuple[str, UUID | None], Key]) -> dict[Key, Record]:
    """The records themselves, one query for each type."""
    by_type: defaultdict[str, set[UUID]] = defaultdict(set)
    for type_, record_id in wanted:
        if record_id is not None and type_ in RANK:
            by_type[type_].add(record_id)
    return {
        (type_, record.fhir_id): record
        for type_, ids in by_type.items()
        for record in mapping(type_).queryset().filter(pk__in=ids)
    }
