"""``manage.py worker``: reads signals as they come, sends records on, seals the audit trail."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection, connections
from procrastinate import exceptions
from procrastinate.contrib.django import app

from vitals.ecg import parallel
from vitals.jobs import BACKUPS, PACKING, PIECES, QUEUE
from vitals.tasks import STALLED_S, rescue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from procrastinate import App
    from procrastinate.contrib.django.django_connector import DjangoConnector

logger = logging.getLogger(__name__)

# What is live, what has time, and what may take hours.
SERVED = ((QUEUE,), (PIECES, PACKING), (BACKUPS,))
AT_ONCE = 2  # jobs of each queue; what they examine goes to as many processes as there are cores
POLL_S = 0.5  # new jobs are told at once; this is how late one begins that had to wait
GRACE_S = 20.0
PAUSE_S = 2.0


class Command(BaseCommand):
    help = "Analyse recordings as they arrive, and send to other systems. SIGTERM ends it gently."

    def handle(self, *_: Any, **__: Any) -> None:
        stop = threading.Event()
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: stop.set())
        beside = [
            threading.Thread(target=run, args=(stop,), name=name)
            for name, run in (("sync", _sync), ("sealer", _seal))
        ]
        for each in beside:
            each.start()
        try:
            with parallel.examiners():
                while not stop.is_set():
                    _serve(stop)
        finally:
            stop.set()
            for each in beside:
                each.join(GRACE_S)


def _serve(stop: threading.Event) -> None:
    """Run jobs until told to stop; while the database is away, wait for it."""
    try:
        rescue()
        asyncio.run(_work(stop))
    except (exceptions.ConnectorException, DatabaseError, OSError) as away:
        logger.warning("The worker waits for the database: %s", type(away).__name__)
        connection.close()
        stop.wait(PAUSE_S)
    finally:
        connection.close()


async def _work(stop: threading.Event) -> None:
    # Procrastinate plans periodic jobs through Django, in a thread of its own that outlives this
    # call: what a crash of the database left of its connection would stop every later worker.
    await sync_to_async(connections.close_all)()
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    async with app.with_connector(connector).open_async() as worker_app:
        running = [asyncio.create_task(_jobs_of(worker_app, queues)) for queues in SERVED]
        begun = time.monotonic()
        while not stop.is_set() and not any(task.done() for task in running):
            await asyncio.sleep(0.2)
            if time.monotonic() - begun > STALLED_S:
                begun = time.monotonic()
                await asyncio.to_thread(_rescue_apart)
        for task in running:
            task.cancel()  # procrastinate lets what runs come to its end
        for ended in await asyncio.gather(*running, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _jobs_of(worker_app: App, queues: Sequence[str]) -> None:
    await worker_app.run_worker_async(
        queues=list(queues),  # procrastinate hands them on as an array
        name=queues[0],
        concurrency=AT_ONCE,
        fetch_job_polling_interval=POLL_S,
        update_heartbeat_interval=STALLED_S / 3,
        stalled_worker_timeout=STALLED_S,
        shutdown_graceful_timeout=GRACE_S,
        delete_jobs="successful",
        install_signal_handlers=False,
    )


def _rescue_apart() -> None:
    try:
        rescue()
    finally:
        connection.close()


def _sync(stop: threading.Event) -> None:
    from vitals.sync.loop import run_forever

    run_forever(stop)


def _seal(stop: threading.Event) -> None:
    from accounts.trail.sealing import run_forever

    run_forever(stop)
