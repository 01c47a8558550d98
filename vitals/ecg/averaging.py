"""The typical beat of some minutes in all leads: aligned, free of drift, averaged.

Nothing here is high-passed: drift is what runs through the PR segments of the beats, and that is
taken off, so the level of ST stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.signal import butter, sosfiltfilt

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray

AVERAGE_RATE_HZ: Final = 500.0  # AHA/ACC/HRS 2007: what intervals should be measured at
BEFORE_R_S: Final = 0.50  # a PR interval of 400 ms and some rest
AFTER_R_S: Final = 0.75  # the longest QT that is read, 700 ms, and some rest
FEWEST_BEATS: Final = 3  # our choice: with fewer one odd beat makes the average
MOST_BEATS: Final = 200  # our choice: more do not lower the noise of an average that matters
LOWPASS_HZ: Final = 40.0  # AHA 1967/IEC 60601-2-47: lowest allowed for ambulatory recorders

QRS_REACH_S: Final = 0.08  # what beats are aligned and compared on
SHIFT_REACH_S: Final = 0.04  # leads see R at times that differ by less than this
ALIGNMENTS: Final = 2
LIKENESS_S: Final = (-0.10, 0.30)  # what beats are compared on: QRS and the better part of T
LEAST_LIKENESS: Final = 0.85  # our choice: correlation with the median beat
EARLY_SHARE: Final = 0.8  # our choice: an interval shorter than this share of the median is early
SHORTEST: Final = 25.0  # percentile of the intervals that counts as the shortest
LEAST_MEASURED: Final = 0.5  # our choice: of the beats; a lead that has fewer of them is left out
LEAST_REPEATING: Final = 0.5  # our choice: correlation of QRS with the median one, in one lead
NOISY_TIMES: Final = 3.0  # a beat this much noisier than the median beat stays out

# Before anything is known of the beat its PR segment lies here; afterwards, before QRS begins.
FIRST_PR_S: Final = (-0.10, -0.06)
PR_S: Final = (-0.024, -0.004)
ONSET_REACH_S: Final = 0.12
STEEP_SHARE: Final = 0.15


@dataclass(frozen=True)
class AverageBeat:
    """The typical beat. ``r_at`` is the sample of R; all leads at 500 Hz, low-passed at 40 Hz.

    ``microvolts``: over the level of the PR segment, shape (w, leads); of a lead that was not used,
    zeros. ``halves``: the same from odd and from even beats, shape (2, w, leads). ``noise_uv``:
    standard error, shape (leads,), infinite where not used. ``beats``: how many went in, shape
    (leads,). ``rr_s``: mean interval before and after them, ``shortest_rr_s``: one of the shorter
    ones; NaN where unknown.
    """

    microvolts: FloatArray
    halves: FloatArray
    noise_uv: FloatArray
    beats: IntArray
    rr_s: float
    shortest_rr_s: float
    r_at: int

    @property
    def used(self) -> BoolArray:
        """Which leads hold a beat, shape (leads,)."""
        result: BoolArray = self.beats >= FEWEST_BEATS
        return result


def average(
    microvolts: FloatArray,
    missing: BoolArray,
    beats: IntArray,
    rr_s: FloatArray,
    sampling_rate_hz: float,
) -> AverageBeat | None:
    """Average the beats that look alike.

    Args:
        microvolts: Shape (n, leads), finite.
        missing: Shape (n, leads).
        beats: R of the beats that may go in, shape (m,), ascending.
        rr_s: The intervals before and after each of them, seconds, NaN unknown, shape (m, 2).
        sampling_rate_hz: Samples per second, 100 to 2,000.

    Returns:
        None when fewer than three alike beats lie wholly in the signal.
    """
    microvolts, missing, beats, sampling_rate_hz = _thinned(
        microvolts, missing, beats, sampling_rate_hz
    )
    inside = _inside(beats, len(microvolts), sampling_rate_hz)
    whole = _whole(missing, beats[inside], sampling_rate_hz)
    leads, measured = _measured(whole)
    chosen = _evenly(_in_step(inside[measured], rr_s), MOST_BEATS)
    beats, rr_s = beats[chosen], rr_s[chosen]
    if len(beats) < FEWEST_BEATS:
        return None
    microvolts = microvolts[:, leads]
    flat = microvolts - _drift(microvolts, beats, FIRST_PR_S, sampling_rate_hz)
    beats = _aligned(flat, beats, sampling_rate_hz)
    repeat = _repeating(flat, beats, sampling_rate_hz)
    if not repeat.any():
        return None
    leads, microvolts, flat = leads[repeat], microvolts[:, repeat], flat[:, repeat]
    onset_s = _rough_onset_s(flat, beats, sampling_rate_hz)
    pr_s = (onset_s + PR_S[0], onset_s + PR_S[1])
    flat = microvolts - _drift(microvolts, beats, pr_s, sampling_rate_hz)
    cut = _cut(flat, beats, (-BEFORE_R_S, AFTER_R_S), sampling_rate_hz)
    kept = _alike(cut, sampling_rate_hz)
    if np.count_nonzero(kept) < FEWEST_BEATS:
        return None
    return _averaged(cut[kept], leads, missing.shape[1], rr_s[kept], sampling_rate_hz)


def _thinned(
    microvolts: FloatArray, missing: BoolArray, beats: IntArray, rate: float
) -> tuple[FloatArray, BoolArray, IntArray, float]:
    """Means of some samples each where there are twice as many as the average keeps, or more."""
    step = int(rate // AVERAGE_RATE_HZ)
    if step < 2:
        return microvolts, missing, beats, rate
    n, leads = len(microvolts) // step, microvolts.shape[1]
    fewer = microvolts[: n * step].reshape(n, step, leads).mean(axis=1)
    gone = np.asarray(missing[: n * step].reshape(n, step, leads).any(axis=1), dtype=bool)
    return fewer, gone, beats // step, rate / step


def _measured(whole: BoolArray) -> tuple[IntArray, BoolArray]:
    """The leads that have most of the beats, and which beats are whole in all of them.

    Args:
        whole: Whether nothing of a beat is missing in a lead, shape (m, leads).
    """
    share = whole.mean(axis=0) if len(whole) else np.zeros(whole.shape[1])
    leads = np.flatnonzero(share >= LEAST_MEASURED)
    complete = np.asarray(whole[:, leads].all(axis=1), dtype=bool)
    if not leads.size or np.count_nonzero(complete) < FEWEST_BEATS:
        leads = np.array([int(np.argmax(share))])
        complete = np.asarray(whole[:, leads[0]], dtype=bool)
    return leads, complete


def _inside(beats: IntArray, n_samples: int, rate: float) -> IntArray:
    """Which beats have their whole surroundings in the signal."""
    margin = SHIFT_REACH_S * ALIGNMENTS * rate + 2
    first, end = BEFORE_R_S * rate + margin, n_samples - AFTER_R_S * rate - margin
    return np.flatnonzero((beats >= first) & (beats < end))


def _in_step(chosen: IntArray, rr_s: FloatArray) -> IntArray:
    """Those that neither come early nor have an early beat behind them, if that leaves a half."""
    usual = np.nanmedian(rr_s[chosen]) if np.isfinite(rr_s[chosen]).any() else np.nan
    early = (rr_s[chosen] < EARLY_SHARE * usual).any(axis=1)
    kept = chosen[~early]
    return kept if len(kept) >= max(FEWEST_BEATS, len(chosen) / 2) else chosen


def _evenly(chosen: IntArray, at_most: int) -> IntArray:
    if len(chosen) <= at_most:
        return chosen
    return chosen[np.linspace(0, len(chosen) - 1, at_most).round().astype(np.int64)]


def _offsets(span_s: tuple[float, float], rate: float) -> IntArray:
    return np.arange(round(span_s[0] * rate), round(span_s[1] * rate) + 1)


def _whole(missing: BoolArray, beats: IntArray, rate: float) -> BoolArray:
    """Which beats are measured all along, shape (m, leads)."""
    around = missing[beats[:, None] + _offsets((-BEFORE_R_S, AFTER_R_S), rate)]
    return np.asarray(~around.any(axis=1), dtype=bool)


def _cut(
    samples: FloatArray, beats: IntArray, span_s: tuple[float, float], rate: float
) -> FloatArray:
    """What lies around each beat, shape (m, w, leads)."""
    return np.asarray(samples[beats[:, None] + _offsets(span_s, rate)])


def _drift(
    microvolts: FloatArray, beats: IntArray, pr_s: tuple[float, float], rate: float
) -> FloatArray:
    """A smooth line through the PR segments of the beats, shape (n, leads)."""
    level = _cut(microvolts, beats, pr_s, rate).mean(axis=1)
    middle = beats + (pr_s[0] + pr_s[1]) / 2 * rate
    line = PchipInterpolator(middle, level, axis=0)
    at = np.clip(np.arange(len(microvolts)), middle[0], middle[-1])
    return np.asarray(line(at), dtype=np.float64)


def _aligned(flat: FloatArray, beats: IntArray, rate: float) -> IntArray:
    """Each beat moved to where its QRS fits the median one best, in all leads together."""
    qrs = (-QRS_REACH_S, QRS_REACH_S)
    steps = _offsets((-SHIFT_REACH_S, SHIFT_REACH_S), rate)
    wider = (qrs[0] - SHIFT_REACH_S, qrs[1] + SHIFT_REACH_S)
    for _ in range(ALIGNMENTS):
        usual = np.median(_cut(flat, beats, qrs, rate), axis=0)
        usual = usual - usual.mean(axis=0)
        around = _cut(flat, beats, wider, rate)
        size = np.median(around.std(axis=1), axis=0)  # a lead counts by its shape, not its size
        usual = usual / np.where(size > 0, size, np.inf) ** 2
        places = sliding_window_view(around, len(usual), axis=1)
        fits = np.einsum("mslw,wl->ms", places[:, : len(steps)], usual)
        beats = beats + steps[np.argmax(fits, axis=1)]
    return beats


def _repeating(flat: FloatArray, beats: IntArray, rate: float) -> BoolArray:
    """Which leads show nearly the same QRS again and again, shape (leads,)."""
    qrs = _cut(flat, beats, (-QRS_REACH_S, QRS_REACH_S), rate)
    qrs = qrs - qrs.mean(axis=1, keepdims=True)
    usual = np.median(qrs, axis=0)
    size = np.sqrt((qrs**2).sum(axis=1) * (usual**2).sum(axis=0))
    likeness = (qrs * usual).sum(axis=1) / np.where(size > 0, size, np.inf)
    result: BoolArray = np.median(likeness, axis=0) >= LEAST_REPEATING
    return result


def _rough_onset_s(flat: FloatArray, beats: IntArray, rate: float) -> float:
    """Where QRS begins, seconds from R: before that the median beat is nearly level."""
    span_s = (-ONSET_REACH_S, 0.0)
    usual = np.median(_cut(flat, beats, span_s, rate), axis=0)
    slope = np.sqrt((np.gradient(usual, axis=0) ** 2).sum(axis=1))
    steep = np.flatnonzero(slope > STEEP_SHARE * slope.max())
    return float(span_s[0] + steep[0] / rate)


def _alike(cut: FloatArray, rate: float) -> BoolArray:
    """Which beats look like the median one and are not much noisier than the others."""
    middle = round(BEFORE_R_S * rate)
    offsets = middle + _offsets(LIKENESS_S, rate)
    near = cut[:, offsets]
    usual = np.median(near, axis=0)
    # Each lead counts by how little noise is in it.
    noise = np.median(np.sqrt(((near - usual) ** 2).mean(axis=1)), axis=0)
    near, usual = near / np.maximum(noise, 1.0), usual / np.maximum(noise, 1.0)
    off = np.sqrt(((near - usual) ** 2).mean(axis=(1, 2)))
    size = np.sqrt((near**2).sum(axis=(1, 2)) * (usual**2).sum())
    likeness = (near * usual).sum(axis=(1, 2)) / np.where(size > 0, size, np.inf)
    result: BoolArray = (likeness >= LEAST_LIKENESS) & (off <= NOISY_TIMES * np.median(off))
    return result


def _averaged(
    cut: FloatArray, leads: IntArray, n_leads: int, rr_s: FloatArray, rate: float
) -> AverageBeat:
    """The mean of beats of shape (m, w, k), which are from ``leads``, shape (k,)."""
    known = rr_s[np.isfinite(rr_s)]
    mean = cut.mean(axis=0)
    size = round((BEFORE_R_S + AFTER_R_S) * AVERAGE_RATE_HZ) + 1
    microvolts, halves = np.zeros((size, n_leads)), np.zeros((2, size, n_leads))
    noise, beats = np.full(n_leads, np.inf), np.zeros(n_leads, dtype=np.int64)
    microvolts[:, leads] = _resampled(mean, rate)
    for half in range(2):
        halves[half][:, leads] = _resampled(cut[half::2].mean(axis=0), rate)
    noise[leads] = np.sqrt(((cut - mean) ** 2).mean(axis=(0, 1)) / (len(cut) - 1))
    beats[leads] = len(cut)
    return AverageBeat(
        microvolts=microvolts,
        halves=halves,
        noise_uv=noise,
        beats=beats,
        rr_s=float(known.mean()) if known.size else float("nan"),
        shortest_rr_s=float(np.percentile(known, SHORTEST)) if known.size else float("nan"),
        r_at=round(BEFORE_R_S * AVERAGE_RATE_HZ),
    )


def _resampled(beat: FloatArray, rate: float) -> FloatArray:
    """Low-passed without delay and read at 500 Hz, shape (w, leads)."""
    sections = butter(2, min(LOWPASS_HZ, 0.45 * rate), "lowpass", fs=rate, output="sos")
    smooth = sosfiltfilt(sections, beat, axis=0)
    at_s = np.arange(-round(BEFORE_R_S * rate), round(AFTER_R_S * rate) + 1) / rate
    wanted = _offsets((-BEFORE_R_S, AFTER_R_S), AVERAGE_RATE_HZ) / AVERAGE_RATE_HZ
    return np.asarray(CubicSpline(at_s, smooth, axis=0)(wanted), dtype=np.float64)
