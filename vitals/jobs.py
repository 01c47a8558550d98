"""What the web process asks the worker to do; a job carries ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

READ_SIGNALS = "vitals.tasks.read_signals"
EXAMINE_PIECES = "vitals.tasks.examine_pieces"
PACK_SETTLED = "vitals.tasks.pack_settled"
QUEUE = "signals"
PIECES = "pieces"
PACKING = "packing"
BACKUPS = "backups"

# One waiting job per recording, whatever a burst brings: it begins at once, or as long after the
# last reading as that one took (see vitals.tasks). It begins by waiting for the recording's row, so
# what is committed after this line is never overlooked.
ENQUEUE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
VALUES (%(queue)s, %(task)s, %(lock)s, %(lock)s,
        jsonb_build_object('recording_id', %(id)s::text),
        now() + make_interval(secs => %(after_s)s))
ON CONFLICT (queueing_lock) WHERE status = 'todo'
DO UPDATE SET scheduled_at = least(procrastinate_jobs.scheduled_at, EXCLUDED.scheduled_at)
"""

# Pieces of a long recording, for whichever worker is free. They have a queue of their own, so that
# what is live never waits behind them.
SHARE_OUT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
SELECT %(queue)s, %(task)s, lock, lock,
       jsonb_build_object('recording_id', %(id)s::text, 'first', first, 'end', first + %(size)s)
FROM (SELECT first, 'pieces:' || %(id)s::text || ':' || first AS lock
      FROM unnest(%(firsts)s::int[]) AS one(first)) AS job
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


# A job of its own: it may wait for minutes without holding up a reading that is due.
PACK_LATER = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
VALUES (%(queue)s, %(task)s, %(lock)s, %(lock)s,
        jsonb_build_object('recording_id', %(id)s::text),
        now() + make_interval(secs => %(after_s)s))
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


def job_of(recording_id: UUID, *, after_s: float = 0.0) -> dict[str, str | float]:
    """The values of ``ENQUEUE``. Jobs of one recording exclude each other by their lock."""
    lock = f"recording:{recording_id}"
    return {
        "queue": QUEUE,
        "task": READ_SIGNALS,
        "lock": lock,
        "id": str(recording_id),
        "after_s": after_s,
    }


def enqueue(recording_id: UUID, *, after_s: float = 0.0) -> None:
    """Have the recording read anew, once, after this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, job_of(recording_id, after_s=after_s))


def pack_later(recording_id: UUID, after_s: float) -> None:
    """Have the chunks packed that have settled by then; a job that waits already is enough."""
    values: dict[str, Any] = {
        "queue": PACKING,
        "task": PACK_SETTLED,
        "lock": f"pack:{recording_id}",
        "id": str(recording_id),
        "after_s": after_s,
    }
    with connection.cursor() as cursor:
        cursor.execute(PACK_LATER, values)


def share_out(recording_id: UUID, firsts: Sequence[int], size: int) -> None:
    """Have groups of ``size`` pieces examined, each by one worker, from each of ``firsts`` on.

    A group that waits already is not doubled.
    """
    values: dict[str, Any] = {
        "queue": PIECES,
        "task": EXAMINE_PIECES,
        "id": str(recording_id),
        "firsts": list(firsts),
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(SHARE_OUT, values)
