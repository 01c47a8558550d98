"""Sending what waits: once each, whatever the other system, the network or this process do.

The order of steps makes it so. Before anything leaves, the digest of what is sent and the audit
of the disclosure are committed. A clear answer writes a receipt. Where no clear answer came (a
time-out, a 500, a crash in between), the next try first looks at what stands there.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from fhir.codec import dumps
from fhir.principal import Principal
from vitals.models import SyncPending, SyncReceipt, SyncTarget
from vitals.sync.answers import Answer
from vitals.sync.backoff import item_pause, target_pause
from vitals.sync.client import SyncServer
from vitals.sync.drafts import Broken, Desk, Draft, Dropped, Waiting, key_of
from vitals.sync.errors import (
    Disposition,
    RefusedError,
    SeveralMatchesError,
    StaleError,
    SyncError,
)
from vitals.sync.outbox import enqueue
from vitals.sync.recall import can_recall, is_in_error, taken_back
from vitals.sync.wire import RECORD_SYSTEM, digest

SYNC = Principal("system", "sync", "Sync", facilities=None)
GONE = 404
LARGEST_BUNDLE = 4 * 2**20
# After this many failures in a row, one at a time: one bad record must not block the others.
SINGLE_AFTER = 2
GIVE_UP_AFTER = 3
WAIT_FOR_OTHERS = timedelta(minutes=1)
KEPT_ATTEMPTS = 20
# Then the next target has its turn, and the worker looks whether it should stop.
TURN_S = 20.0


class Push:
    """Sends what is due for one target."""

    def __init__(
        self, target: SyncTarget, server: SyncServer, *, recalls_only: bool = False
    ) -> None:
        self.target = target
        self.server = server
        self.desk = Desk(target, recalls_only=recalls_only)
        self.failed = 0
        self.sent = 0

    def run(self, for_s: float = TURN_S) -> int:
        """Send until nothing is due, the target cannot take more now, or its turn is over.

        Returns:
            How many resources it took.
        """
        end = time.monotonic() + for_s
        while time.monotonic() < end and self._is_still_wanted():
            batch = self._next()
            if not batch or not self._send(batch):
                break
        return self.sent

    def _is_still_wanted(self) -> bool:
        """Nobody switched the target off, or chose otherwise, while it was being served."""
        now = SyncTarget.objects.get(pk=self.target.pk)
        return now.enabled and (self.desk.recalls_only or now.is_confirmed)

    def _next(self) -> list[SyncPending]:
        """Rows of one rank, so that nothing in a batch needs another of the same batch."""
        due = SyncPending.objects.filter(target=self.target).due(timezone.now())
        first = due.first()
        if first is None:
            return []
        return list(due.filter(rank=first.rank)[: self._size()])

    def _size(self) -> int:
        return 1 if self.target.failures >= SINGLE_AFTER else self.target.entry_limit

    def _send(self, batch: Sequence[SyncPending]) -> bool:
        """Send one batch; False where the target cannot take more now."""
        decisions = self.desk.decide(batch, timezone.now() + WAIT_FOR_OTHERS)
        self._wait([one for one in decisions if isinstance(one, Waiting)])
        for decision in decisions:
            if isinstance(decision, Dropped):
                self._drop(decision)
            elif isinstance(decision, Broken):
                self._park(decision)
        drafts = [one for one in decisions if isinstance(one, Draft)]
        # Decided before anything is sent, which itself leaves attempts behind.
        doubtful = [draft for draft in drafts if _needs_a_look(draft)]
        fresh = [draft for draft in drafts if not _needs_a_look(draft)]
        going_on = all(self._bundle(one) for one in list(_bundles(fresh, self._size())))
        return going_on and self._look_first(doubtful)

    def _wait(self, waiting: Sequence[Waiting]) -> None:
        enqueue(self.target, [first for one in waiting for first in one.first])
        for one in waiting:
            if one.until is not None:
                one.pending.next_try_at, one.pending.last_error = one.until, one.reason
                one.pending.save(update_fields=["next_try_at", "last_error"])

    def _drop(self, dropped: Dropped) -> None:
        SyncPending.objects.filter(
            pk=dropped.pending.pk, version__lte=dropped.pending.version
        ).delete()

    def _park(self, broken: Broken) -> None:
        broken.pending.state = SyncPending.State.PARKED
        broken.pending.last_error = broken.reason
        broken.pending.save(update_fields=["state", "last_error"])

    # Sending

    def _bundle(self, drafts: Sequence[Draft]) -> bool:
        if len(drafts) == 1:
            return self._single(drafts[0])
        self._announce(drafts)
        try:
            answers = self.server.batch([draft.entry for draft in drafts])
        except RefusedError:
            # The bundle as a whole was refused, perhaps for one entry: each goes on its own.
            return all(self._single(draft, announced=True) for draft in drafts)
        except SyncError as error:
            return self._whole_failed(drafts, error)
        self._settle(list(zip(drafts, answers, strict=True)))
        return not self.target.paused_reason

    def _single(self, draft: Draft, *, announced: bool = False) -> bool:
        if not announced:
            self._announce([draft])
        try:
            answer = self.server.write(draft.entry)
        except SyncError as error:
            return self._one_failed(draft, error)
        self._settle([(draft, answer)])
        return True

    def _announce(self, drafts: Sequence[Draft]) -> None:
        """Commit what is about to leave, before it leaves: the attempt and its audit."""
        patients: defaultdict[UUID | None, list[str]] = defaultdict(list)
        for draft in drafts:
            tried = [one for one in draft.pending.attempted if one != draft.digest]
            draft.pending.attempted = [*tried, draft.digest][-KEPT_ATTEMPTS:]
            draft.pending.recall = draft.recall
            patients[draft.pending.patient_id].append("/".join(draft.pending.key))
        detail = {"target": self.target.name, "host": self.target.host}
        with transaction.atomic():
            SyncPending.objects.bulk_update(
                [draft.pending for draft in drafts], ["attempted", "recall"]
            )
            for patient_id, entities in patients.items():
                audit.record(
                    SYNC, "disclose", patient_id=patient_id, entities=entities, detail=detail
                )

    # Looking first

    def _look_first(self, drafts: Sequence[Draft]) -> bool:
        """Send what may be there already, or what only changes the copy there."""
        arrived: list[tuple[Draft, Answer]] = []
        going_on = all(self._look(draft, arrived) for draft in drafts)
        self._settle(arrived)
        return going_on

    def _look(self, draft: Draft, arrived: list[tuple[Draft, Answer]]) -> bool:
        try:
            ready = self._compared(draft, self._there(draft))
        except SyncError as error:
            return self._one_failed(draft, error)
        if isinstance(ready, Draft):
            return self._single(ready)
        arrived.append((draft, ready))
        return True

    def _there(self, draft: Draft) -> Answer | None:
        """What stands there now under our id, or with our identifier."""
        type_ = draft.pending.type
        if draft.remote_id:
            return self.server.read(type_, draft.remote_id)
        ours = {"identifier": f"{RECORD_SYSTEM}|{key_of(draft.pending)}"}
        found = list(self.server.search(type_, ours))
        if len(found) > 1:
            raise SeveralMatchesError(f"{len(found)} resources there carry our identifier.")
        if not found:
            return None
        version = str((found[0].get("meta") or {}).get("versionId") or "")
        return Answer(200, str(found[0]["id"]), version, found[0])

    def _compared(self, draft: Draft, there: Answer | None) -> Draft | Answer:
        """What to send, given what stands there; an Answer where nothing need be sent."""
        if draft.resource is None:
            return self._taken_back(draft, there)
        if there is None or there.resource is None:
            if draft.recall:
                return Answer(GONE, draft.remote_id)
            return replace(draft, if_match="") if draft.remote_id else draft
        remote_id = there.remote_id or draft.remote_id
        found = digest(there.resource)
        if found == draft.digest:
            return replace(there, remote_id=remote_id)
        ours = found in draft.pending.attempted or draft.pending.overwrite
        if ours or (draft.if_match and there.version == draft.if_match):
            return draft.replacing(remote_id, there.version)
        raise StaleError("It was changed there since we last wrote it.")

    def _taken_back(self, draft: Draft, there: Answer | None) -> Draft | Answer:
        if there is None or there.resource is None:
            return Answer(GONE, draft.remote_id)
        if is_in_error(there.resource):
            return there
        if not can_recall(draft.pending.type):
            raise RefusedError(
                f"It was withdrawn here, but a {draft.pending.type} cannot say "
                '"entered in error". Ask the other side to remove it.'
            )
        body = {k: v for k, v in taken_back(there.resource).items() if k not in ("id", "meta")}
        kept = {k: v for k, v in (there.resource.get("meta") or {}).items() if k == "profile"}
        body |= {"meta": kept} if kept else {}
        sent = replace(draft, resource=body)
        return sent.replacing(there.remote_id or draft.remote_id, there.version)

    # Settling

    def _settle(self, answers: Sequence[tuple[Draft, Answer | SyncError]]) -> None:
        taken: list[tuple[Draft, Answer]] = []
        for draft, answer in answers:
            if isinstance(answer, SyncError):
                self._one_failed(draft, answer)
                continue
            try:
                taken.append((draft, self._completed(draft, answer)))
            except SyncError as error:
                self._one_failed(draft, error)
        if taken:
            self._receipts(taken)

    def _completed(self, draft: Draft, answer: Answer) -> Answer:
        """``answer`` with id and version; where it lacks them, what stands there tells."""
        if answer.status == GONE or (answer.version and (answer.remote_id or draft.remote_id)):
            existed = not draft.remote_id and answer.status == 200
            if not existed:
                return replace(answer, remote_id=answer.remote_id or draft.remote_id)
        there = self._there(draft)
        if there is None or there.resource is None:
            return replace(answer, remote_id=answer.remote_id or draft.remote_id)
        if digest(there.resource) != draft.digest and not draft.remote_id:
            raise StaleError("It is there already with our identifier and another content.")
        return replace(there, remote_id=there.remote_id or draft.remote_id)

    @transaction.atomic
    def _receipts(self, taken: Sequence[tuple[Draft, Answer]]) -> None:
        now = timezone.now()
        SyncReceipt.objects.bulk_create(
            [self._receipt(draft, answer) for draft, answer in taken],
            update_conflicts=True,
            unique_fields=["target", "type", "fhir_id"],
            update_fields=[
                "sent_version", "digest", "remote_id", "remote_version", "sent_at", "recalled_at",
            ],
        )  # fmt: skip
        self._done({draft.pending.pk: draft.version for draft, _ in taken})
        self.sent += len(taken)
        self.failed = 0
        if self.target.failures or self.target.last_error:
            self.target.failures, self.target.last_error = 0, ""
        self.target.last_success_at = now
        self.target.save(update_fields=["failures", "last_error", "last_success_at"])

    def _done(self, sent: dict[int, int]) -> None:
        """Forget the rows whose newest version was sent; of the others nothing is in doubt."""
        rows = SyncPending.objects.select_for_update().filter(pk__in=sent)
        waiting = dict(rows.values_list("pk", "version"))
        done = [pk for pk, version in waiting.items() if version <= sent[pk]]
        SyncPending.objects.filter(pk__in=done).delete()
        if len(done) < len(waiting):
            changed = SyncPending.objects.filter(pk__in=waiting.keys() - set(done))
            changed.update(attempted=[], attempts=0, overwrite=False, last_error="")

    def _receipt(self, draft: Draft, answer: Answer) -> SyncReceipt:
        pending = draft.pending
        now = timezone.now()
        return SyncReceipt(
            target=self.target,
            type=pending.type,
            fhir_id=pending.fhir_id,
            record_id=pending.record_id,
            patient_id=pending.patient_id,
            recording_id=pending.recording_id,
            is_summary=draft.is_summary,
            sent_version=draft.version,
            digest=draft.digest,
            remote_id=answer.remote_id,
            remote_version=answer.version,
            sent_at=now,
            recalled_at=now if draft.recall else None,
        )

    def _one_failed(self, draft: Draft, error: SyncError) -> bool:
        """Note what one resource met; False where the target cannot take more now."""
        pending = draft.pending
        pending.attempts += 1
        pending.last_error = error.words
        if error.surely_not_taken:
            pending.attempted = [one for one in pending.attempted if one != draft.digest]
        if error.disposition is Disposition.PARKED:
            pending.state = SyncPending.State.PARKED
        elif error.disposition is Disposition.CONFLICT:
            pending.state = SyncPending.State.CONFLICT
        pending.next_try_at = timezone.now() + item_pause(pending.attempts, error.retry_after_s)
        pending.save(update_fields=["attempts", "last_error", "attempted", "state", "next_try_at"])
        if error.disposition in (Disposition.PARKED, Disposition.CONFLICT):
            return True
        self.failed += 1
        asked_to_wait = error.retry_after_s is not None or error.surely_not_taken
        return self._target_failed(error, stop=asked_to_wait or self.failed >= GIVE_UP_AFTER)

    def _whole_failed(self, drafts: Sequence[Draft], error: SyncError) -> bool:
        if error.surely_not_taken:
            for draft in drafts:
                draft.pending.attempted.remove(draft.digest)
            SyncPending.objects.bulk_update([draft.pending for draft in drafts], ["attempted"])
        SyncPending.objects.filter(pk__in=[draft.pending.pk for draft in drafts]).update(
            attempts=F("attempts") + 1, last_error=error.words
        )
        return self._target_failed(error, stop=True)

    def _target_failed(self, error: SyncError, *, stop: bool) -> bool:
        target = self.target
        target.failures += 1
        target.last_error = error.words
        if error.disposition is Disposition.PAUSED:
            target.paused_reason = error.words
            stop = True
        if stop:
            pause = target_pause(target.failures, error.retry_after_s)
            target.next_try_at = timezone.now() + pause
        target.save(update_fields=["failures", "last_error", "paused_reason", "next_try_at"])
        return not stop


def _needs_a_look(draft: Draft) -> bool:
    """It may have arrived before, or the copy there is what is changed."""
    return draft.resource is None or bool(draft.pending.attempted) or draft.pending.overwrite


def _bundles(drafts: Sequence[Draft], limit: int) -> Iterator[list[Draft]]:
    """Drafts in requests of at most ``limit`` resources and a bearable size."""
    bundle: list[Draft] = []
    size = 0
    for draft in drafts:
        weight = len(dumps(draft.resource))
        if bundle and (len(bundle) >= limit or size + weight > LARGEST_BUNDLE):
            yield bundle
            bundle, size = [], 0
        bundle.append(draft)
        size += weight
    if bundle:
        yield bundle
