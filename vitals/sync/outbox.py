"""From Changes to what waits for a target: one row for each resource, however often it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from fhir.changes import committed_since
from fhir.models import Change
from fhir.registry import mapping
from vitals.models import SyncCursor, SyncPending, SyncReceipt, SyncTarget
from vitals.sync.cohort import stays_home, within
from vitals.sync.ranks import RANK, SHARED
from vitals.sync.recall import is_in_error

BATCH = 500
Key = tuple[str, str]


@dataclass(frozen=True)
class Wanted:
    """A resource that the target should get, or get anew."""

    type: str
    fhir_id: str
    record_id: UUID | None
    patient_id: UUID | None
    version: int
    recording_id: UUID | None = None
    piece: int | None = None
    rank: int = -1
    recall: bool = False

    @property
    def key(self) -> Key:
        """Type and id here."""
        return self.type, self.fhir_id

    def row(self, target: SyncTarget) -> SyncPending:
        """The row that waits."""
        return SyncPending(
            target=target,
            type=self.type,
            fhir_id=self.fhir_id,
            record_id=self.record_id,
            patient_id=self.patient_id,
            version=self.version,
            recording_id=self.recording_id,
            piece=self.piece,
            rank=self.rank if self.rank >= 0 else RANK[self.type],
            recall=self.recall,
        )


@transaction.atomic
def collect(target: SyncTarget, *, recalls_only: bool = False, limit: int = BATCH) -> int:
    """Read the next Changes for ``target``.

    Args:
        target: Whom to serve.
        recalls_only: Nothing new may leave; only what the target has already is looked at.
        limit: How many Changes at most.

    Returns:
        How many were read; fewer than ``limit`` means that it has caught up.
    """
    SyncCursor.objects.get_or_create(target=target)
    cursor = SyncCursor.objects.select_for_update().get(target=target)
    changes = committed_since(cursor.seq, limit)
    if changes:
        enqueue(target, _relevant(target, changes, recalls_only=recalls_only))
        cursor.seq = changes[-1].seq
        cursor.save(update_fields=["seq"])
    return len(changes)


def _relevant(target: SyncTarget, changes: Sequence[Change], *, recalls_only: bool) -> list[Wanted]:
    """The newest Change of each resource that concerns the target."""
    newest = {(change.type, change.fhir_id): change for change in changes}
    patients = {change.patient_id for change in changes if change.patient_id}
    chosen = set() if recalls_only else within(target, patients)
    there = receipts(target, newest)
    return [
        _wanted(change, recall=key in there and _in_error(change))
        for key, change in newest.items()
        # What the target has may have to be corrected or taken back, wherever it belongs now.
        if change.type in RANK
        and change.origin != target.origin
        and (key in there or _is_new(target, change, chosen))
    ]


def _wanted(change: Change, *, recall: bool) -> Wanted:
    return Wanted(
        change.type,
        change.fhir_id,
        change.record_id,
        change.patient_id,
        change.version,
        recall=recall,
    )


def _in_error(change: Change) -> bool:
    """What the target has was withdrawn here."""
    record = mapping(change.type).queryset().filter(pk=change.record_id).first()
    return record is None or is_in_error(mapping(change.type).render(record))


def _is_new(target: SyncTarget, change: Change, chosen: set[UUID]) -> bool:
    return (
        change.type in target.types
        and change.type not in SHARED
        and change.patient_id in chosen
        and not stays_home(target, change)
    )


def receipts(target: SyncTarget, keys: Iterable[Key]) -> dict[Key, SyncReceipt]:
    """What the target has of ``keys``."""
    wanted = set(keys)
    found = SyncReceipt.objects.filter(target=target, fhir_id__in={key[1] for key in wanted})
    return {receipt.key: receipt for receipt in found if receipt.key in wanted}


def enqueue(target: SyncTarget, wanted: Sequence[Wanted]) -> None:
    """Let resources wait for ``target``; what it has in that version already does not."""
    if not wanted:
        return
    there = receipts(target, [one.key for one in wanted])
    fresh = [
        one
        for one in {one.key: one for one in wanted}.values()
        if one.key not in there or there[one.key].sent_version < one.version
    ]
    SyncPending.objects.bulk_create(
        [one.row(target) for one in fresh],
        update_conflicts=True,
        unique_fields=["target", "type", "fhir_id"],
        update_fields=["version", "record_id", "patient_id", "piece", "recall"],
    )
    # What was refused may be right now: a person has changed it. A conflict waits for a person.
    parked = SyncPending.objects.filter(
        target=target,
        state=SyncPending.State.PARKED,
        fhir_id__in=[one.fhir_id for one in fresh],
    )
    parked.update(state=SyncPending.State.PENDING, attempts=0, next_try_at=timezone.now())


def waits_for_summary(target: SyncTarget, patient_id: UUID | None) -> datetime | None:
    """When the next recording summary of this patient may be sent; None: now."""
    last = (
        SyncReceipt.objects.filter(target=target, patient_id=patient_id, is_summary=True)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
        .first()
    )
    if last is None:
        return None
    next_at = last + timedelta(minutes=target.summary_minutes)
    return next_at if next_at > timezone.now() else None
