"""Reading the ECG of a recording while it grows. Only the worker imports this."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from vitals.ecg import gate, grid, incremental, parallel
from vitals.ecg.arrays import Span
from vitals.ecg.findings import Findings
from vitals.ecg.pieces import Excerpt
from vitals.ecg.quality import Grade
from vitals.ecg.reading import NotAnalysable, Reading, Summary
from vitals.ecg.signal import Ecg, Outline
from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION
from vitals.models import Analysis, ChunkReceipt, Pairing, Recording
from vitals.models.analysis import PIECE
from vitals.storage.codec import MISSING
from vitals.storage.drawing import hold
from vitals.storage.reading import end_sample, samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from vitals.ecg.incremental import Growth, Load

MOSTLY = 0.8  # our choice: "good" when four of five stretches are, "fair" when half of them are
HALF = 0.5
PACED: dict[str, bool] = {Pairing.Pacemaker.YES: True, Pairing.Pacemaker.NO: False}
A_YEAR_DAYS = 365.2425


def read(recording_id: UUID) -> Analysis | None:
    """Read what is new and keep the reading of all there is.

    Returns:
        The reading; None when there is nothing to read, or whose it is changed meanwhile.
    """
    begun = time.monotonic()
    recording, n_samples = _of_ecg(recording_id)
    if n_samples == 0:
        return None
    growth = incremental.advance(
        _finished(recording),
        outline_of(recording, n_samples),
        signal_of(recording),
        closed=recording.closed_at is not None,
        examine=partial(parallel.examine, urgent=True),
    )
    return _kept(recording, growth, n_samples, begun)


def unexamined(recording_id: UUID) -> list[int]:
    """The finished pieces of a recording that nobody has examined yet."""
    recording, n_samples = _of_ecg(recording_id)
    rate = recording.sampling_rate_hz
    if n_samples == 0 or gate.refusal(n_samples, rate):
        return []
    n_whole = grid.n_whole(n_samples, rate, closed=recording.closed_at is not None)
    known = set(recording.analyses.pieces().current().values_list("from_sample", flat=True))
    starts = (grid.window_span(index, n_samples, rate).start for index in range(n_whole))
    return [index for index, start in enumerate(starts) if start not in known]


def examine(recording_id: UUID, indexes: Iterable[int]) -> None:
    """Examine these pieces and keep each as soon as it is done: what is kept survives any crash."""
    recording, n_samples = _of_ecg(recording_id)
    rate = recording.sampling_rate_hz
    received: dict[int, int] = {}

    def excerpts() -> Iterator[Excerpt]:
        load = signal_of(recording)
        for index in indexes:
            window = grid.window_span(index, n_samples, rate)
            received[index] = _received(recording, window)
            yield Excerpt(index, n_samples, load(window))

    for found in parallel.examine(excerpts()):
        _keep_piece(recording, found, n_samples, received.pop(found.index))


def signal_of(recording: Recording) -> Load:
    """Loads spans of a recording, with all that is declared about them."""
    known = outline_of(recording, 0)

    def load(span: Span) -> Ecg:
        steps = samples(recording, span.start, span.length)
        missing = steps == MISSING
        return Ecg(
            microvolts=np.where(missing, 0.0, steps * recording.microvolt_per_step),
            missing=missing,
            sampling_rate_hz=known.sampling_rate_hz,
            leads=known.leads,
            bandwidth_hz=_bandwidth_hz(recording),
            paced=known.paced,
            age_years=known.age_years,
        )

    return load


def outline_of(recording: Recording, n_samples: int) -> Outline:
    """What the recording, its wearing and its wearer say."""
    return Outline(
        n_samples=n_samples,
        sampling_rate_hz=recording.sampling_rate_hz,
        leads=tuple(recording.channels),
        paced=PACED.get(recording.pairing.pacemaker) if recording.pairing else None,
        age_years=_age_years(recording),
    )


def _bandwidth_hz(recording: Recording) -> tuple[float, float] | None:
    """Declared; where only the low end is, the sampling rate limits the high one."""
    low, high = recording.bandwidth_low_hz, recording.bandwidth_high_hz
    return None if low is None else (low, high or recording.sampling_rate_hz / 2)


def _age_years(recording: Recording) -> float | None:
    """The youngest that the wearer can be: readings for adults are withheld from a child."""
    patient = recording.patient
    born = patient.birth_date_high if patient else None
    if born is None:
        return None
    return (recording.started_at.date() - born).days / A_YEAR_DAYS


def _of_ecg(recording_id: UUID) -> tuple[Recording, int]:
    """The recording, and how many samples there are to read."""
    recording = Recording.objects.select_related("pairing__patient").get(pk=recording_id)
    return recording, end_sample(recording) if recording.kind == Recording.Kind.ECG else 0


def _finished(recording: Recording) -> dict[int, Findings]:
    rows = recording.analyses.pieces().current()
    found = [Findings.from_json(result) for result in rows.values_list("result", flat=True)]
    return {each.index: each for each in found}


def _received(recording: Recording, window: Span) -> int:
    """How many chunks of a window are here; grows with each that comes late."""
    chunks = ChunkReceipt.objects.filter(recording=recording, first_sample__lt=window.end)
    return chunks.filter(first_sample__gt=window.start - F("n_samples")).count()


@transaction.atomic
def _keep_piece(recording: Recording, found: Findings, n_samples: int, received: int) -> None:
    """Keep one piece, unless samples of it came, or whose they are changed, in the meantime."""
    if not _still(recording):
        return
    row = _piece(recording, found, n_samples)
    if _received(recording, Span(row.from_sample, row.to_sample)) == received:
        _store([row])


@transaction.atomic
def _kept(recording: Recording, growth: Growth, n_samples: int, begun: float) -> Analysis | None:
    if not _still(recording):
        return None
    reading = Analysis(
        recording=recording,
        algorithm=ALGORITHM,
        algorithm_version=ALGORITHM_VERSION,
        from_sample=0,
        to_sample=n_samples,
        result=described(growth.reading),
        final=recording.closed_at is not None,
        at=timezone.now(),
        took_s=time.monotonic() - begun,
    )
    _store([*(_piece(recording, each, n_samples) for each in growth.finished), reading])
    recording.analyses.pieces().outdated().delete()
    return reading


def _still(recording: Recording) -> bool:
    """Whether they are the same wearer's samples as when reading began; holds the recording."""
    hold(recording.pk)
    now = Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    return now.generation == recording.generation


def _store(rows: list[Analysis]) -> None:
    Analysis.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["recording", "algorithm", "algorithm_version", "from_sample"],
        update_fields=["to_sample", "result", "final", "at", "took_s", "charted"],
    )


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
