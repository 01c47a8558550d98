"""How much room recordings take: by kind of data, month and device; nothing of a patient.

Sizes of tables are exact. Sizes by month and device are counted over all blocks where they are few,
and over a sample of the table's pages where they are many, so that the page costs the same in a
house of any age; then they are called estimates.
"""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST_BLOCKS = 50_000
MOST_DEVICES = 100
MOST_MONTHS = 24
GROWTH = timedelta(days=30)

TABLES: dict[str, str | Promise] = {
    "vitals_waveformchunk": _("Samples"),
    "vitals_pyramidpiece": _("Overview of samples (can be computed again)"),
    "vitals_chunkreceipt": _("Receipts"),
    "vitals_chunkconflict": _("Chunks that were sent in conflict with others"),
    "vitals_analysis": _("Computer readings (can be computed again)"),
    "vitals_originalpart": _("Original files of imports"),
}
SIZES = "SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%s::text[]) AS name"
ROWS = "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'vitals_waveformchunk'::regclass"
BY_MONTH = """
SELECT date_trunc('month', c.start_time AT TIME ZONE %s)::date, r.kind, count(*),
       sum(octet_length(c.payload)), sum(c.n_samples::bigint * cardinality(r.channels) * 2)
FROM vitals_waveformchunk c TABLESAMPLE SYSTEM (%s)
JOIN vitals_recording r ON r.id = c.recording_id
GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT %s
"""
BY_DEVICE = """
SELECT coalesce(nullif(d.serial, ''), '–'), d.model_name, count(*), sum(octet_length(c.payload))
FROM vitals_waveformchunk c TABLESAMPLE SYSTEM (%s)
JOIN vitals_recording r ON r.id = c.recording_id JOIN vitals_device d ON d.id = r.device_id
GROUP BY d.id ORDER BY 4 DESC, 1 LIMIT %s
"""
LATELY = """
SELECT coalesce(sum(octet_length(c.payload)), 0)
FROM vitals_waveformchunk c TABLESAMPLE SYSTEM (%s) WHERE c.start_time > now() - %s
"""


@dataclass(frozen=True)
class Table:
    """One kind of data: what it is, and its bytes with indexes."""

    what: str | Promise
    n_bytes: int


@dataclass(frozen=True)
class Month:
    """Samples of one kind that were measured in one month (its first day)."""

    month: Any
    kind: str
    blocks: int
    n_bytes: int
    raw_bytes: int

    @property
    def share(self) -> float:
        """Of the size in which the samples came."""
        return self.n_bytes / self.raw_bytes if self.raw_bytes else 0.0


@dataclass(frozen=True)
class Worn:
    """Samples of one device."""

    serial: str
    model: str
    blocks: int
    n_bytes: int


@dataclass(frozen=True)
class Usage:
    """All of the page.

    Attributes:
        sampled_percent: How much of the blocks was counted; 100: all of them, nothing is estimated.
        a_day_bytes: Growth over the last 30 days, samples only.
        days_left: Until the disk is full at that pace; None where nothing grows.
    """

    tables: list[Table]
    months: list[Month]
    devices: list[Worn]
    sampled_percent: float
    a_day_bytes: int
    free_bytes: int
    days_left: int | None

    @property
    def total_bytes(self) -> int:
        """Of all that belongs to recordings."""
        return sum(table.n_bytes for table in self.tables)


def usage() -> Usage:
    """Count it now."""
    rows = float(_all(ROWS, [])[0][0])
    percent = min(100.0, 100 * MOST_BLOCKS / rows) if rows else 100.0
    factor = 100 / percent
    a_day = round(float(_all(LATELY, [percent, GROWTH])[0][0]) * factor / GROWTH.days)
    free = _free_bytes()
    return Usage(
        tables=[Table(TABLES[name], size) for name, size in _all(SIZES, [list(TABLES)])],
        months=[
            Month(month, kind, *(round(float(each) * factor) for each in counted))
            for month, kind, *counted in _all(BY_MONTH, [settings.TIME_ZONE, percent, MOST_MONTHS])
        ],
        devices=[
            Worn(serial, model, *(round(float(each) * factor) for each in counted))
            for serial, model, *counted in _all(BY_DEVICE, [percent, MOST_DEVICES])
        ],
        sampled_percent=percent,
        a_day_bytes=a_day,
        free_bytes=free,
        days_left=free // a_day if a_day else None,
    )


def _all(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _free_bytes() -> int:
    data = Path(settings.DATA_DIR)
    return shutil.disk_usage(next(path for path in (data, *data.parents) if path.exists())).free
