"""Everything that is known about the signal of one window: its beats, its grades, its silences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg import quality
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span
from vitals.ecg.listening import Lead
from vitals.ecg.peaks import REFRACTORY_S, middles_of, peaks_of
from vitals.ecg.quality import SEGMENT_S, Evidence, Grade

LEAST_SIGNAL_S: Final = 2.5  # a segment with less is "no signal"

# A long interval is a pause only when the signal rests in it. Measured on MIT-BIH 201 and 208: in
# true pauses it moves by at most 0.28 of R, where an electrode came off by at least 0.57.
T_WAVE_S: Final = 0.36  # what belongs to the beats at both ends is not looked at
BEFORE_NEXT_S: Final = 0.2
REST_SLOPE_SHARE: Final = 0.3  # of the usual slope of a QRS
REST_RANGE_SHARE: Final = 0.5  # of the usual height of R


@dataclass(frozen=True)
class Segment:
    """One graded stretch of 10 s (less at the end of a recording), rounded for keeping."""

    grade: Grade
    agreement: float
    likeness: float


@dataclass(frozen=True)
class Window:
    """One window of signal, examined. Positions are samples of the window.

    ``level``: µV, shape (n,). ``readable``: where beats were looked for. ``height``, ``slope``: of
    the band-passed signal, ``shape``: what beats are compared on, 0 where not readable. ``first``,
    ``second``: what the two fast detectors found. ``beats`` and their ``likeness``: shape (m,).
    """

    level: FloatArray
    readable: BoolArray
    height: FloatArray
    slope: FloatArray
    shape: FloatArray
    first: IntArray
    second: IntArray
    beats: IntArray
    likeness: FloatArray
    sampling_rate_hz: float

    @classmethod
    def on(cls, lead: Lead, near: IntArray) -> Window:
        """One lead and the beats on it.

        Args:
            lead: As it was listened to.
            near: Samples at most 100 ms from the QRS of each beat; where the lead is not readable
                they are left out.
        """
        rate = lead.sampling_rate_hz
        beats = _on_measured(lead.relocated(near), lead.usable)
        cut = quality.cut_beats(lead.traces.shape, beats, rate)
        return cls(
            level=lead.level,
            readable=lead.readable,
            height=lead.traces.height,
            slope=np.sqrt(lead.traces.energy),
            shape=lead.traces.shape,
            first=lead.first,
            second=lead.second,
            beats=beats,
            likeness=quality.likeness(cut),
            sampling_rate_hz=rate,
        )

    def resemblance(self, positions: IntArray) -> FloatArray:
        """How much what lies at each position resembles the beats elsewhere, shape (k,)."""
        rate = self.sampling_rate_hz
        peaks = peaks_of(middles_of(positions, self.slope, rate), self.height, rate)
        return quality.resemblance(
            quality.cut_beats(self.shape, peaks, rate),
            quality.cut_beats(self.shape, self.beats, rate),
            np.abs(peaks[:, None] - self.beats) > REFRACTORY_S * rate / 2,
        )

    def evidence(self, span: Span) -> Evidence:
        """What a grade of ``span`` rests on."""
        at = (self.beats >= span.start) & (self.beats < span.end)
        likeness = self.likeness[at]
        return Evidence(
            n_beats=len(likeness),
            agreement=quality.agreement(self.first, self.second, span, self.sampling_rate_hz),
            likeness=float(np.median(likeness)) if likeness.size else 0.0,
            mean_likeness=float(np.mean(likeness)) if likeness.size else 0.0,
            prominence=quality.prominence(
                self.height[span.start : span.end],
                self.beats[at] - span.start,
                self.readable[span.start : span.end],
                self.sampling_rate_hz,
            ),
        )

    def grade(self, span: Span) -> Segment:
        """Grade the samples of ``span``; a short last one on the 10 s that end with it."""
        size = round(SEGMENT_S * self.sampling_rate_hz)
        span = Span(min(span.start, max(0, span.end - size)), span.end)
        readable = self.readable[span.start : span.end]
        if np.count_nonzero(readable) < LEAST_SIGNAL_S * self.sampling_rate_hz:
            return Segment(Grade.NO_SIGNAL, 0.0, 0.0)
        evidence = self.evidence(span)
        return Segment(
            quality.grade(evidence), round(evidence.agreement, 2), round(evidence.likeness, 2)
        )

    def is_at_rest(self, span: Span) -> bool:
        """Whether nothing that could be a beat is seen between the R peaks at both ends."""
        start = span.start + round(T_WAVE_S * self.sampling_rate_hz)
        end = span.end - round(BEFORE_NEXT_S * self.sampling_rate_hz)
        usual_slope = float(np.median(self.slope[self.beats]))
        usual_height = float(np.median(self.height[self.beats]))
        return bool(
            self.slope[start:end].max() < REST_SLOPE_SHARE * usual_slope
            and np.ptp(self.level[start:end]) < REST_RANGE_SHARE * usual_height
        )


def _on_measured(beats: IntArray, usable: BoolArray) -> IntArray:
    """Move what fell on a bridged sample to the nearest measured one."""
    measured = np.flatnonzero(usable)
    after = np.clip(np.searchsorted(measured, beats), 0, len(measured) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(measured[before] - beats) < np.abs(measured[after] - beats)
    return np.asarray(np.where(nearer, measured[before], measured[after]), dtype=np.int64)
