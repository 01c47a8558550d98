"""What the worker does; a job carries ids only."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from procrastinate.contrib.django import app

from vitals.jobs import (
    BACKUPS,
    EXAMINE_PIECES,
    PACK_SETTLED,
    PACKING,
    PIECES,
    QUEUE,
    READ_SIGNALS,
    enqueue,
    pack_later,
    share_out,
)
from vitals.models import Analysis, Recording, WaveformChunk

logger = logging.getLogger(__name__)

# A worker says every 3 s that it lives (see the worker command).
STALLED_S = 10
LOOKED_BACK = timedelta(days=1)
ANEW_A_MINUTE = 20
READ_KINDS = (Recording.Kind.ECG, Recording.Kind.IMU)

# A recording is read again as long after the last reading as that one took, but at most a second
# later: a burst of chunks costs about half of a core, and a chunk that comes alone is read at once.
LEAST_REST_S, MOST_REST_S = 0.5, 1.0
# What is read in one go; more is shared out among the workers in jobs of so many pieces.
PIECES_AT_ONCE = 6


def own_connection(work: Callable[..., Any]) -> Callable[..., Any]:
    """A job runs in a thread: it takes a connection of its own, and leaves none behind."""

    @wraps(work)
    def alone(*args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return alone


@app.task(name=READ_SIGNALS, queue=QUEUE)
@own_connection
def read_signals(recording_id: str) -> None:
    """Draw what is new, read it, refresh the summary; pack it when it has settled."""
    from vitals.acts.summarising import summarise
    from vitals.analysis import read, unexamined
    from vitals.imu_analysis import read as read_motion
    from vitals.storage.drawing import SETTLED, draw

    key = UUID(recording_id)
    wait_for_uploads(key)
    if rest_s := too_soon_s(key):
        enqueue(key, after_s=rest_s)
        return
    draw(key)
    missing = unexamined(key)
    if len(missing) > PIECES_AT_ONCE:
        # On a fixed grid, so that a group that is asked for twice is the same group.
        firsts = sorted({index // PIECES_AT_ONCE * PIECES_AT_ONCE for index in missing})
        share_out(key, firsts, PIECES_AT_ONCE)
    else:
        read(key)
        read_motion(key)
        summarise(key)
    pack_later(key, SETTLED.total_seconds())


@app.task(name=PACK_SETTLED, queue=PACKING)
@own_connection
def pack_settled(recording_id: str) -> None:
    """Pack what has rested long enough; what has come since, later."""
    from vitals.storage.drawing import SETTLED, pack, resting

    key = UUID(recording_id)
    pack(key)
    if resting(key):
        pack_later(key, SETTLED.total_seconds())


@app.task(name=EXAMINE_PIECES, queue=PIECES)
@own_connection
def examine_pieces(recording_id: str, first: int, end: int) -> None:
    """Examine those pieces that nobody has; whoever is last has the recording read."""
    from vitals.analysis import examine, unexamined

    key = UUID(recording_id)
    examine(key, [index for index in unexamined(key) if first <= index < end])
    if not unexamined(key):
        enqueue(key)


def too_soon_s(recording_id: UUID) -> float:
    """How long this recording's next reading must wait; 0 when it may begin."""
    readings = Analysis.objects.readings().filter(recording=recording_id)
    latest = readings.select_related("recording").defer("result").first()
    if latest is None or latest.recording.closed_at is not None:
        return 0.0
    passed = (timezone.now() - latest.at).total_seconds()
    return max(0.0, min(max(LEAST_REST_S, latest.took_s), MOST_REST_S) - passed)


def wait_for_uploads(recording_id: UUID) -> None:
    """Until every upload has committed that found this job already waiting (see vitals.jobs)."""
    with transaction.atomic():
        Recording.objects.select_for_update(no_key=True).get(pk=recording_id)


@app.periodic(cron="* * * * *")
@app.task(name="vitals.tasks.catch_up", queue=QUEUE, queueing_lock="catch-up")
@own_connection
def catch_up(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate passes the minute
    """Have read whatever was overlooked, and what dead workers left half done."""
    rescue()
    for recording_id in overlooked():
        enqueue(recording_id)


def overlooked() -> list[UUID]:
    """Recordings that hold more than was drawn, read or charted, for example as a job failed."""
    undrawn = WaveformChunk.objects.filter(in_pyramid=False).values("recording")
    ended = timezone.now() - LOOKED_BACK
    read = Analysis.objects.readings().filter(recording=OuterRef("pk"), final=True)
    left = ~Exists(read) | Exists(read.filter(charted=False))
    unfinished = Recording.objects.filter(left, kind__in=READ_KINDS, closed_at__gte=ended)
    either = Q(pk__in=undrawn) | Q(pk__in=unfinished.values("pk"))
    found = Recording.objects.filter(either).values_list("pk", flat=True)[:1000]
    return [*found, *read_by_an_earlier_version()]


def read_by_an_earlier_version() -> list[UUID]:
    """Some of the ECGs whose reading was made by another version than today's, newest first."""
    final = Analysis.objects.readings().filter(recording=OuterRef("pk"), final=True)
    ecgs = Recording.objects.filter(
        Exists(final.outdated()), ~Exists(final.current()), kind=Recording.Kind.ECG
    )
    return list(ecgs.order_by("-started_at").values_list("pk", flat=True)[:ANEW_A_MINUTE])


def rescue() -> int:
    """Begin anew the jobs of workers that died; their locks would stop a recording for ever."""
    with connection.cursor() as cursor:
        cursor.execute(DEAD, [[QUEUE, PIECES, PACKING, BACKUPS], STALLED_S])
        left = [row[0] for row in cursor.fetchall()]
    for recording_id in filter(None, set(left)):
        enqueue(UUID(recording_id))
    if left:
        logger.warning("%d jobs of a dead worker are begun anew", len(left))
    return len(left)


DEAD = """
DELETE FROM procrastinate_jobs job
WHERE job.queue_name = ANY(%s) AND job.status = 'doing' AND NOT EXISTS (
  SELECT 1 FROM procrastinate_workers worker WHERE worker.id = job.worker_id
    AND worker.last_heartbeat > now() - make_interval(secs => %s))
RETURNING job.args ->> 'recording_id'
"""
