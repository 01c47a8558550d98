"""Where the beats are: neurokit2 cleans and detects, sleepecg checks, arbiters settle disputes.

Two fast detectors read everything. Where they differ, two slow ones read that stretch too, and a
beat stands when two of pantompkins1985, khamis2016 and gqrs see it; above 180/min, which gqrs does
not follow, sleepecg votes in its place. Each beat's R is then found again on the band-passed
signal, because detectors point at the energy of a QRS, not at its peak.

Only the worker may run this: neurokit2 takes seconds and 200 MB to import, so it, sleepecg and wfdb
are imported when first needed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span, joined, true_spans, within

SAME_BEAT_S: Final = 0.12  # two detectors mean one beat; inside the ±150 ms of ANSI/AAMI EC57
REFRACTORY_S: Final = 0.2  # no second beat can follow sooner: Pan & Tompkins 1985

# How late each detector points, from its own filters, measured on MIT-BIH at 360 Hz.
PANTOMPKINS_LATE_S: Final = 17 / 360
KHAMIS_LATE_S: Final = 2 / 360
GQRS_LATE_S: Final = -12 / 360

ENERGY_BAND_HZ: Final = (5.0, 25.0)  # where a QRS is strongest: Thakor, Webster & Tompkins 1984
ENERGY_WINDOW_S: Final = 0.12  # a wide QRS begins at 120 ms (AHA/ACC/HRS 2009)
PEAK_BAND_HZ: Final = (2.0, 30.0)  # keeps the shape of wide beats, drops drift and muscle
SHAPE_BAND_HZ: Final = (3.0, 30.0)  # our choice: of four bands the one that told noise best
TO_ENERGY_S: Final = 0.1  # from a detector's point to the middle of the QRS
TO_PEAK_S: Final = 0.07  # from the middle of the QRS to its peak: half of a QRS of 140 ms

PRIMING_S: Final = (
    5.0  # mirrored signal before and after, so that detectors have learnt at the edge
)
OUTLIER_TIMES: Final = 4.0  # beyond this multiple of the usual peak it is an artefact: cut there
OUTLIER_BLOCK_S: Final = 2.0  # "usual" is the median of the largest values of 2 s blocks

DISPUTE_S: Final = 5.0  # a dispute is settled for its whole 5 s window, 1 s beyond each end
DISPUTE_MARGIN_S: Final = 1.0
ARBITER_CONTEXT_S: Final = 10.0  # what the arbiters hear before they judge
ARBITERS_NEEDED: Final = 2  # of three
RACING_S: Final = 1 / 3  # 180/min; from 195/min on gqrs takes every second beat (measured)
RACING_INTERVALS: Final = 5


@dataclass(frozen=True)
class Traces:
    """One run of signal as the steps see it, each shape (n,).

    ``cleaned``: neurokit2's high-pass and mains filter, µV. ``energy``: QRS energy, µV²/sample².
    ``height``: size of the band-passed signal, µV. ``shape``: what beats are compared on, µV.
    """

    cleaned: FloatArray
    energy: FloatArray
    height: FloatArray
    shape: FloatArray

    def cut(self, span: Span) -> Traces:
        """The same for ``span`` only."""
        part = slice(span.start, span.end)
        return Traces(self.cleaned[part], self.energy[part], self.height[part], self.shape[part])


@dataclass(frozen=True)
class Detections:
    """Beats of one run: what each fast detector says, what was agreed, and where that was hard.

    Positions are samples of the run, ascending, all re-located on R.
    """

    pantompkins: IntArray
    sleepecg: IntArray
    beats: IntArray
    traces: Traces


def detect(run_uv: FloatArray, sampling_rate_hz: float) -> Detections:
    """Find the beats of one run of usable signal.

    Args:
        run_uv: Microvolts, shape (n,), finite, at least 5 s, not flat.
        sampling_rate_hz: Samples per second, 100 to 2,000.

    Returns:
        The beats, R re-located, and what they came from.
    Source: Pan & Tompkins 1985; the two-speed vote is ours (``docs/adr/0005``).
    """
    margin = min(round(PRIMING_S * sampling_rate_hz), len(run_uv) - 1)
    primed = np.pad(run_uv, margin, mode="reflect")
    level = _without_outliers(primed, sampling_rate_hz)
    inside = Span(margin, margin + len(run_uv))
    found = _detect_primed(level, inside, sampling_rate_hz)
    return Detections(
        within(found.pantompkins, inside) - margin,
        within(found.sleepecg, inside) - margin,
        within(found.beats, inside) - margin,
        found.traces.cut(inside),
    )


def relocate(positions: IntArray, traces: Traces, sampling_rate_hz: float) -> IntArray:
    """Move each position to the R peak beside it.

    First to the middle of the QRS energy, then to the largest deflection of either sign within
    70 ms of it; two positions that end within 200 ms become the taller one.

    Args:
        positions: Samples, shape (n,), any order.
        traces: Of the same run.
        sampling_rate_hz: Samples per second.

    Returns:
        Samples, ascending, each once.
    """
    middles = _highest(traces.energy, positions, round(TO_ENERGY_S * sampling_rate_hz))
    peaks = _highest(traces.height, middles, round(TO_PEAK_S * sampling_rate_hz))
    return _taller_of_close(np.unique(peaks), traces.height, REFRACTORY_S * sampling_rate_hz)


def alone(positions: IntArray, others: IntArray, tolerance: float) -> IntArray:
    """Those of ``positions`` that have none of ``others`` within ``tolerance`` samples.

    >>> alone(np.array([10, 50]), np.array([12]), 5.0)
    array([50])
    """
    if not others.size:
        return positions
    after = np.clip(np.searchsorted(others, positions), 0, len(others) - 1)
    before = np.maximum(after - 1, 0)
    distance = np.minimum(np.abs(others[after] - positions), np.abs(others[before] - positions))
    lonely: IntArray = positions[distance > tolerance]
    return lonely


def agreed(votes: Sequence[IntArray], needed: int, tolerance: float) -> IntArray:
    """Positions that at least ``needed`` of the voters share, within ``tolerance`` samples.

    Args:
        votes: Ascending positions, one array per voter.
        needed: How many voters a position needs.
        tolerance: How far apart two voters may be, samples.

    Returns:
        The median of each group that stands, ascending.

    >>> agreed([np.array([10, 90]), np.array([12]), np.array([40, 91])], 2, 5.0)
    array([11, 90])
    """
    ballots = sorted((int(at), voter) for voter, vote in enumerate(votes) for at in vote)
    groups: list[list[tuple[int, int]]] = []
    for ballot in ballots:
        if groups and ballot[0] - groups[-1][0][0] <= tolerance:
            groups[-1].append(ballot)
        else:
            groups.append([ballot])
    stands = [group for group in groups if len({voter for _, voter in group}) >= needed]
    return np.array([int(np.median([at for at, _ in group])) for group in stands], dtype=np.int64)


def _detect_primed(run_uv: FloatArray, inside: Span, sampling_rate_hz: float) -> Detections:
    """As ``detect``, with mirrored signal around ``inside``, about which nothing is disputed."""
    traces = _traces(run_uv, sampling_rate_hz)
    first = relocate(_pantompkins(traces.cleaned, sampling_rate_hz), traces, sampling_rate_hz)
    second = relocate(_sleepecg(run_uv, sampling_rate_hz), traces, sampling_rate_hz)
    tolerance = SAME_BEAT_S * sampling_rate_hz
    lonely = np.union1d(alone(first, second, tolerance), alone(second, first, tolerance))
    disputed = _dispute_windows(within(lonely, inside), len(run_uv), sampling_rate_hz)
    beats = [first[~disputed[first]]]
    for span in _with_context(disputed, sampling_rate_hz):
        settled = _arbitrate(run_uv, traces, (first, second), span, sampling_rate_hz)
        beats.append(settled[disputed[settled]])
    found = np.sort(np.concatenate(beats))
    found = _taller_of_close(found, traces.height, REFRACTORY_S * sampling_rate_hz)
    return Detections(first, second, found, traces)


def _dispute_windows(lonely: IntArray, n_samples: int, sampling_rate_hz: float) -> BoolArray:
    disputed = np.zeros(n_samples, dtype=bool)
    size = round(DISPUTE_S * sampling_rate_hz)
    margin = round(DISPUTE_MARGIN_S * sampling_rate_hz)
    for window in np.unique(lonely // size):
        disputed[max(0, window * size - margin) : (window + 1) * size + margin] = True
    return disputed


def _with_context(disputed: BoolArray, sampling_rate_hz: float) -> list[Span]:
    """What the arbiters listen to: disputed stretches and 10 s on both sides."""
    context = round(ARBITER_CONTEXT_S * sampling_rate_hz)
    everything = Span(0, len(disputed))
    wider = (Span(span.start - context, span.end + context) for span in true_spans(disputed))
    return joined(span.clipped(*everything) for span in wider)


def _arbitrate(
    run_uv: FloatArray,
    traces: Traces,
    fast: tuple[IntArray, IntArray],
    span: Span,
    sampling_rate_hz: float,
) -> IntArray:
    """Beats in ``span`` that two of three voters see."""
    part = slice(span.start, span.end)
    pantompkins, sleepecg = (within(positions, span) for positions in fast)
    khamis = _khamis(traces.cleaned[part], sampling_rate_hz) + span.start
    gqrs = _gqrs(run_uv[part], sampling_rate_hz) + span.start
    khamis, gqrs = (relocate(found, traces, sampling_rate_hz) for found in (khamis, gqrs))
    racing = _racing(sleepecg, len(run_uv), sampling_rate_hz)
    third = np.union1d(gqrs[~racing[gqrs]], sleepecg[racing[sleepecg]])
    tolerance = SAME_BEAT_S * sampling_rate_hz
    return agreed([pantompkins, khamis, third], ARBITERS_NEEDED, tolerance)


def _racing(beats: IntArray, n_samples: int, sampling_rate_hz: float) -> BoolArray:
    """Where these beats follow each other faster than 180/min, at least five intervals on end."""
    racing = np.zeros(n_samples, dtype=bool)
    for intervals in true_spans(np.diff(beats) < RACING_S * sampling_rate_hz):
        if intervals.length >= RACING_INTERVALS:
            racing[beats[intervals.start] : beats[intervals.end] + 1] = True
    return racing


def _traces(run_uv: FloatArray, sampling_rate_hz: float) -> Traces:
    qrs = _band(run_uv, ENERGY_BAND_HZ, sampling_rate_hz)
    window = math.ceil(ENERGY_WINDOW_S * sampling_rate_hz)
    energy = uniform_filter1d(np.gradient(qrs) ** 2, window)
    return Traces(
        cleaned=_clean(run_uv, sampling_rate_hz),
        energy=np.maximum(energy, 0.0),  # a running sum may end a little below
        height=np.abs(_band(run_uv, PEAK_BAND_HZ, sampling_rate_hz)),
        shape=_band(run_uv, SHAPE_BAND_HZ, sampling_rate_hz),
    )


def _band(run_uv: FloatArray, band_hz: tuple[float, float], sampling_rate_hz: float) -> FloatArray:
    sections = butter(2, band_hz, "bandpass", fs=sampling_rate_hz, output="sos")
    return np.ascontiguousarray(sosfiltfilt(sections, run_uv), dtype=np.float64)


def _without_outliers(run_uv: FloatArray, sampling_rate_hz: float) -> FloatArray:
    """Free of drift, and cut where it is far larger than its own usual peaks."""
    sections = butter(2, 0.5, "highpass", fs=sampling_rate_hz, output="sos")
    level = np.asarray(sosfiltfilt(sections, run_uv), dtype=np.float64)
    size = math.ceil(OUTLIER_BLOCK_S * sampling_rate_hz)
    peaks = [np.abs(level[at : at + size]).max() for at in range(0, len(level), size)]
    limit = OUTLIER_TIMES * float(np.median(peaks))
    return np.clip(level, -limit, limit)


def _highest(trace: FloatArray, positions: IntArray, reach: int) -> IntArray:
    """For each position, where ``trace`` is highest within ``reach`` samples of it."""
    offsets = np.arange(-reach, reach + 1)
    around = np.clip(positions[:, None] + offsets, 0, len(trace) - 1)
    best = np.argmax(trace[around], axis=1)
    return np.asarray(around[np.arange(len(positions)), best], dtype=np.int64)


def _taller_of_close(positions: IntArray, height: FloatArray, apart: float) -> IntArray:
    kept: list[int] = []
    for position in positions.tolist():
        if not kept or position - kept[-1] >= apart:
            kept.append(position)
        elif height[position] > height[kept[-1]]:
            kept[-1] = position
    return np.array(kept, dtype=np.int64)


def _in_run(positions: Any, late_s: float, n_samples: int, sampling_rate_hz: float) -> IntArray:
    """A detector's answer without its own delay, as whole samples of the run."""
    shifted = np.asarray(positions, dtype=np.int64) - round(late_s * sampling_rate_hz)
    return np.unique(shifted[(shifted >= 0) & (shifted < n_samples)])


