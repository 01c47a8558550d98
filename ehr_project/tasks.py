"""What the roof asks the worker to do by itself: the nightly backup."""

import logging
from collections.abc import Callable

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from vitals.jobs import BACKUPS
from vitals.tasks import own_connection

logger = logging.getLogger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="ehr_project.tasks.back_up",
    queue=BACKUPS,
    queueing_lock="backup",
    lock="backup",
    pass_context=True,
)
@own_connection
def back_up(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 -- the minute
    """Make a backup where one is due, and try it; how it went stands on the health page."""
    back_up_when_due(context.should_abort)


def back_up_when_due(stop: Callable[[], bool]) -> None:
    """One round where it is time; ``stop`` says that the worker has to end."""
    from ehr_project.backups.rounds import due, run_apart

    if due(timezone.now()) and run_apart(stop):
        logger.warning("The nightly backup failed; the health page says why")
