"""Is the audit trail still what was put under seal? Every digest and every head computed again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, AuditSeal
from accounts.trail.digests import (
    BEGINNING,
    FORMS,
    NEWEST,
    digest,
    each_digest,
    head_over,
)
from accounts.trail.heads import SHOWN, Head, heads_in
from accounts.trail.sealing import FIRST
from fhir.principal import SYSTEM

SEALS_AT_ONCE = 25
ROWS_AT_ONCE = 5_000
# A transaction, such as an import, may note something this long before it ends.
LONGEST_ACT = timedelta(hours=12)
# The sealer comes each second; what is older waits for one that does not run.
SEALED_WITHIN = timedelta(minutes=1)

SEALED = "SELECT {columns}, txid FROM accounts_auditevent WHERE id = ANY(%s)"
# Rows that stand before the last one that was sealed, and under no seal.
UNSEALED = """
SELECT e.id, e.at, e.principal, e.action FROM accounts_auditevent e
WHERE (e.txid, e.id) <= (%s, %s::uuid)
  AND NOT EXISTS (
    SELECT FROM (SELECT unnest(events) AS id FROM accounts_auditseal) AS s WHERE s.id = e.id)
ORDER BY e.txid, e.id
"""
# Rows of a transaction that has not begun: written by hand, to be sealed late or never.
AHEAD = """
SELECT id, at, principal, action FROM accounts_auditevent
WHERE txid >= pg_snapshot_xmax(pg_current_snapshot())::text::int8 ORDER BY txid, id
"""


class Fault(StrEnum):
    """What can be wrong; the value is what a person reads."""

    ALTERED = "ALTERED: the row is not the one that was sealed"
    DELETED = "DELETED: the row was sealed and is gone"
    INSERTED = "INSERTED: the row stands among sealed rows, under no seal"
    BACKDATED = "INSERTED: the row bears a time long before the seal in front of it"
    REORDERED = "REORDERED: the row stands in another order than it was written in"
    CHAIN = "CHAIN: the head does not follow from the rows and the head before"
    MISSING = "MISSING: a seal is gone"
    ANEW = "CHAINED ANEW: the exported head is another one"
    LOST = "LOST: the row was written after the backup that was restored, and is not in it"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was sealed, by number; nothing in it tells of a patient."""

    fault: Fault
    seal: int
    event: UUID | None = None
    said: str = ""

    def __str__(self) -> str:
        """As it is printed."""
        place = f"row {self.event}" if self.event else f"seal {self.seal}"
        where = f", seal {self.seal}" if self.event and self.seal else ""
        return f"{place}{where}: {self.fault.value}{f' ({self.said})' if self.said else ''}"


@dataclass
class Tally:
    """How much was looked at, and how many rows wait for the sealer longer than they should."""

    seals: int = 0
    rows: int = 0
    heads: int = 0
    waiting: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Restored:
    """A backup that was put back: when, and the last seal that came with it."""

    at: datetime
    seals: int

    def explains(self, head: Head) -> bool:
        """Whether the seal of a head was made after the backup, and before it was put back."""
        return head.number > self.seals and head.at < self.at


def verify(tally: Tally) -> Iterator[Difference]:
    """Compare every sealed row with its digest, every seal with its head, and look for others."""
    before, last, sealed_at = BEGINNING, None, None
    for seals in _some_seals():
        rows = _rows_of(seals)
        for seal in seals:
            if seal.number != (last.number if last else 0) + 1:
                gone = f"{last.number + 1 if last else 1} to {seal.number - 1}"
                yield Difference(Fault.MISSING, seal.number - 1, said=gone)
            yield from _of_seal(seal, before, rows)
            yield from _in_time(seal, sealed_at, rows)
            before, last, sealed_at = bytes(seal.head), seal, seal.at
            tally.seals += 1
            tally.rows += len(seal.events)
    yield from _not_sealed(last, tally)


def _some_seals() -> Iterator[list[AuditSeal]]:
    """All seals in order, so many at a time that their rows fit into memory."""
    some: list[AuditSeal] = []
    count = 0
    for seal in AuditSeal.objects.order_by("number").iterator(SEALS_AT_ONCE):
        some.append(seal)
        count += len(seal.events)
        if count >= ROWS_AT_ONCE:
            yield some
            some, count = [], 0
    if some:
        yield some


Row = tuple[bytes, int, str]


def _rows_of(seals: list[AuditSeal]) -> dict[UUID, Row]:
    """Key → digest as it is now, transaction and time of the rows that the seals name."""
    found: dict[UUID, Row] = {}
    for form in {seal.form for seal in seals}:
        keys = [event for seal in seals if seal.form == form for event in seal.events]
        with connection.cursor() as cursor:
            cursor.execute(SEALED.format(columns=FORMS[form]), [keys])
            for *columns, txid in cursor:
                found[UUID(columns[0])] = (digest(columns), txid, columns[1])
    return found


