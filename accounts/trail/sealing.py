"""The sealer: each second it chains what was committed to the audit trail since.

A row is taken when every transaction that began before its own has ended, so that none can still
slip in before it. One sealer works at a time, however many workers there are.
"""

import logging
import threading
from datetime import UTC
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import AuditSeal
from accounts.trail.digests import BEGINNING, FORMS, NEWEST, digest, head_over
from accounts.trail.heads import export

logger = logging.getLogger(__name__)

MOST_ROWS = 2_000
PAUSE_S = 1.0
PAUSE_AFTER_TROUBLE_S = 5.0
LOCK = 0x5EA1  # ours among the advisory locks of this database
FIRST = (-1, UUID(int=0))
# The rows that come next under seal; the parameters are the place of the last one.
FOLLOWING = """
SELECT txid, {columns} FROM accounts_auditevent
WHERE (txid, id) > (%s, %s::uuid) AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::int8
ORDER BY txid, id LIMIT %s
"""


@transaction.atomic
def seal() -> AuditSeal | None:
    """Put the next rows under seal; None where there are none, or another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            return None
        last = AuditSeal.objects.defer("events", "digests").order_by("-number").first()
        txid, event = (last.txid, last.last_id) if last else FIRST
        cursor.execute(FOLLOWING.format(columns=FORMS[NEWEST]), [txid, str(event), MOST_ROWS])
        rows = cursor.fetchall()
    if not rows:
        return None
    return chained(last, rows[-1][0], [row[1:] for row in rows])


def chained(last: AuditSeal | None, txid: int, rows: list[tuple[str | None, ...]]) -> AuditSeal:
    """The seal behind ``last``, over ``rows``.

    Args:
        last: The newest seal; None where this is the first.
        txid: Transaction of the last row.
        rows: Their columns as text, the key first.
    """
    number = last.number + 1 if last else 1
    at = timezone.now().astimezone(UTC)
    events = [UUID(row[0]) for row in rows]
    digests = b"".join(map(digest, rows))
    head = head_over(bytes(last.head) if last else BEGINNING, number, at, events, digests)
    return AuditSeal.objects.create(
        number=number,
        at=at,
        form=NEWEST,
        txid=txid,
        last_id=events[-1] if events else last.last_id if last else FIRST[1],
        events=events,
        digests=digests,
        head=head,
    )


def seal_all() -> int:
    """Put everything that waits under seal, and export the heads.

    Returns:
        How many rows that were.
    """
    count = 0
    while made := seal():
        count += len(made.events)
        logger.info(
            "Audit seal %s over %s rows: %s", made.number, len(made.events), made.head.hex()
        )
        if len(made.events) < MOST_ROWS:
            break
    export(settings.DATA_DIR)
    return count


def run_forever(stop: threading.Event) -> None:
    """Seal each second until ``stop`` is set; trouble with database or disk is waited out."""
    while not stop.is_set():
        pause = PAUSE_S
        try:
            seal_all()
        except DatabaseError as error:
            logger.warning("The sealer waits for the database: %s", type(error).__name__)
            connection.close()
            pause = PAUSE_AFTER_TROUBLE_S
        except OSError as error:
            logger.error("The heads of the audit trail cannot be written: %s", error.strerror)
            pause = PAUSE_AFTER_TROUBLE_S
        stop.wait(pause)
    connection.close()
