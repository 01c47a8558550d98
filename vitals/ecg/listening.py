"""One lead over one window: what of it is readable, and where each detector hears a beat.

Two fast detectors read everything. The slow arbiters read only the stretches that are disputed, and
10 s around them; a beat then stands by the votes of pantompkins1985, khamis2016 and gqrs. Above
180/min, which gqrs does not follow, sleepecg votes in its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import butter, sosfiltfilt

from vitals.ecg import detectors, gate
from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, joined, true_spans, within
from vitals.ecg.peaks import SAME_BEAT_S, Traces, alone, relocate

# Mirrored signal before and after, so that detectors have learnt at the edge.
PRIMING_S: Final = 5.0
SPIKE_S: Final = 0.003  # a pacing pulse lasts up to 2 ms (IEC 60601-2-27)
SPIKE_UV: Final = 1500.0  # our choice: smaller pulses do not mislead the detectors (tested)
MOST_SPIKES: Final = 0.02  # of the samples: two pulses a beat at 180/min are 1.2 %; hum is more
OUTLIER_TIMES: Final = 4.0  # beyond this multiple of the usual peak it is an artefact: cut there
OUTLIER_BLOCK_S: Final = 2.0  # "usual" is the median of the largest values of 2 s blocks

DISPUTE_S: Final = 5.0  # a dispute is settled for its whole 5 s window, 1 s beyond each end
DISPUTE_MARGIN_S: Final = 1.0
ARBITER_CONTEXT_S: Final = 10.0  # what the arbiters hear before they judge
RACING_S: Final = 1 / 3  # 180/min; from 195/min on gqrs takes every second beat (measured)
RACING_INTERVALS: Final = 5

Detector: TypeAlias = Callable[[FloatArray, float], IntArray]
"""Finds beats in µV, shape (n,), of a sampling rate."""


def _none() -> IntArray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Run:
    """One run of usable signal with mirrored signal on both sides.

    ``span``: where it lies in the window. ``margin``: how many mirrored samples come before.
    ``level_uv``: free of drift and outliers, shape (margin + n + margin,).
    """

    span: Span
    margin: int
    level_uv: FloatArray

    def here(self, positions: IntArray) -> IntArray:
        """Positions in ``level_uv`` as positions in the window, mirrored ones left out."""
        inside = within(positions, Span(self.margin, self.margin + self.span.length))
        return inside - self.margin + self.span.start


@dataclass(frozen=True)
class Lead:
    """One lead over one window. Positions are samples of the window, each on an R peak.

    ``level``: µV, shape (n,). ``readable``: where beats can be looked for. ``usable``: where there
    is a measured sample of an ECG. ``first``, ``second``: what pantompkins1985 and sleepecg found.
    """

    level: FloatArray
    readable: BoolArray
    usable: BoolArray
    traces: Traces
    runs: tuple[Run, ...]
    sampling_rate_hz: float
    first: IntArray = field(default_factory=_none)
    second: IntArray = field(default_factory=_none)

    @classmethod
    def of(cls, signal_uv: FloatArray, missing: BoolArray, sampling_rate_hz: float) -> Lead:
        """Gate and filter microvolts of shape (n,); nothing is detected yet."""
        usable = gate.usable(signal_uv, sampling_rate_hz, missing)
        readable = np.zeros(len(signal_uv), dtype=bool)
        level, traces = np.zeros(len(signal_uv)), Traces.silent(len(signal_uv))
        runs = []
        for span in gate.runs(usable, sampling_rate_hz):
            part = slice(span.start, span.end)
            readable[part] = True
            level[part] = gate.bridged(signal_uv[part], usable[part])
            run = _primed(level[part], span, sampling_rate_hz)
            traces.put(span, Traces.of(run.level_uv, sampling_rate_hz), run.margin)
            runs.append(run)
        return cls(level, readable, usable, traces, tuple(runs), sampling_rate_hz)

    def relocated(self, positions: IntArray) -> IntArray:
        """The R peaks of this lead beside ``positions``; none where the lead is not readable."""
        found = relocate(positions, self.traces, self.sampling_rate_hz)
        return found[self.readable[found]]


def listen(lead: Lead) -> Lead:
    """The same lead, heard by both fast detectors."""
    rate = lead.sampling_rate_hz
    first, second = [_none()], [_none()]
    for run in lead.runs:
        cleaned = detectors.clean(run.level_uv, rate)
        first.append(run.here(detectors.pantompkins(cleaned, rate)))
        second.append(run.here(detectors.sleepecg(run.level_uv, rate)))
    return replace(
        lead,
        first=lead.relocated(np.concatenate(first)),
        second=lead.relocated(np.concatenate(second)),
    )


def arbiters(lead: Lead, disputed: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """The three votes that settle what is disputed.

    Args:
        lead: Heard by the fast detectors.
        disputed: True where the arbiters are asked, shape (n,).

    Returns:
        R peaks by pantompkins1985, khamis2016 and gqrs; they may lie outside of what is disputed
        too. Above 180/min sleepecg votes in place of gqrs; and where the first two are of one mind
        nobody else is asked, the third vote is theirs.
    """
    rate = lead.sampling_rate_hz
    khamis = _asked(lead, disputed, detectors.khamis)
    tolerance = SAME_BEAT_S * rate
    differ = np.union1d(alone(lead.first, khamis, tolerance), alone(khamis, lead.first, tolerance))
    racing = _racing(lead.second, len(lead.level), rate)
    open_still = around(differ[disputed[differ]], len(lead.level), rate) & disputed & ~racing
    gqrs = _asked(lead, open_still, detectors.gqrs)
    third = [
        gqrs[open_still[gqrs]],
        lead.second[racing[lead.second]],
        lead.first[~racing[lead.first] & ~open_still[lead.first]],
    ]
    return lead.first, khamis, np.unique(np.concatenate(third))


def around(positions: IntArray, n_samples: int, sampling_rate_hz: float) -> BoolArray:
    """The 5 s windows in which one of ``positions`` lies, and 1 s beyond each end, shape (n,)."""
    inside = np.zeros(n_samples, dtype=bool)
    size, margin = round(DISPUTE_S * sampling_rate_hz), round(DISPUTE_MARGIN_S * sampling_rate_hz)
    for window in np.unique(positions // size):
        inside[max(0, window * size - margin) : (window + 1) * size + margin] = True
    return inside


def _asked(lead: Lead, where: BoolArray, detect: Detector) -> IntArray:
    """What a slow detector finds around the stretches where it is asked."""
    found = [_none()]
    for run in lead.runs:
        for part in _heard(run, where, lead.sampling_rate_hz):
            level = run.level_uv[part.start : part.end]
            found.append(run.here(detect(level, lead.sampling_rate_hz) + part.start))
    return lead.relocated(np.concatenate(found))


def _primed(run_uv: FloatArray, span: Span, sampling_rate_hz: float) -> Run:
    margin = min(round(PRIMING_S * sampling_rate_hz), len(run_uv) - 1)
    primed = np.pad(_without_spikes(run_uv, sampling_rate_hz), margin, mode="reflect")
    return Run(span, margin, _without_outliers(primed, sampling_rate_hz))


def _heard(run: Run, disputed: BoolArray, sampling_rate_hz: float) -> list[Span]:
    """What the arbiters listen to in ``run.level_uv``: disputed stretches and 10 s around them."""
    reach = round(ARBITER_CONTEXT_S * sampling_rate_hz)
    asked = true_spans(disputed[run.span.start : run.span.end])
    first, last = run.margin - reach, run.margin + reach
    spans = (Span(span.start + first, span.end + last) for span in asked)
    return joined(span.clipped(0, len(run.level_uv)) for span in spans)


def _racing(beats: IntArray, n_samples: int, sampling_rate_hz: float) -> BoolArray:
    """Where these beats follow each other faster than 180/min, at least five intervals on end."""
    racing = np.zeros(n_samples, dtype=bool)
    for intervals in true_spans(np.diff(beats) < RACING_S * sampling_rate_hz):
        if intervals.length >= RACING_INTERVALS:
            racing[beats[intervals.start] : beats[intervals.end] + 1] = True
    return racing


def _without_spikes(run_uv: FloatArray, sampling_rate_hz: float) -> FloatArray:
    """With the median of its neighbours in place of what is too narrow and tall for any QRS."""
    size = 2 * max(1, round(SPIKE_S * sampling_rate_hz)) + 1
    smooth = median_filter(run_uv, size)
    spikes = np.abs(run_uv - smooth) > SPIKE_UV
    return run_uv if spikes.mean() > MOST_SPIKES else np.where(spikes, smooth, run_uv)


def _without_outliers(run_uv: FloatArray, sampling_rate_hz: float) -> FloatArray:
    """Free of drift, and cut where it is far larger than its own usual peaks."""
    sections = butter(2, 0.5, "highpass", fs=sampling_rate_hz, output="sos")
    level = np.asarray(sosfiltfilt(sections, run_uv), dtype=np.float64)
    size = math.ceil(OUTLIER_BLOCK_S * sampling_rate_hz)
    peaks = [np.abs(level[at : at + size]).max() for at in range(0, len(level), size)]
    limit = OUTLIER_TIMES * float(np.median(peaks))
    return np.clip(level, -limit, limit)
