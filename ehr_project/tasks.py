"""What the roof asks the worker to do by itself: the nightly backup."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from vitals.jobs import BACKUPS
from vitals.tasks import own_connection

logger = logging.getLogger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(name="ehr_project.tasks.back_up", queue=BACKUPS, queueing_lock="backup", lock="backup")
@own_connection
def back_up(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate passes the minute
    """Make a backup where one is due, and try it; how it went stands on the health page."""
    from ehr_project.backups.rounds import due, run_apart

    if due(timezone.now()) and run_apart():
        logger.warning("The nightly backup failed; the health page says why")
