"""Reading the ECG of a recording while it grows. Only the worker imports this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from vitals.ecg import incremental, pieces
from vitals.ecg.first_analysis import ALGORITHM, ALGORITHM_VERSION, NotAnalysable, Reading, Summary
from vitals.ecg.incremental import Progress
from vitals.ecg.pieces import Findings
from vitals.ecg.quality import Grade
from vitals.models import Analysis, Recording
from vitals.models.analysis import PIECE
from vitals.storage.codec import MISSING
from vitals.storage.drawing import hold
from vitals.storage.reading import end_sample, samples

if TYPE_CHECKING:
    from vitals.ecg.arrays import BoolArray, FloatArray, Span

MOSTLY = 0.8  # our choice: "good" when four of five stretches are, "fair" when half of them are
HALF = 0.5


def read(recording_id: UUID) -> Analysis | None:
    """Read what is new and keep the reading of all there is.

    Returns:
        The reading; None when there is nothing to read, or whose it is changed meanwhile.
    """
    recording = Recording.objects.get(pk=recording_id)
    n_samples = end_sample(recording)
    if recording.kind != Recording.Kind.ECG or n_samples == 0:
        return None
    known = _progress(recording)

    def load(span: Span) -> tuple[FloatArray, BoolArray]:
        steps = samples(recording, span.start, span.length)[:, 0]
        missing = steps == MISSING
        return np.where(missing, 0.0, steps * recording.microvolt_per_step), missing

    closed = recording.closed_at is not None
    progress, reading = incremental.advance(known, n_samples, load, closed=closed)
    fresh = [found for index, found in progress.finished.items() if index not in known.finished]
    return _kept(recording, fresh, reading, n_samples)


def _progress(recording: Recording) -> Progress:
    found = recording.analyses.pieces().filter(
        algorithm=ALGORITHM + PIECE, algorithm_version=ALGORITHM_VERSION
    )
    finished = [Findings.from_json(row.result) for row in found]
    return Progress(recording.sampling_rate_hz, {each.index: each for each in finished})


@transaction.atomic
def _kept(
    recording: Recording, fresh: list[Findings], reading: Reading, n_samples: int
) -> Analysis | None:
    hold(recording.pk)
    now = Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    if now.generation != recording.generation:
        return None
    rate = recording.sampling_rate_hz
    rows = [_piece(recording, each, n_samples, rate) for each in fresh]
    rows.append(
        Analysis(
            recording=recording,
            algorithm=ALGORITHM,
            algorithm_version=ALGORITHM_VERSION,
            from_sample=0,
            to_sample=n_samples,
            result=described(reading),
            final=recording.closed_at is not None,
            at=timezone.now(),
        )
    )
    Analysis.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["recording", "algorithm", "algorithm_version", "from_sample"],
        update_fields=["to_sample", "result", "final", "at"],
    )
    return rows[-1]


def _piece(recording: Recording, found: Findings, n_samples: int, rate: float) -> Analysis:
    window = pieces.window_span(found.index, n_samples, rate)
    return Analysis(
        recording=recording,
        algorithm=ALGORITHM + PIECE,
        algorithm_version=ALGORITHM_VERSION,
        from_sample=window.start,
        to_sample=window.end,
        result=found.to_json(),
        final=True,
    )


def described(reading: Reading) -> dict[str, Any]:
    """A reading as kept: all of it, and the few values that pages show."""
    if isinstance(reading, NotAnalysable):
        return reading.to_json() | {"not_analysable": reading.reason}
    longest = max((pause.seconds for pause in reading.pauses), default=None)
    graded = reading.to_json()
    return graded | {
        "grades": graded["quality"],
        "not_analysable": None,
        "rate_low": round(reading.rate.low_per_min),
        "rate_high": round(reading.rate.high_per_min),
        "regular": {"regular": True, "irregular": False}.get(reading.regularity),
        "n_pauses": len(reading.pauses),
        "longest_pause_s": None if longest is None else round(longest, 1),
        "share_analysable": round(reading.analysable_share, 3),
        "quality": quality_word(reading),
    }


def quality_word(reading: Summary) -> str:
    """How good the signal is on the whole, gaps and noise included."""
    good = sum(grade is Grade.GOOD for grade in reading.grades) / max(len(reading.grades), 1)
    return "good" if good >= MOSTLY else "fair" if good >= HALF else "poor"
