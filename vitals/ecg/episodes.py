"""Rhythm episodes and ectopy counts of a whole recording, from its beats and their classes.

Each finding has its condition: with a pacemaker, and where nobody knows whether there is one,
ventricular runs are withheld; under 16 years everything but pauses is, because the limits and the
model are of adults. What is withheld says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from vitals.ecg import af, rhythm
from vitals.ecg.arrays import BoolArray, IntArray, Span, Uint8Array, true_spans
from vitals.ecg.beats.classes import VENTRICULAR
from vitals.ecg.beats.classify import ADULT_YEARS

COUPLET_BEATS: Final = 2
RUN_BEATS: Final = 3  # three in a row are a run (AHA/ACC/HRS 2017, nonsustained from three on)
PATTERN_ROUNDS: Final = 3  # our choice: N V three times over is bigeminy, N N V trigeminy
BIGEMINY, TRIGEMINY = 2, 3

SLOW_PER_MIN: Final = 50.0  # bradycardia below (ACC/AHA/HRS 2018)
FAST_PER_MIN: Final = 100.0  # tachycardia above (ACC/AHA/HRS 2015)
RATE_FOR_S: Final = 30.0  # our choice, as for AF: a deep breath is no episode
RATE_BREAK_S: Final = 10.0  # episodes of rate that come nearer than this are one

VENTRICULAR_FIGURES: Final = (
    *("beats", "share", "isolated", "couplets", "runs", "longest_run"),
    *("bigeminy_s", "trigeminy_s"),
)
PACED_REASON: Final = "the patient has a pacemaker"
UNKNOWN_REASON: Final = "not known whether the patient has a pacemaker"
CHILD_REASON: Final = "the patient is under 16 years old"


@dataclass(frozen=True)
class Episode:
    """Something that lasted. ``detail``: rate_per_min, beats, seconds, as they apply."""

    kind: str
    start_sample: int
    end_sample: int
    detail: dict[str, float | int]

    def to_json(self) -> dict[str, Any]:
        """Plain numbers on one level."""
        where = {"start_sample": self.start_sample, "end_sample": self.end_sample}
        return {"kind": self.kind, **where, **self.detail}


@dataclass(frozen=True)
class Course:
    """The beats of a whole recording and what is known of the patient.

    ``beats``: samples of R, shape (m,), ascending, none in what is ``rejected``. ``classes``: shape
    (m,). ``rejected``: spans in order. ``pauses_after``: R peaks after which the signal rests.
    """

    beats: IntArray
    classes: Uint8Array
    rejected: Sequence[Span]
    n_samples: int
    sampling_rate_hz: float
    pauses_after: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    paced: bool | None = None
    age_years: float | None = None

    @cached_property
    def stretches(self) -> list[Span]:
        """Beats between which nothing was rejected, as spans of their numbers."""
        sizes = [len(part) for part in rhythm.stretches(self.beats, self.rejected)]
        ends = np.cumsum(sizes).tolist()
        return [Span(end - size, end) for end, size in zip(ends, sizes, strict=True)]

    @cached_property
    def stretch_ends(self) -> IntArray:
        """Where each of ``stretches`` ends, ascending."""
        return np.array([part.end for part in self.stretches], dtype=np.int64)

    @cached_property
    def patterns(self) -> list[Episode]:
        """Bigeminy and trigeminy, whether or not they may be told."""
        return [*_patterns(self)]

    @cached_property
    def possible_af(self) -> list[Span]:
        """Spans of possible atrial fibrillation, none where it is withheld."""
        if self.af_withheld:
            return []
        return af.possible(self.beats, self.classes, self.rejected, self.sampling_rate_hz)

    @property
    def is_child(self) -> bool:
        """Whether the patient is known to be under 16."""
        return self.age_years is not None and self.age_years < ADULT_YEARS

    @property
    def af_withheld(self) -> str | None:
        """Why nothing is said about atrial fibrillation, or None."""
        if self.is_child:
            return CHILD_REASON
        return PACED_REASON if self.paced else None

    @property
    def ectopy_withheld(self) -> str | None:
        """Why nothing is said about ventricular beats, or None."""
        return self.af_withheld

    @property
    def runs_withheld(self) -> str | None:
        """Why nothing is said about ventricular runs, or None."""
        return self.ectopy_withheld or (UNKNOWN_REASON if self.paced is None else None)

    def seconds(self, span: Span) -> float:
        """How long a span of samples is."""
        return round(span.length / self.sampling_rate_hz, 3)


def episodes(course: Course) -> tuple[Episode, ...]:
    """All that lasted, in order of time."""
    found = [*_possible_af(course), *_pauses(course)]
    if not course.is_child:
        found += [*_slow_and_fast(course)]
    if course.ectopy_withheld is None:
        found += [*_in_a_row(course), *course.patterns]
    return tuple(sorted(found, key=lambda each: (each.start_sample, each.end_sample, each.kind)))


def ventricular(course: Course) -> dict[str, Any]:
    """Ventricular beats in numbers, and why some are withheld (None in their place).

    ``share`` is of all beats; ``isolated`` are neither in couplets nor in runs.
    """
    if course.ectopy_withheld or not course.beats.size:
        return {**dict.fromkeys(VENTRICULAR_FIGURES), "withheld": course.ectopy_withheld}
    lengths = [row.length for row in _rows(course)]
    runs = [length for length in lengths if length >= RUN_BEATS]
    counted = course.runs_withheld is None
    return {
        "beats": sum(lengths),
        "share": round(sum(lengths) / len(course.beats), 4),
        "isolated": lengths.count(1),
        "couplets": lengths.count(COUPLET_BEATS),
        "runs": len(runs) if counted else None,
        "longest_run": max(runs, default=0) if counted else None,
        "bigeminy_s": _total_s(course.patterns, "bigeminy"),
        "trigeminy_s": _total_s(course.patterns, "trigeminy"),
        "withheld": course.runs_withheld,
    }


def atrial_fibrillation(course: Course) -> dict[str, Any]:
    """Possible atrial fibrillation in numbers: share of the time that could be read, and so on."""
    if course.af_withheld:
        names = ("burden", "longest_s", "episodes")
        return {**dict.fromkeys(names), "withheld": course.af_withheld}
    unread = np.zeros(0) if not course.rejected else np.array(course.rejected)
    rejected = float(np.diff(unread, axis=1).sum()) if unread.size else 0.0
    read = course.n_samples - rejected
    inside = sum(span.length - _overlap(span, course.rejected) for span in course.possible_af)
    return {
        "burden": round(inside / read, 4) if read > 0 else None,
        "longest_s": max(map(course.seconds, course.possible_af), default=0.0),
        "episodes": len(course.possible_af),
        "withheld": None,
    }


def _possible_af(course: Course) -> Iterator[Episode]:
    for span in course.possible_af:
        first, end = np.searchsorted(course.beats, [span.start, span.end])
        yield _episode(course, "possible-af", Span(int(first), int(end) + 1))


def _pauses(course: Course) -> Iterator[Episode]:
    parts = [course.beats[part.start : part.end] for part in course.stretches]
    for pause in rhythm.pauses(parts, course.pauses_after, course.sampling_rate_hz):
        end = pause.start_sample + round(pause.seconds * course.sampling_rate_hz)
        detail = {"seconds": round(pause.seconds, 3)}
        yield Episode("pause", pause.start_sample, end, detail)


def _in_a_row(course: Course) -> Iterator[Episode]:
    for row in _rows(course):
        if row.length == COUPLET_BEATS:
            yield _episode(course, "ventricular-couplet", row)
        elif row.length >= RUN_BEATS and course.runs_withheld is None:
            yield _episode(course, "ventricular-run", row)


def _patterns(course: Course) -> Iterator[Episode]:
    """Each second or third beat ventricular, three times over or more."""
    ventricular_at = course.classes == VENTRICULAR
    for kind, every in (("bigeminy", BIGEMINY), ("trigeminy", TRIGEMINY)):
        for stretch in course.stretches:
            part = ventricular_at[stretch.start : stretch.end]
            for run in true_spans(_repeats(part, every)):
                beats = Span(stretch.start + run.start, stretch.start + run.end)
                yield _episode(course, kind, beats)


def _repeats(is_ventricular: BoolArray, every: int) -> BoolArray:
    """Beats of rounds "others, then one ventricular" that come three times or more on end."""
    marked = np.zeros(len(is_ventricular), dtype=bool)
    at = np.flatnonzero(is_ventricular)
    if at.size < PATTERN_ROUNDS:
        return marked
    for run in true_spans(np.diff(at) == every):
        if run.length + 1 >= PATTERN_ROUNDS:
            marked[max(0, at[run.start] - every + 1) : at[run.end] + 1] = True
    return marked


def _rows(course: Course) -> list[Span]:
    """Ventricular beats that follow each other, as spans of beat numbers."""
    is_ventricular = course.classes == VENTRICULAR
    return [
        Span(stretch.start + row.start, stretch.start + row.end)
        for stretch in course.stretches
        for row in true_spans(is_ventricular[stretch.start : stretch.end])
    ]


def _slow_and_fast(course: Course) -> Iterator[Episode]:
    """Where the mean of 8 intervals stays below 50 or above 100 a minute for 30 s or more."""
    size = rhythm.RATE_INTERVALS
    for stretch in course.stretches:
        beats = course.beats[stretch.start : stretch.end]
        if len(beats) <= size:
            continue
        rates = 60 * size * course.sampling_rate_hz / (beats[size:] - beats[:-size])
        for kind, outside in (
            ("bradycardia", rates < SLOW_PER_MIN),
            ("tachycardia", rates > FAST_PER_MIN),
        ):
            for run in _joined_runs(outside, beats, course.sampling_rate_hz):
                yield _episode(
                    course, kind, Span(stretch.start + run.start, stretch.start + run.end)
                )


def _joined_runs(outside: BoolArray, beats: IntArray, sampling_rate_hz: float) -> Iterator[Span]:
    """Spans of beats whose windows of 8 intervals are outside, without short breaks, 30 s long."""
    covered = np.zeros(len(beats), dtype=bool)
    for run in true_spans(outside):
        covered[run.start : run.end + rhythm.RATE_INTERVALS] = True
    for gap in true_spans(~covered):
        inside = gap.start > 0 and gap.end < len(beats)
        if inside and beats[gap.end] - beats[gap.start - 1] < RATE_BREAK_S * sampling_rate_hz:
            covered[gap.start : gap.end] = True
    for run in true_spans(covered):
        if beats[run.end - 1] - beats[run.start] >= RATE_FOR_S * sampling_rate_hz:
            yield run


def _episode(course: Course, kind: str, numbers: Span) -> Episode:
    """An episode from its first to its last beat, with its mean rate."""
    beats = course.beats[numbers.start : numbers.end]
    span = Span(int(beats[0]), int(beats[-1]))
    detail: dict[str, float | int] = {"beats": len(beats), "seconds": course.seconds(span)}
    intervals = _intervals_within(course, numbers)
    if intervals.size:
        mean_s = float(intervals.mean()) / course.sampling_rate_hz
        detail["rate_per_min"] = round(60 / mean_s, 1)
    return Episode(kind, span.start, span.end, detail)


def _intervals_within(course: Course, numbers: Span) -> IntArray:
    """Samples between the beats of a span, none across rejected time."""
    # A day with a thousand stretches and a thousand episodes: only those that can touch.
    first = int(np.searchsorted(course.stretch_ends, numbers.start, side="right"))
    end = int(np.searchsorted(course.stretch_ends, numbers.end)) + 1
    parts = (part.clipped(*numbers) for part in course.stretches[first:end])
    steps = [np.diff(course.beats[part.start : part.end]) for part in parts if part.length]
    return np.concatenate([np.zeros(0, dtype=np.int64), *steps])


def _overlap(span: Span, others: Sequence[Span]) -> int:
    return sum(other.clipped(*span).length for other in others)


def _total_s(found: Sequence[Episode], kind: str) -> float:
    return round(sum(each.detail["seconds"] for each in found if each.kind == kind), 1)
