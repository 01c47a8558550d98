"""The hourly table of a recording: what each hour since its first sample holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vitals.ecg import rhythm
from vitals.ecg.arrays import IntArray, Span, Uint8Array, joined
from vitals.ecg.beats.classes import VENTRICULAR
from vitals.ecg.rhythm import Pause, RateRange

HOUR_S: Final = 3600.0


@dataclass(frozen=True)
class Hour:
    """One hour. ``ventricular`` and ``possible_af_s`` are None where they are withheld."""

    number: int
    analysable_share: float
    beats: int
    rate: RateRange | None
    ventricular: int | None
    pauses: int
    possible_af_s: float | None

    def to_json(self) -> dict[str, Any]:
        """As pages and programs read it; times in seconds from the first sample."""
        rate = self.rate
        return {
            "hour": self.number,
            "from_s": self.number * HOUR_S,
            "analysable_share": round(self.analysable_share, 4),
            "beats": self.beats,
            "rate": None
            if rate is None
            else {
                "low": round(rate.low_per_min, 1),
                "mean": round(rate.mean_per_min, 1),
                "high": round(rate.high_per_min, 1),
            },
            "ventricular": self.ventricular,
            "pauses": self.pauses,
            "possible_af_s": None if self.possible_af_s is None else round(self.possible_af_s, 1),
        }


@dataclass(frozen=True)
class Course:
    """What the table is made of, all positions in samples of the recording.

    ``beats``: R, shape (m,), ascending; ``classes`` of each. ``rejected``: spans in order.
    ``possible_af``: spans, None when it is withheld.
    """

    n_samples: int
    sampling_rate_hz: float
    beats: IntArray
    classes: Uint8Array
    rejected: Sequence[Span]
    pauses: Sequence[Pause]
    possible_af: Sequence[Span] | None
    ventricular_withheld: bool = False


def table(course: Course) -> list[Hour]:
    """One row for each hour begun; the last one counts shares over what it has."""
    size = HOUR_S * course.sampling_rate_hz
    n_hours = int(-(-course.n_samples // size))
    spans = [Span(round(at * size), round((at + 1) * size)) for at in range(n_hours)]
    return [
        _hour(number, span.clipped(0, course.n_samples), course)
        for number, span in enumerate(spans)
    ]


def _hour(number: int, span: Span, course: Course) -> Hour:
    rate = course.sampling_rate_hz
    first, end = np.searchsorted(course.beats, [span.start, span.end])
    rejected = _inside(course.rejected, span)
    parts = rhythm.stretches(course.beats[first:end], rejected)
    ectopic = int(np.count_nonzero(course.classes[first:end] == VENTRICULAR))
    possible_af = None if course.possible_af is None else _inside(course.possible_af, span)
    return Hour(
        number=number,
        analysable_share=1 - _length(rejected) / span.length,
        beats=int(end - first),
        rate=rhythm.rate_range(parts, rate),
        ventricular=None if course.ventricular_withheld else ectopic,
        pauses=sum(span.start <= pause.start_sample < span.end for pause in course.pauses),
        possible_af_s=None if possible_af is None else _length(possible_af) / rate,
    )


def _inside(spans: Sequence[Span], hour: Span) -> list[Span]:
    return joined(span.clipped(*hour) for span in spans)


def _length(spans: Sequence[Span]) -> int:
    return sum(span.length for span in spans)
