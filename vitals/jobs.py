"""What the web process asks the worker to do; a job carries ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from uuid import UUID

READ_SIGNALS = "vitals.tasks.read_signals"
QUEUE = "signals"

# One waiting job per recording. Bursts are read together, a moment later. The job begins by
# waiting for the recording's row, so what is committed after this line is never overlooked.
ENQUEUE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
VALUES (%(queue)s, %(task)s, %(lock)s, %(lock)s,
        jsonb_build_object('recording_id', %(id)s::text), now() + interval '2 seconds')
ON CONFLICT (queueing_lock) WHERE status = 'todo'
DO UPDATE SET scheduled_at = least(procrastinate_jobs.scheduled_at, EXCLUDED.scheduled_at)
"""


def job_of(recording_id: UUID) -> dict[str, str]:
    """The values of ``ENQUEUE``. Jobs of one recording exclude each other by their lock."""
    lock = f"recording:{recording_id}"
    return {"queue": QUEUE, "task": READ_SIGNALS, "lock": lock, "id": str(recording_id)}


def enqueue(recording_id: UUID) -> None:
    """Have the recording read anew, once, after this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, job_of(recording_id))
