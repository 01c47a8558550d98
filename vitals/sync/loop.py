"""The sync part of the worker: for each target, read what changed and send what waits."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from vitals.models import SyncPending, SyncTarget
from vitals.sync.addresses import Policy, policy
from vitals.sync.backoff import target_pause
from vitals.sync.client import SyncServer, connect
from vitals.sync.errors import Disposition, ServerFailedError, SyncError
from vitals.sync.outbox import BATCH, collect, enqueue
from vitals.sync.push import Push
from vitals.sync.secrets import unseal
from vitals.sync.waveforms import strays, wanted_pieces

logger = logging.getLogger(__name__)

PAUSE_S = 2.0
PAUSE_AFTER_TROUBLE_S = 5.0
LOCK_FAMILY = 0x5CAC  # ours among the advisory locks of this database


def allowed() -> Policy:
    """Where this installation may send data."""
    return policy(demo=settings.DEMO, networks=settings.SYNC_NETWORKS)


def door(target: SyncTarget) -> SyncServer:
    """A connection to the target, signed in."""
    credentials = unseal(target.sealed)
    return connect(target.base_url, credentials, allowed(), ca_file=settings.SYNC_CA_FILE)


def run_once() -> int:
    """Serve every target once.

    Returns:
        How many resources were taken.
    """
    return sum(_bounded(target) for target in SyncTarget.objects.usable())


def _bounded(target: SyncTarget) -> int:
    """Trouble with one target, of whatever kind, must not keep the others waiting."""
    try:
        return serve(target)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 -- shown on the page, without its text: ids only
        logger.error("Sync with target %s failed: %s", target.pk, type(error).__name__)
        _note(target, ServerFailedError(f"A fault in this program: {type(error).__name__}."))
        return 0


def serve(target: SyncTarget) -> int:
    """Read the Changes for one target and send what waits; nothing if another worker does."""
    with _only_worker(target) as alone:
        if not alone:
            return 0
        # Without a valid confirmation nothing new leaves; what is in error is still taken back.
        recalls_only = not target.is_confirmed
        while collect(target, recalls_only=recalls_only) == BATCH:
            pass
        if not recalls_only:
            enqueue(target, wanted_pieces(target))
        enqueue(target, strays(target))
        now = timezone.now()
        if target.paused_reason or target.next_try_at > now or not _due(target, now):
            return 0
        try:
            server = door(target)
        except SyncError as error:
            _note(target, error)
            return 0
        return Push(target, server, recalls_only=recalls_only).run()


def _due(target: SyncTarget, now: datetime) -> bool:
    return SyncPending.objects.filter(target=target).due(now).exists()


def _note(target: SyncTarget, error: SyncError) -> None:
    target.failures += 1
    target.last_error = error.words
    if error.disposition is Disposition.PAUSED:
        target.paused_reason = error.words
    target.next_try_at = timezone.now() + target_pause(target.failures, error.retry_after_s)
    target.save(update_fields=["failures", "last_error", "paused_reason", "next_try_at"])


@contextmanager
def _only_worker(target: SyncTarget) -> Iterator[bool]:
    """True for one worker at a time; the database frees the lock when a worker dies."""
    key = target.pk.int & 0x7FFFFFFF
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_FAMILY, key])
        row = cursor.fetchone()
    alone = bool(row and row[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_FAMILY, key])


def run_forever(stop: threading.Event) -> None:
    """Serve every target until ``stop`` is set; trouble with the database is waited out."""
    while not stop.is_set():
        pause = PAUSE_S
        try:
            pause = 0.0 if run_once() else PAUSE_S
        except DatabaseError as error:
            logger.warning("Sync waits for the database: %s", type(error).__name__)
            connection.close()
            pause = PAUSE_AFTER_TROUBLE_S
        stop.wait(pause)
    connection.close()