def _neurokit() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import complains about optional parts
        import neurokit2
    return neurokit2


def _clean(run_uv: FloatArray, sampling_rate_hz: float) -> FloatArray:
    cleaned = _neurokit().ecg_clean(run_uv, sampling_rate=sampling_rate_hz, method="neurokit")
    return np.asarray(cleaned, dtype=np.float64)


def _neurokit_peaks(cleaned: FloatArray, sampling_rate_hz: float, method: str) -> Any:
    # Detectors count windows in whole samples and index with them: they want a whole rate.
    rate = round(sampling_rate_hz)
    found = _neurokit().ecg_findpeaks(cleaned, sampling_rate=rate, method=method)
    return found["ECG_R_Peaks"]


def _pantompkins(cleaned: FloatArray, sampling_rate_hz: float) -> IntArray:
    found = _neurokit_peaks(cleaned, sampling_rate_hz, "pantompkins1985")
    return _in_run(found, PANTOMPKINS_LATE_S, len(cleaned), sampling_rate_hz)


def _khamis(cleaned: FloatArray, sampling_rate_hz: float) -> IntArray:
    found = _neurokit_peaks(cleaned, sampling_rate_hz, "khamis2016")
    return _in_run(found, KHAMIS_LATE_S, len(cleaned), sampling_rate_hz)


def _sleepecg(run_uv: FloatArray, sampling_rate_hz: float) -> IntArray:
    from sleepecg.heartbeats import detect_heartbeats

    found = detect_heartbeats(run_uv, sampling_rate_hz)
    return _in_run(found, 0.0, len(run_uv), sampling_rate_hz)


def _gqrs(run_uv: FloatArray, sampling_rate_hz: float) -> IntArray:
    from wfdb.processing import gqrs_detect

    # gqrs counts in steps of 5 µV, the resolution of the records it was made on.
    found = gqrs_detect(sig=run_uv / 1000, fs=round(sampling_rate_hz), adc_gain=200, adc_zero=0)
    return _in_run(found, GQRS_LATE_S, len(run_uv), sampling_rate_hz)
