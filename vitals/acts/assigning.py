"""Moving what was measured to the patient who wore the device then, or away from them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.access import require
from accounts.roles import DEVICE_ATTACH
from fhir.principal import Principal
from vitals.acts.charting import chart_waiting_readings
from vitals.jobs import enqueue
from vitals.models import Pairing, Recording, WaveformChunk
from vitals.models.chunks import RAW
from vitals.storage.drawing import hold, redraw, split

LONGEST_BLOCK = timedelta(minutes=2)


@transaction.atomic
def assign(*, by: Principal, pairing: Pairing) -> int:
    """Give the pairing every waiting chunk and reading of its time. Returns how many chunks.

    A recording that belongs to another wearer keeps its stray chunks waiting: one recording is
    never split between two charts.
    """
    require(by, DEVICE_ATTACH, pairing.device.facility_id)
    chart_waiting_readings(by=by, pairing=pairing)
    _cut_at(pairing)
    recordings = _locked(
        Recording.objects.filter(
            Q(pairing__isnull=True) | Q(pairing=pairing),
            device=pairing.device_id,
            pk__in=_within(pairing).filter(pairing__isnull=True).values("recording"),
        )
    )
    waiting = _within(pairing).filter(recording__in=recordings, pairing__isnull=True)
    count = waiting.update(pairing=pairing)
    for recording in recordings:
        Recording.objects.filter(pk=recording.pk).update(pairing=pairing)
        _redraw(recording)
    return count


@transaction.atomic
def withdraw(*, pairing: Pairing) -> int:
    """Take from the pairing what was measured outside of it. Returns how many chunks."""
    _cut_at(pairing)
    outside = WaveformChunk.objects.filter(recording__pairing=pairing, pairing=pairing).exclude(
        pk__in=_within(pairing).values("pk")
    )
    recordings = _locked(Recording.objects.filter(pk__in=outside.values("recording")))
    count = outside.update(pairing=None)
    for recording in recordings:
        if not recording.chunks.filter(pairing=pairing).exists():
            Recording.objects.filter(pk=recording.pk).update(pairing=None)
        _redraw(recording)
    return count


def _locked(rows: QuerySet[Recording]) -> list[Recording]:
    """Hold the recordings, and nobody draws them meanwhile; the device is held already."""
    keys = sorted(rows.values_list("pk", flat=True))
    for key in keys:
        hold(key)
    return list(Recording.objects.select_for_update(of=("self",)).filter(pk__in=keys))


def _within(pairing: Pairing) -> QuerySet[WaveformChunk]:
    rows = WaveformChunk.objects.filter(
        recording__device=pairing.device_id, start_time__gte=pairing.start
    )
    return rows.filter(start_time__lt=pairing.end) if pairing.end else rows


def _cut_at(pairing: Pairing) -> None:
    """Undo blocks that reach across a border of the pairing, so that each chunk is judged alone."""
    for border in (pairing.start, pairing.end):
        if border is None:
            continue
        near = WaveformChunk.objects.filter(
            recording__device=pairing.device_id,
            start_time__lt=border,
            start_time__gt=border - LONGEST_BLOCK,
        ).exclude(codec=RAW)
        for key in sorted(near.values_list("recording", flat=True).distinct()):
            hold(key)
            for block in near.filter(recording=key).select_related("recording"):
                split(block)


def _redraw(recording: Recording) -> None:
    """Forget what was computed from samples that are no longer, or not yet, part of it."""
    redraw(recording)
    enqueue(recording.pk)
