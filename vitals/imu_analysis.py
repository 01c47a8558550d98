"""Reading the motion of a recording while it grows. Only the worker imports this."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from vitals.ecg import grid
from vitals.imu import reading
from vitals.imu.motion import Unreadable, layout
from vitals.imu.pieces import Findings
from vitals.imu.reading import Growth
from vitals.imu.sites import site_of
from vitals.imu.summary import ALGORITHM, ALGORITHM_VERSION, NotAnalysable, Wearing
from vitals.models import Analysis, Recording
from vitals.models.analysis import PIECE
from vitals.storage.codec import MISSING
from vitals.storage.drawing import hold
from vitals.storage.reading import end_sample, samples

if TYPE_CHECKING:
    from uuid import UUID

    from vitals.ecg.arrays import Span
    from vitals.imu.motion import Motion

A_YEAR_DAYS = 365.2425


def read(recording_id: UUID) -> Analysis | None:
    """Read what is new and keep the reading of all there is.

    Returns:
        The reading; None for other kinds, when there is nothing to read, or when whose it is
        changed meanwhile.
    """
    begun = time.monotonic()
    recording = Recording.objects.select_related("pairing__patient").get(pk=recording_id)
    n_samples = end_sample(recording) if recording.kind == Recording.Kind.IMU else 0
    if n_samples == 0:
        return None
    return _kept(recording, _growth(recording, n_samples), n_samples, begun)


def _growth(recording: Recording, n_samples: int) -> Growth:
    rate = recording.sampling_rate_hz
    try:
        axes = layout(recording.channels, recording.unit, recording.units_per_step)
    except Unreadable as reason:
        return Growth((), NotAnalysable(str(reason)))

    def load(span: Span) -> Motion:
        return axes.motion(samples(recording, span.start, span.length), MISSING, rate)

    return reading.advance(
        _finished(recording),
        n_samples,
        rate,
        load,
        _wearing(recording),
        closed=recording.closed_at is not None,
    )


def _wearing(recording: Recording) -> Wearing:
    pairing = recording.pairing
    if pairing is None:
        return Wearing()
    born = pairing.patient.birth_date_high
    days = (recording.started_at.date() - born).days if born else None
    return Wearing(site_of(pairing.wear_site), None if days is None else days / A_YEAR_DAYS)


def _finished(recording: Recording) -> dict[int, Findings]:
    rows = recording.analyses.pieces().filter(
        algorithm=ALGORITHM + PIECE, algorithm_version=ALGORITHM_VERSION
    )
    found = (Findings.from_json(result) for result in rows.values_list("result", flat=True))
    return {each.index: each for each in found}


@transaction.atomic
def _kept(recording: Recording, growth: Growth, n_samples: int, begun: float) -> Analysis | None:
    hold(recording.pk)
    now = Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    if now.generation != recording.generation:
        return None
    whole = Analysis(
        recording=recording,
        algorithm=ALGORITHM,
        algorithm_version=ALGORITHM_VERSION,
        from_sample=0,
        to_sample=n_samples,
        result=growth.reading.to_json(),
        final=recording.closed_at is not None,
        at=timezone.now(),
        took_s=time.monotonic() - begun,
    )
    rows = [*(_piece(recording, each, n_samples) for each in growth.finished), whole]
    Analysis.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["recording", "algorithm", "algorithm_version", "from_sample"],
        update_fields=["to_sample", "result", "final", "at", "took_s", "charted"],
    )
    return whole


def _piece(recording: Recording, found: Findings, n_samples: int) -> Analysis:
    window = grid.window_span(found.index, n_samples, recording.sampling_rate_hz)
    return Analysis(
        recording=recording,
        algorithm=ALGORITHM + PIECE,
        algorithm_version=ALGORITHM_VERSION,
        from_sample=window.start,
        to_sample=window.end,
        result=found.to_json(),
        final=True,
    )
