"""Where the waves of an average beat begin and end.

neurokit2's prominence delineator finds the P and T of each lead; the leads then vote for where P
and T are, and each lead gives the border of its own wave. QRS is taken from all leads together.
Only the worker may run this: neurokit2 is imported when first needed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray
from vitals.ecg.averaging import AVERAGE_RATE_HZ, AverageBeat

# Shares of the steepest slope below which QRS has not begun or has ended, and for how long. From 4
# to 12 % the spread of the error on LUDB is the same; at 5 % it has no bias worth correcting.
QRS_EDGE_SHARE: Final = 0.05
QRS_EDGE_S: Final = 0.008
QRS_SEARCH_S: Final = (-0.12, 0.12)  # the steepest slope, from R
QRS_LIMIT_S: Final = (-0.18, 0.22)  # the widest QRS that is read: 400 ms
SLOPE_AT_REST: Final = 10.0  # percentile of the slope around QRS

LONGEST_PR_S: Final = 0.34  # from the beginning of P to QRS; neurokit2 looks 300 ms before Q
P_NEAREST_S: Final = 0.03  # the peak of P lies before QRS by more than this
P_FROM_LAST_R_S: Final = 0.20  # what is sooner after the last R belongs to its beat
LONGEST_QT_S: Final = 0.70
LONGEST_QTC_S: Final = 0.64  # Bazett; beyond, what looks like T is the P of the next beat
T_TOP_BEFORE_END_S: Final = 0.08
P_AFTER_T_S: Final = 0.08  # between the tops of T and of the next P
T_FROM_J_S: Final = 0.04  # the peak of T lies behind J by more than this
BEFORE_NEXT_QRS_S: Final = 0.10  # where no P says when the next beat begins

P_VOTE_S: Final = 0.024  # votes this near to each other count together (standard deviation)
T_VOTE_S: Final = 0.030
P_REACH_S: Final = 0.03  # the peak in one lead, from where all leads see it
T_REACH_S: Final = 0.08
# The trapezium that finds a border reaches this far from the peak: P lasts up to 120 ms, so its
# peak is about 60 ms from its end, and the falling part of T takes 120 to 140 ms.
P_FAR_S: Final = 0.07
T_FAR_S: Final = 0.14

# P is there when odd and even beats show the same wave; f waves of fibrillation do not repeat.
# Where the rhythm is irregular the line before P must also be at rest, which it is not in flutter.
LEAST_P_LIKENESS: Final = 0.90
LEAST_P_UV: Final = 10.0  # root mean square over the leads; P is 50 to 250 µV high
P_AROUND_S: Final = 0.08
MOST_P_UNREST: Final = 0.15  # of the steepest slope of P
UNREST_BEFORE_S: Final = 0.08

CLEAR_T_UV: Final = 50.0  # AHA/ACC/HRS 2009 (part IV): a T below 0.1 mV is low, flat below that
CLEAR_T_NOISE: Final = 4.0  # times the standard error of the average
MOST_T_SPREAD_S: Final = 0.06  # between the quartiles of where the leads see T end


@dataclass(frozen=True)
class Borders:
    """Borders of the waves of an average beat, samples of it.

    ``qrs``: beginning and end, the same for all leads. ``p_on``, ``p_peak``, ``t_peak``,
    ``t_end``: shape (leads,), NaN where a lead does not show them. ``p_likeness`` of P in odd and
    even beats, -1 to 1, and ``p_unrest`` before it, see ``has_p``. ``p_uv``, ``t_uv``: height
    over the line beside it, shape (leads,). ``clear_t``: leads whose T stands out, shape (leads,).
    """

    qrs: tuple[int, int]
    p_on: FloatArray
    p_peak: FloatArray
    p_uv: FloatArray
    p_likeness: float
    p_unrest: float
    t_peak: FloatArray
    t_end: FloatArray
    t_uv: FloatArray
    clear_t: BoolArray

    def has_p(self, *, irregular: bool) -> bool:
        """Whether a P wave goes before QRS; where the rhythm is ``irregular`` more is asked."""
        height = float(np.sqrt(np.nanmean(self.p_uv**2))) if np.isfinite(self.p_uv).any() else 0.0
        repeats = height >= LEAST_P_UV and self.p_likeness >= LEAST_P_LIKENESS
        return repeats and (not irregular or self.p_unrest <= MOST_P_UNREST)

    @property
    def has_clear_t(self) -> bool:
        """Whether the end of T can be believed: enough leads see it, and they agree."""
        ends = self.t_end[self.clear_t]
        if not ends.size or np.count_nonzero(self.clear_t) < np.isfinite(self.t_end).sum() / 4:
            return False
        first, third = np.percentile(ends, [25, 75])
        return bool(third - first <= MOST_T_SPREAD_S * AVERAGE_RATE_HZ)


def delineate(beat: AverageBeat) -> Borders:
    """Find the borders of the waves of an average beat, in the leads that were used."""
    used = np.flatnonzero(beat.used)
    shape = beat.microvolts[:, used]
    qrs = _qrs(shape, beat.r_at)
    first, last, t_latest = _reach(beat, qrs)
    t_at = _t_place(shape, qrs, t_latest)
    rr = beat.shortest_rr_s * AVERAGE_RATE_HZ
    if t_at is not None and np.isfinite(rr):
        first = max(first, t_at - round(rr) + _samples(P_AFTER_T_S))
    p_at = _p_place(shape, qrs, first)
    p_on, p_peak, p_uv = _p_of_leads(shape, qrs, first, p_at)
    if np.isfinite(p_on).any() and np.isfinite(rr):
        last = min(last, round(rr + float(np.nanmedian(p_on))))
    t_peak, t_end, t_uv = _t_of_leads(shape, qrs, last, t_at)
    every = len(beat.beats)
    return Borders(
        qrs=qrs,
        p_on=_spread(p_on, used, every),
        p_peak=_spread(p_peak, used, every),
        p_uv=_spread(p_uv, used, every),
        p_likeness=_p_likeness(beat.halves[:, :, used], p_at, qrs),
        p_unrest=_p_unrest(shape, p_on, p_at),
        t_peak=_spread(t_peak, used, every),
        t_end=_spread(t_end, used, every),
        t_uv=_spread(t_uv, used, every),
        clear_t=_clear(_spread(t_uv, used, every), beat.noise_uv),
    )


def _samples(seconds: float) -> int:
    return round(seconds * AVERAGE_RATE_HZ)


def _spread(values: FloatArray, used: IntArray, every: int) -> FloatArray:
    """Values of the used leads among all leads, NaN in the others."""
    result = np.full(every, np.nan)
    result[used] = values
    return result


def _speed(shape: FloatArray) -> FloatArray:
    """Size of the slope in all leads together, µV per sample, shape (w,)."""
    return np.asarray(np.sqrt((np.gradient(shape, axis=0) ** 2).sum(axis=1)))


def _qrs(shape: FloatArray, r_at: int) -> tuple[int, int]:
    """From the steepest slope outwards to where it stays small."""
    speed = _speed(shape)
    low, high = (r_at + _samples(each) for each in QRS_LIMIT_S)
    first, last = (r_at + _samples(each) for each in QRS_SEARCH_S)
    steepest = first + int(np.argmax(speed[first : last + 1]))
    rest = float(np.percentile(speed[first : r_at + _samples(0.2)], SLOPE_AT_REST))
    limit = rest + QRS_EDGE_SHARE * (float(speed[steepest]) - rest)
    hold = _samples(QRS_EDGE_S)
    start, end = steepest, steepest
    while start > low and (speed[start - hold : start] >= limit).any():
        start -= 1
    while end < high and (speed[end + 1 : end + 1 + hold] >= limit).any():
        end += 1
    return start, end


def _reach(beat: AverageBeat, qrs: tuple[int, int]) -> tuple[int, int, int]:
    """First and last sample that can belong to this beat, and the last that can be the top of T."""
    rr_s = beat.shortest_rr_s
    first, last = qrs[0] - _samples(LONGEST_PR_S), beat.r_at + _samples(LONGEST_QT_S)
    if np.isfinite(rr_s):
        first = max(first, beat.r_at - _samples(rr_s - P_FROM_LAST_R_S))
        last = min(last, beat.r_at + _samples(rr_s - BEFORE_NEXT_QRS_S))
    usual_s = rr_s if np.isfinite(rr_s) else 1.0
    latest = qrs[0] + _samples(LONGEST_QTC_S * usual_s**0.5 - T_TOP_BEFORE_END_S)
    last = min(last, len(beat.microvolts) - 1)
    return max(first, 0), last, min(last, latest)


def _prominence(shape: FloatArray, peaks: IntArray) -> dict[str, FloatArray]:
    """neurokit2's delineation of single beats, one per column.

    Args:
        shape: Beats, shape (w, k), k ≥ 2.
        peaks: The R of each, shape (k,).

    Returns:
        By wave and border, samples of the beat, shape (k,), NaN where not found.
    Source: Emrich et al. 2024, EUSIPCO.
    """
    # Each beat in a slot of its own with R in the middle, held level to both ends: the delineator
    # cuts half-way between neighbouring R. It also drops positions of 0, hence a first empty slot.
    half = len(shape)
    at = np.arange(-half, half + 1)[:, None] + peaks
    slots = np.take_along_axis(shape, np.clip(at, 0, len(shape) - 1), axis=0)
    starts = (1 + np.arange(shape.shape[1])) * len(slots)
    signal = np.concatenate([np.full(len(slots), slots[0, 0]), slots.ravel(order="F")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import, and of peaks that are not one
        from neurokit2 import ecg_delineate

        _, waves = ecg_delineate(
            signal, starts + half, sampling_rate=int(AVERAGE_RATE_HZ), method="prominence"
        )
    shift = starts + half - peaks
    return {name: np.asarray(found, dtype=np.float64) - shift for name, found in waves.items()}


def _peaks(shape: FloatArray, qrs: tuple[int, int], first: int, last: int, wave: str) -> FloatArray:
    """Where neurokit2 sees a wave in each lead upright and inverted, shape (2 leads,)."""
    level = shape.copy()
    level[:first], level[last + 1 :] = shape[first], shape[last]
    both = np.hstack([level, -level])
    peaks = qrs[0] + np.argmax(both[qrs[0] : qrs[1] + 1], axis=0)
    return _prominence(both, peaks)[wave]


def _most_voted(places: list[int], weights: list[float], width: float) -> int | None:
    """The place with the most weight around it."""
    if not places or max(weights) <= 0:
        return None
    at = np.array(places)
    near = np.exp(-0.5 * ((at[:, None] - at) / width) ** 2)
    return int(at[np.argmax(near @ np.array(weights))])


def _p_place(shape: FloatArray, qrs: tuple[int, int], first: int) -> int | None:
    """Where the leads together see the peak of P."""
    leads, reach = shape.shape[1], _samples(0.1)
    nearest = qrs[0] - _samples(P_NEAREST_S)
    places, weights = [], []
    for row, found in enumerate(_peaks(shape, qrs, first, qrs[1], "ECG_P_Peaks").tolist()):
        if not first + 4 <= found <= nearest:
            continue
        at, wave = int(found), shape[:, row % leads] * (1.0 if row < leads else -1.0)
        before, after = wave[max(first, at - reach) : at + 1], wave[at : min(qrs[0], at + reach)]
        places.append(at)
        weights.append(float(wave[at] - max(before.min(), after.min())))
    return _most_voted(places, weights, P_VOTE_S * AVERAGE_RATE_HZ)


def _p_of_leads(
    shape: FloatArray, qrs: tuple[int, int], first: int, p_at: int | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Beginning, peak and height of P in each lead."""
    begins, peaks, heights = (np.full(shape.shape[1], np.nan) for _ in range(3))
    if p_at is None:
        return begins, peaks, heights
    far = max(first, p_at - _samples(P_FAR_S))
    start = max(far + 3, p_at - _samples(P_REACH_S))
    around = np.arange(start, max(start, min(qrs[0] - 5, p_at + _samples(P_REACH_S))) + 1)
    for lead, wave in enumerate(shape.T):
        line = np.interp(around, [far, qrs[0] - 2], [wave[far], wave[qrs[0] - 2]])
        over = wave[around] - line
        best = int(np.argmax(np.abs(over)))
        peaks[lead], heights[lead] = around[best], over[best]
        # The border towards the past is the border towards the future of the reversed wave.
        end = len(wave) - 1
        begins[lead] = end - _wave_end(wave[::-1], end - int(around[best]), end - far)
    return begins, peaks, heights