def _of_seal(seal: AuditSeal, before: bytes, rows: dict[UUID, Row]) -> Iterator[Difference]:
    """What is wrong with a seal and with the rows under it."""
    sealed = each_digest(bytes(seal.digests))
    for event, one in zip(seal.events, sealed, strict=False):
        if event not in rows:
            yield Difference(Fault.DELETED, seal.number, event)
        elif rows[event][0] != one:
            yield Difference(Fault.ALTERED, seal.number, event)
    for earlier, later in pairwise(event for event in seal.events if event in rows):
        # After a restore all of them are of transaction 0, and only the seals know their order.
        if rows[later][1] and (rows[earlier][1], earlier) > (rows[later][1], later):
            yield Difference(Fault.REORDERED, seal.number, later)
    at = seal.at.astimezone(UTC)
    head = head_over(before, seal.number, at, seal.events, bytes(seal.digests))
    if head != bytes(seal.head):
        yield Difference(Fault.CHAIN, seal.number, said=f"made {at:%Y-%m-%d %H:%M:%S} UTC")


def _in_time(seal: AuditSeal, sealed_at: Any, rows: dict[UUID, Row]) -> Iterator[Difference]:
    """Rows that say they are much older than the seal before theirs."""
    if sealed_at is None:
        return
    earliest = f"{sealed_at.astimezone(UTC) - LONGEST_ACT:%Y-%m-%dT%H:%M:%S.%f}"
    for event in seal.events:
        if event in rows and rows[event][2] < earliest:
            yield Difference(Fault.BACKDATED, seal.number, event)


def _not_sealed(last: AuditSeal | None, tally: Tally) -> Iterator[Difference]:
    """Rows that are under no seal although they should be."""
    txid, last_id = (last.txid, last.last_id) if last else FIRST
    place: list[int | str] = [txid, str(last_id)]
    for statement in (UNSEALED, AHEAD):
        with connection.cursor() as cursor:
            cursor.execute(statement, place if statement is UNSEALED else [])
            for event, at, principal, action in cursor:
                said = f"{action} by {principal}, dated {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
                yield Difference(Fault.INSERTED, 0, event, said)
    late = AuditEvent.objects.filter(at__lt=timezone.now() - SEALED_WITHIN)
    tally.waiting = late.filter(txid__gt=txid).count()


def compare(place: Path, tally: Tally) -> Iterator[Difference]:
    """What the exported heads of a file or folder tell that the database tells otherwise.

    Raises:
        OSError: there is nothing to read.
    """
    restores = list(_restores())
    for heads in _some_heads(place):
        tally.heads += len(heads)
        standing = AuditSeal.objects.in_bulk([head.number for head in heads])
        for head in heads:
            restored = next((each for each in restores if each.explains(head)), None)
            if restored is None or _stands(head, standing.get(head.number)):
                yield from _compared(head, standing.get(head.number))
                continue
            for difference in _after_backup(head, restored):
                tally.lost += difference.fault == Fault.LOST
                yield difference


def _restores() -> Iterator[Restored]:
    """Every restore that the trail tells of."""
    rows = AuditEvent.objects.filter(principal=SYSTEM.label, action="restore").order_by("at")
    for row in rows:
        yield Restored(row.at, int(row.detail.get("seals", 0)))


def _after_backup(head: Head, restored: Restored) -> Iterator[Difference]:
    """Rows of a seal that the restored backup does not hold; what came back was sealed anew."""
    with connection.cursor() as cursor:
        cursor.execute(SEALED.format(columns=FORMS[NEWEST]), [[*head.rows]])
        here = {UUID(columns[0]): digest(columns) for *columns, _ in cursor}
    said = f"restored {restored.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    for event, told in head.rows.items():
        if event not in here:
            yield Difference(Fault.LOST, head.number, event, said)
        elif here[event][:SHOWN].hex() != told:
            yield Difference(Fault.ALTERED, head.number, event)


def _some_heads(place: Path) -> Iterator[list[Head]]:
    some: list[Head] = []
    for head in heads_in(place):
        some.append(head)
        if len(some) >= SEALS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _compared(head: Head, seal: AuditSeal | None) -> Iterator[Difference]:
    if seal is None:
        yield Difference(Fault.MISSING, head.number, said=f"made {head.at:%Y-%m-%d %H:%M:%S}")
        yield from (Difference(Fault.DELETED, head.number, event) for event in _gone(head.rows))
        return
    if _stands(head, seal):
        return
    digests = each_digest(bytes(seal.digests))
    now = {event: one[:SHOWN].hex() for event, one in zip(seal.events, digests, strict=False)}
    yield Difference(Fault.ANEW, head.number, said=f"made {head.at:%Y-%m-%d %H:%M:%S}")
    for event, told in head.rows.items():
        if event not in now:
            yield Difference(Fault.DELETED, head.number, event)
        elif now[event] != told:
            yield Difference(Fault.ALTERED, head.number, event)
    yield from (
        Difference(Fault.INSERTED, head.number, event) for event in now if event not in head.rows
    )
    if list(now) != list(head.rows) and now.keys() == head.rows.keys():
        moved = next(a for a, b in zip(now, head.rows, strict=True) if a != b)
        yield Difference(Fault.REORDERED, head.number, moved)


def _stands(head: Head, seal: AuditSeal | None) -> bool:
    return seal is not None and bytes(seal.head).hex() == head.head


def _gone(events: Iterable[UUID]) -> list[UUID]:
    """Those of the rows that are in the database no longer."""
    wanted = list(events)
    here = set(AuditEvent.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return [event for event in wanted if event not in here]
