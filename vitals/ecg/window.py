"""Everything that is known about the signal of one window: its beats, its grades, its silences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg import gate, peaks, quality
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span
from vitals.ecg.quality import SEGMENT_S, Grade
from vitals.ecg.rhythm import PAUSE_S

LEAST_SIGNAL_S: Final = 2.5  # a segment with less is "no signal"

# A long interval is a pause only when the signal rests in it. Measured on MIT-BIH 201 and 208: in
# true pauses it moves by at most 0.28 of R, where an electrode came off by at least 0.57.
T_WAVE_S: Final = 0.36  # what belongs to the beats at both ends is not looked at
BEFORE_NEXT_S: Final = 0.2
REST_SLOPE_SHARE: Final = 0.3  # of the usual slope of a QRS
REST_RANGE_SHARE: Final = 0.5  # of the usual height of R

_NONE: Final = np.zeros(0, dtype=np.int64)


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
    the band-passed signal, 0 where not readable. ``first``, ``second``: what the two fast detectors
    found. ``beats`` and their ``likeness``: shape (m,).
    """

    level: FloatArray
    readable: BoolArray
    height: FloatArray
    slope: FloatArray
    first: IntArray
    second: IntArray
    beats: IntArray
    likeness: FloatArray
    sampling_rate_hz: float

    @classmethod
    def of(cls, signal_uv: FloatArray, missing: BoolArray, sampling_rate_hz: float) -> Window:
        """Examine microvolts of shape (n,), of which ``missing`` were never measured."""
        usable = gate.usable(signal_uv, sampling_rate_hz, missing)
        readable = np.zeros(len(signal_uv), dtype=bool)
        level, height, slope = (np.zeros(len(signal_uv)) for _ in range(3))
        first, second, beats, cut = [_NONE], [_NONE], [_NONE], []
        for run in gate.runs(usable, sampling_rate_hz):
            part = slice(run.start, run.end)
            level[part] = gate.bridged(signal_uv[part], usable[part])
            found = peaks.detect(level[part], sampling_rate_hz)
            measured = _on_measured(found.beats, usable[part])
            readable[part] = True
            height[part], slope[part] = found.traces.height, np.sqrt(found.traces.energy)
            first.append(found.pantompkins + run.start)
            second.append(found.sleepecg + run.start)
            beats.append(measured + run.start)
            cut.append(quality.cut_beats(found.traces.shape, measured, sampling_rate_hz))
        return cls(
            level=level,
            readable=readable,
            height=height,
            slope=slope,
            first=np.concatenate(first),
            second=np.concatenate(second),
            beats=np.concatenate(beats),
            likeness=quality.likeness(np.concatenate(cut)) if cut else np.zeros(0),
            sampling_rate_hz=sampling_rate_hz,
        )

    def grade(self, span: Span) -> Segment:
        """Grade the samples of ``span``; a short last one on the 10 s that end with it."""
        size = round(SEGMENT_S * self.sampling_rate_hz)
        span = Span(min(span.start, max(0, span.end - size)), span.end)
        readable = self.readable[span.start : span.end]
        if np.count_nonzero(readable) < LEAST_SIGNAL_S * self.sampling_rate_hz:
            return Segment(Grade.NO_SIGNAL, 0.0, 0.0)
        at = (self.beats >= span.start) & (self.beats < span.end)
        likeness = self.likeness[at]
        evidence = quality.Evidence(
            n_beats=len(likeness),
            agreement=quality.agreement(self.first, self.second, span, self.sampling_rate_hz),
            likeness=float(np.median(likeness)) if likeness.size else 0.0,
            mean_likeness=float(np.mean(likeness)) if likeness.size else 0.0,
            prominence=quality.prominence(
                self.height[span.start : span.end],
                self.beats[at] - span.start,
                readable,
                self.sampling_rate_hz,
            ),
        )
        return Segment(
            quality.grade(evidence), round(evidence.agreement, 2), round(evidence.likeness, 2)
        )

    def long_intervals(self) -> tuple[IntArray, list[Span]]:
        """Sort the intervals of 2 s or more.

        Returns:
            R peaks after which the signal rests until the next beat; and the spans in which it does
            not, where beats may have been missed.
        """
        long = np.flatnonzero(np.diff(self.beats) >= PAUSE_S * self.sampling_rate_hz)
        spans = [Span(int(self.beats[at]), int(self.beats[at + 1])) for at in long]
        read = [span for span in spans if self.readable[span.start : span.end].all()]
        at_rest = [span.start for span in read if self._is_at_rest(span)]
        unclear = [Span(span.start + 1, span.end) for span in read if span.start not in at_rest]
        return np.array(at_rest, dtype=np.int64), unclear

    def _is_at_rest(self, span: Span) -> bool:
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