def _p_likeness(halves: FloatArray, p_at: int | None, qrs: tuple[int, int]) -> float:
    """Correlation of odd and even beats around P, all leads together, without slopes; -1 to 1."""
    if p_at is None:
        return 0.0
    around = _samples(P_AROUND_S)
    part = halves[:, max(0, p_at - around) : min(qrs[0] - 2, p_at + around)]
    if part.shape[1] < _samples(P_AROUND_S):
        return 0.0
    along = np.linspace(0, 1, part.shape[1])[:, None]
    odd, even = (half - half[0] * (1 - along) - half[-1] * along for half in part)
    size = float(np.sqrt((odd**2).sum() * (even**2).sum()))
    return float((odd * even).sum()) / size if size > 0 else 0.0


def _p_unrest(shape: FloatArray, p_on: FloatArray, p_at: int | None) -> float:
    """Slope of the quieter part of what goes before P, over the steepest slope of P."""
    if p_at is None or np.isnan(p_on).all():
        return float("inf")
    speed, begins = _speed(shape), int(np.nanmedian(p_on))
    before = speed[max(0, begins - _samples(UNREST_BEFORE_S)) : begins - 2]
    steepest = float(speed[begins : p_at + 1].max(initial=0.0))
    if before.size < 6 or steepest <= 0:
        return float("inf")
    return float(np.percentile(before, 25)) / steepest


