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

from vitals.jobs import QUEUE, READ_SIGNALS, enqueue
from vitals.models import Analysis, Recording, WaveformChunk

logger = logging.getLogger(__name__)

# A worker says every 3 s that it lives (see the worker command).
STALLED_S = 10
LOOKED_BACK = timedelta(days=1)


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
    """Draw what is new, read it, refresh the summary, pack what has settled."""
    from vitals.acts.summarising import summarise
    from vitals.analysis import read
    from vitals.storage.drawing import draw, pack

    key = UUID(recording_id)
    wait_for_uploads(key)
    draw(key)
    read(key)
    summarise(key)
    pack(key)


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
    """Recordings that hold more than was drawn or read, for example because a job failed."""
    undrawn = WaveformChunk.objects.filter(in_pyramid=False).values("recording")
    ended = timezone.now() - LOOKED_BACK
    read = Analysis.objects.readings().filter(recording=OuterRef("pk"), final=True)
    unfinished = Recording.objects.filter(
        ~Exists(read), kind=Recording.Kind.ECG, closed_at__gte=ended
    )
    either = Q(pk__in=undrawn) | Q(pk__in=unfinished.values("pk"))
    return list(Recording.objects.filter(either).values_list("pk", flat=True)[:1000])


def rescue() -> int:
    """Begin anew the jobs of workers that died; their locks would stop a recording for ever."""
    with connection.cursor() as cursor:
        cursor.execute(DEAD, [QUEUE, STALLED_S])
        left = [row[0] for row in cursor.fetchall()]
    for recording_id in left:
        if recording_id:
            enqueue(UUID(recording_id))
    if left:
        logger.warning("%d jobs of a dead worker are begun anew", len(left))
    return len(left)


DEAD = """
DELETE FROM procrastinate_jobs job
WHERE job.queue_name = %s AND job.status = 'doing' AND NOT EXISTS (
  SELECT 1 FROM procrastinate_workers worker WHERE worker.id = job.worker_id
    AND worker.last_heartbeat > now() - make_interval(secs => %s))
RETURNING job.args ->> 'recording_id'
"""
