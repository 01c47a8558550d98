"""Is the machinery well? Queue, worker, disk, database, devices, sync; nothing of a patient."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ehr_project import wording
from ehr_project.admin_pages.backup import backup_line
from ehr_project.admin_pages.imports import last_imports
from ehr_project.admin_pages.line import Line, State
from vitals.models import ChunkReceipt, Device, Recording
from vitals.sync.progress import Progress, all_progress

WAITING_LONG = timedelta(minutes=5)
WORKER_SILENT = timedelta(minutes=1)
SAMPLE_OLD = timedelta(days=1)
TRANSACTION_LONG = timedelta(minutes=10)
SYNC_LATE = timedelta(hours=1)
LEAST_FREE_SHARE = 0.1
LEAST_FREE_BYTES = 5 * 2**30
GOOD_STATES = {"off", "working", "up-to-date"}

QUEUE = """
SELECT count(*) FILTER (WHERE status = 'todo'),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       min(scheduled_at) FILTER (WHERE status = 'todo' AND scheduled_at <= now())
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')
"""
HEARTBEAT = "SELECT max(last_heartbeat) FROM procrastinate_workers"
SIZE = "SELECT pg_database_size(current_database())"
LONGEST = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def health() -> list[Line]:
    """Every line: machinery first, then devices and other systems by name."""
    return [
        *_queue(),
        _worker(),
        _disk(),
        _database(),
        _transaction(),
        backup_line(),
        _import(),
        *_devices(),
        *_targets(),
    ]


def _one(sql: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _ago(moment: datetime | None) -> str:
    if moment is None:
        return _("never")
    return f"{wording.moment(moment)}, {wording.ago(moment, timezone.now())}"


def _older(moment: datetime | None, limit: timedelta) -> bool:
    return moment is None or timezone.now() - moment > limit


def _queue() -> Iterator[Line]:
    waiting, running, failed, oldest = _one(QUEUE)
    late = oldest is not None and _older(oldest, WAITING_LONG)
    words = _("%(waiting)s waiting, %(running)s running") % {"waiting": waiting, "running": running}
    if oldest is not None:
        words += "; " + _("the oldest due %(when)s") % {"when": _ago(oldest)}
    yield Line(
        what=_("Jobs"),
        state=State.BAD if late else State.GOOD,
        value=words,
        remedy=_("Readings come late: look whether the worker runs, and give it more processors."),
    )
    yield Line(
        what=_("Failed jobs"),
        state=State.LOOK if failed else State.GOOD,
        value=str(failed),
        remedy=_("The worker's log says why. The samples are safe: only their reading is missing."),
    )


def _worker() -> Line:
    beat = _one(HEARTBEAT)[0]
    return Line(
        what=_("Worker, last sign of life"),
        state=State.BAD if _older(beat, WORKER_SILENT) else State.GOOD,
        value=_ago(beat),
        remedy=_("Start it: manage.py worker. Until then nothing is analysed or sent."),
    )


def _disk() -> Line:
    data = Path(settings.DATA_DIR)
    folder = next(path for path in (data, *data.parents) if path.exists())
    disk = shutil.disk_usage(folder)
    short = disk.free < LEAST_FREE_BYTES or disk.free / disk.total < LEAST_FREE_SHARE
    free, total = filesizeformat(disk.free), filesizeformat(disk.total)
    return Line(
        what=_("Disk"),
        state=State.BAD if short else State.GOOD,
        value=_("%(free)s free of %(total)s") % {"free": free, "total": total},
        remedy=_("Make room or add a disk before it is full: a full one takes no samples."),
    )


def _database() -> Line:
    return Line(
        what=_("Database"),
        state=State.GOOD,
        value=filesizeformat(_one(SIZE)[0]),
        remedy=_("Compare it with the free disk."),
    )


def _transaction() -> Line:
    start = _one(LONGEST)[0]
    long = start is not None and _older(start, TRANSACTION_LONG)
    return Line(
        what=_("Longest running transaction"),
        state=State.LOOK if long else State.GOOD,
        value=_ago(start) if start is not None else _("none is open"),
        remedy=_("Sync waits for it, and the database cannot tidy up. End what holds it open."),
    )


def _import() -> Line:
    imports = last_imports()
    words = [f"{origin}: {_ago(at)}" for origin, at in sorted(imports.items())]
    return Line(
        what=_("Last import"),
        state=State.GOOD if imports else State.UNKNOWN,
        value="; ".join(words) or _("none recorded"),
        remedy=_("Only needed where another system delivers files: ask whether its delivery ran."),
    )


def _heard() -> QuerySet[Device]:
    """Devices in use, each with its last chunk and when its key last opened the door.

    Only the newest recording is asked for its last chunk: the receipts of years are many.
    """
    newest = Recording.objects.filter(device=OuterRef("pk")).order_by("-created_at").values("pk")
    chunks = ChunkReceipt.objects.filter(recording=OuterRef("newest")).order_by("-seq")
    devices = Device.objects.registered().filter(status="active").order_by("serial")
    return devices.annotate(newest=Subquery(newest[:1])).annotate(
        last_sample=Subquery(chunks.values("arrived_at")[:1]),
        last_contact=Max("keys__last_used_at"),
    )


def _devices() -> Iterator[Line]:
    for device in _heard():
        sample: datetime | None = device.last_sample  # type: ignore[attr-defined]
        contact: datetime | None = device.last_contact  # type: ignore[attr-defined]
        late = _older(sample, SAMPLE_OLD) and _older(contact, SAMPLE_OLD)
        yield Line(
            what=_("Device %(serial)s, last sample") % {"serial": device.serial},
            state=State.LOOK if late else State.GOOD,
            value=_("%(sample)s; last contact: %(contact)s")
            % {"sample": _ago(sample), "contact": _ago(contact)},
            remedy=_("Is it worn, charged and in reach of the network? Uploads say what it sent."),
            url=reverse("admin:vitals_device_change", args=[device.pk]),
        )


def _targets() -> Iterator[Line]:
    for row in all_progress():
        yield _target(row)


def _target(row: Progress) -> Line:
    good = row.state in GOOD_STATES and not row.stuck
    late = row.oldest is not None and _older(row.oldest, SYNC_LATE)
    words = _("%(behind)d changes not read, %(waiting)d waiting, %(stuck)d need a person") % {
        "behind": row.behind,
        "waiting": row.waiting,
        "stuck": row.stuck,
    }
    if row.oldest is not None:
        words += "; " + _("the oldest since %(when)s") % {"when": _ago(row.oldest)}
    words += "; " + _("last success: %(when)s") % {"when": _ago(row.target.last_success_at)}
    words += f" ({row.state})"
    return Line(
        what=_("Sync with %(name)s") % {"name": row.target.name},
        state=State.BAD if late or not good else State.GOOD,
        value=words,
        remedy=_("Open it: the error of the last try and what to decide stand there."),
        url=reverse("sync-target", args=[row.target.pk]),
    )