def _t_place(shape: FloatArray, qrs: tuple[int, int], last: int) -> int | None:
    """Where the leads together see the peak of T, of either sign."""
    nearest = qrs[1] + _samples(T_FROM_J_S)
    if last - nearest < _samples(T_REACH_S):
        return None
    places, weights = [], []
    found = _peaks(shape, qrs, qrs[0], last, "ECG_T_Peaks")[: shape.shape[1]]
    for wave, peak in zip(shape.T, found.tolist(), strict=True):
        if nearest <= peak < last:
            at = int(peak)
            line = np.interp(at, [qrs[1], last], [wave[qrs[1]], wave[last]])
            places.append(at)
            weights.append(abs(float(wave[at] - line)))
    return _most_voted(places, weights, T_VOTE_S * AVERAGE_RATE_HZ)


def _t_of_leads(
    shape: FloatArray, qrs: tuple[int, int], last: int, t_at: int | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Peak, end and height of T in each lead."""
    peaks, ends, heights = (np.full(shape.shape[1], np.nan) for _ in range(3))
    if t_at is None:
        return peaks, ends, heights
    far = min(last, t_at + _samples(T_FAR_S))
    start = max(qrs[1] + _samples(0.03), t_at - _samples(T_REACH_S))
    end = max(start, min(last - _samples(0.02), t_at + _samples(T_REACH_S)))
    for lead, wave in enumerate(shape.T):
        over = wave[start : end + 1] - wave[far]
        peak = start + int(np.argmax(np.abs(over)))
        peaks[lead], heights[lead] = peak, over[peak - start]
        ends[lead] = _wave_end(wave, peak, far)
    return peaks, ends, heights


def _wave_end(wave: FloatArray, peak: int, far: int) -> float:
    """Where a wave ends: the corner of the largest trapezium behind its steepest fall.

    Args:
        wave: One lead, shape (w,).
        peak: Of the wave.
        far: A sample on the level line behind it.

    Returns:
        A sample, NaN when there is no room.
    Source: Vázquez-Seisdedos et al. 2011, BioMedical Engineering OnLine 10: 43.
    """
    if far - peak < 8:
        return float("nan")
    sign = 1.0 if wave[peak] >= wave[far] else -1.0
    steepest = peak + int(np.argmin(sign * np.gradient(wave[peak : far + 1])))
    at = np.arange(steepest, far + 1)
    area = 0.5 * sign * (wave[steepest] - wave[at]) * (2 * far - at - steepest)
    return float(steepest + int(np.argmax(area)))


def _clear(t_uv: FloatArray, noise_uv: FloatArray) -> BoolArray:
    height = np.abs(np.nan_to_num(t_uv))
    result: BoolArray = height >= np.maximum(CLEAR_T_UV, CLEAR_T_NOISE * noise_uv)
    return result
