"""How sync stands, for the page: what waits, how far behind, what needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from fhir.models import Change
from vitals.models import SyncPending, SyncReceipt, SyncTarget

SHOWN = 100


@dataclass(frozen=True)
class Progress:
    """How one target stands.

    Attributes:
        target: The target.
        state: ``off``, ``unconfirmed``, ``paused``, ``failing``, ``working`` or ``up-to-date``.
        sent: Resources it has.
        waiting: Resources on their way.
        stuck: Resources that wait for a person.
        recalls: Withdrawn here, and not yet confirmed there.
        behind: Changes not read yet.
        oldest: Since when the oldest waits.
    """

    target: SyncTarget
    state: str
    sent: int
    waiting: int
    stuck: int
    recalls: int
    behind: int
    oldest: datetime | None


def all_progress() -> list[Progress]:
    """Every target, by name."""
    last = Change.objects.aggregate(last=Max("seq"))["last"] or 0
    return [progress(target, last) for target in SyncTarget.objects.order_by("name")]


def progress(target: SyncTarget, last_seq: int) -> Progress:
    """How ``target`` stands.

    Args:
        target: Which.
        last_seq: Number of the newest Change.
    """
    counts: dict[str, Any] = target.pending.aggregate(
        waiting=Count("pk", filter=Q(state=SyncPending.State.PENDING)),
        stuck=Count("pk", filter=~Q(state=SyncPending.State.PENDING)),
        recalls=Count("pk", filter=Q(recall=True)),
        oldest=Min("since"),
    )
    confirmed = target.is_confirmed
    read = getattr(getattr(target, "cursor", None), "seq", 0)
    behind = max(last_seq - read, 0) if confirmed else 0
    return Progress(
        target=target,
        state=_state(target, confirmed=confirmed, waiting=counts["waiting"] + behind),
        sent=SyncReceipt.objects.filter(target=target).count(),
        behind=behind,
        **counts,
    )


def _state(target: SyncTarget, *, confirmed: bool, waiting: int) -> str:
    if not target.enabled:
        return "off"
    if not confirmed:
        return "unconfirmed"
    if target.paused_reason:
        return "paused"
    if target.failures:
        return "failing"
    return "working" if waiting else "up-to-date"


def stuck(target: SyncTarget) -> list[SyncPending]:
    """What waits for a person, oldest first."""
    return list(target.pending.stuck().order_by("since")[:SHOWN])


def unconfirmed_recalls(target: SyncTarget) -> list[SyncPending]:
    """Withdrawn here, while the target may still show it as true; oldest first."""
    return list(target.pending.filter(recall=True).order_by("since")[:SHOWN])


def failing(target: SyncTarget) -> list[SyncPending]:
    """On their way and failed at least once, the most often tried first."""
    tried = target.pending.filter(state=SyncPending.State.PENDING).exclude(last_error="")
    return list(tried.order_by("-attempts", "since")[:SHOWN])
