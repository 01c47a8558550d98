"""A recording as a whole: what all its pieces say together, and how much could be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from vitals.ecg import episodes, gate, grid, hourly, hrv, intervals, pieces, rhythm
from vitals.ecg.arrays import BoolArray, IntArray, Span, joined
from vitals.ecg.findings import Findings
from vitals.ecg.peaks import REFRACTORY_S
from vitals.ecg.pieces import Excerpt
from vitals.ecg.quality import Grade
from vitals.ecg.reading import LeadReading, NotAnalysable, Reading, Summary
from vitals.ecg.signal import Ecg, Outline

PROBLEM_SHARE: Final = 0.5  # our choice: of the pieces in which a lead could be read


def analyse(ecg: Ecg) -> Reading:
    """Read a recording that is all in memory, from beginning to end.

    Returns:
        A summary, or why there is none. Never raises for what the samples hold.
    """
    reason = gate.refusal(ecg.n_samples, ecg.sampling_rate_hz)
    if reason is not None:
        return NotAnalysable(reason)
    n_pieces = grid.count(ecg.n_samples, ecg.sampling_rate_hz)
    return summarise([examine_from(ecg, index) for index in range(n_pieces)], ecg.outline)


def examine_from(ecg: Ecg, index: int) -> Findings:
    """Examine piece ``index`` of a recording that is all in memory."""
    window = grid.window_span(index, ecg.n_samples, ecg.sampling_rate_hz)
    return pieces.examine(Excerpt(index, ecg.n_samples, ecg.part(window)))


def summarise(found: Iterable[Findings], outline: Outline) -> Reading:
    """Put the findings of all pieces together.

    Args:
        found: Of each piece once, any order. A piece that was not examined counts as rejected.
        outline: The recording that they are pieces of.
    """
    n_samples, rate_hz = outline.n_samples, outline.sampling_rate_hz
    reason = gate.refusal(n_samples, rate_hz)
    if reason is not None:
        return NotAnalysable(reason)
    ordered = sorted(found, key=lambda piece: piece.index)
    course = _course(ordered, outline)
    parts = rhythm.stretches(course.beats, course.rejected)
    rate = rhythm.rate_range(parts, rate_hz)
    grades = tuple(segment.grade for piece in ordered for segment in piece.segments)
    if rate is None:
        return NotAnalysable(_why_none(ordered, grades))
    pauses = tuple(rhythm.pauses(parts, course.pauses_after, rate_hz))
    leads = _leads(ordered, outline.leads)
    return Summary(
        outline=outline,
        analysable_share=1 - sum(span.length for span in course.rejected) / n_samples,
        failed=sum(piece.failed for piece in ordered),
        r_peaks=course.beats,
        classes=course.classes,
        rate=rate,
        uneven_share=rhythm.uneven_share(parts, rate_hz),
        pauses=pauses,
        rate_by_minute=tuple(rhythm.rate_by_minute(parts, n_samples, rate_hz)),
        grades=grades,
        leads=leads,
        episodes=episodes.episodes(course),
        ventricular=episodes.ventricular(course),
        af=episodes.atrial_fibrillation(course),
        measured=_measured(ordered, course, leads),
        hrv=_variability(ordered, course),
        hours=tuple(hourly.table(_hourly(course, pauses))),
    )


def _course(ordered: Sequence[Findings], outline: Outline) -> episodes.Course:
    beats = np.concatenate([np.zeros(0, dtype=np.int64), *(piece.beats for piece in ordered)])
    classes = np.concatenate([np.zeros(0, dtype=np.uint8), *(p.classes for p in ordered)])
    pauses = [np.zeros(0, dtype=np.int64), *(piece.pauses_after for piece in ordered)]
    once = _once(beats, outline.sampling_rate_hz)
    return episodes.Course(
        beats=beats[once],
        classes=classes[once],
        rejected=_rejected(ordered, outline.n_samples),
        n_samples=outline.n_samples,
        sampling_rate_hz=outline.sampling_rate_hz,
        pauses_after=np.concatenate(pauses),
        paced=outline.paced,
        age_years=outline.age_years,
    )


def _once(beats: IntArray, sampling_rate_hz: float) -> BoolArray:
    """All beats but the second of two that neighbouring pieces both claim at their border."""
    apart: BoolArray = np.diff(beats, prepend=-(10**9)) >= REFRACTORY_S * sampling_rate_hz
    return apart


def _rejected(ordered: Sequence[Findings], n_samples: int) -> list[Span]:
    """Rejected spans of all pieces, and all that no piece covers."""
    spans = [span for piece in ordered for span in piece.rejected]
    edges = [0, *(edge for piece in ordered for edge in piece.core), n_samples]
    spans += [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return joined(spans)


def _leads(ordered: Sequence[Findings], names: Sequence[str]) -> tuple[LeadReading, ...]:
    """Each lead: the share of its 10 s that can be read, and a problem that most pieces show."""
    found = []
    for at, name in enumerate(names):
        grades = [piece.lead_grades[at] for piece in ordered if len(piece.lead_grades) > at]
        every = [grade.analysed for piece in grades for grade in piece]
        read = sum(any(grade.analysed for grade in piece) for piece in grades)
        told = Counter(piece.lead_problems.get(name) for piece in ordered)
        problem, times = max(
            ((each, n) for each, n in told.items() if each), key=lambda one: one[1], default=("", 0)
        )
        wrong = problem if times and times >= PROBLEM_SHARE * read else None
        found.append(LeadReading(name, sum(every) / max(1, len(every)), wrong))
    return tuple(found)


def _measured(
    ordered: Sequence[Findings], course: episodes.Course, leads: Sequence[LeadReading]
) -> dict[str, Any]:
    """Intervals, axes and ST; the last two not from leads that cannot be what they are called."""
    measured = intervals.summarise(
        [piece.intervals for piece in ordered if piece.intervals is not None],
        paced=course.paced,
        age_years=course.age_years,
        possible_af=course.possible_af,
    )
    wrong = [f"lead {lead.name}: {lead.problem}" for lead in leads if lead.problem]
    if wrong and not measured["st"]["withheld"]:
        measured["st"] = {"withheld": wrong[0]}
        measured["axis"] = {"p": None, "qrs": None, "t": None, "withheld": wrong[0]}
    return measured


def _variability(ordered: Sequence[Findings], course: episodes.Course) -> dict[str, Any]:
    known = [piece.hrv for piece in ordered if piece.hrv is not None]
    if course.is_child:
        return hrv.over_day([]) | {"withheld": episodes.CHILD_REASON}
    return hrv.over_day(known, paced=course.paced, possible_af=course.possible_af)


def _hourly(course: episodes.Course, pauses: Sequence[rhythm.Pause]) -> hourly.Course:
    return hourly.Course(
        n_samples=course.n_samples,
        sampling_rate_hz=course.sampling_rate_hz,
        beats=course.beats,
        classes=course.classes,
        rejected=course.rejected,
        pauses=pauses,
        possible_af=None if course.af_withheld else course.possible_af,
        ventricular_withheld=course.ectopy_withheld is not None,
    )


def _why_none(ordered: Sequence[Findings], grades: Sequence[Grade]) -> str:
    if all(piece.failed for piece in ordered):
        return "the program failed on it"
    if all(grade is Grade.NO_SIGNAL for grade in grades):
        return "the signal is missing, flat or out of range throughout"
    if not any(grade.analysed for grade in grades):
        return "no beats can be told from noise"
    return "fewer than 4 beats follow each other without a break"
