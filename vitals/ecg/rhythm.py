"""Rate, regularity and pauses, from beats that follow each other without a break.

A *stretch* is R peaks in order with nothing rejected or missing between them; intervals are only
taken inside stretches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.ndimage import median_filter

from vitals.ecg.arrays import BoolArray, FloatArray, IntArray, Span

RATE_INTERVALS: Final = 8  # our choice: one early or missed beat does not make the range
FEWEST_INTERVALS: Final = 3  # with fewer there is no rate

AROUND_INTERVALS: Final = 11  # an interval is held against the median of itself and 5 on each side
OFF_SHARE: Final = 0.10  # more than 10 % away is uneven: MeSH D001146, cycle length change > 10 %
IRREGULAR_SHARE: Final = 0.10  # our choice: irregular when more than 1 interval in 10 is uneven
FEWEST_FOR_REGULARITY: Final = 8

PAUSE_S: Final = 2.0  # Grauer & Leytem 1992, American Family Physician 45: 1641
RATE_STEP_S: Final = 60.0
LEAST_READ_OF_STEP: Final = 1 / 3  # a minute of which less than 20 s was read has no rate

Regularity = Literal["regular", "irregular", "undetermined"]


@dataclass(frozen=True)
class RateRange:
    """Beats per minute: the lowest and highest mean of ``intervals`` in a row, and the mean of all.

    ``intervals`` is 8, or as many as the longest stretch of a short recording has.
    """

    low_per_min: float
    mean_per_min: float
    high_per_min: float
    intervals: int


@dataclass(frozen=True)
class Pause:
    """An interval of 2 s or more between two beats, with nothing seen in it."""

    start_sample: int
    seconds: float


def stretches(r_peaks: IntArray, rejected: Sequence[Span]) -> list[IntArray]:
    """Cut the beats wherever rejected time lies between two of them.

    Args:
        r_peaks: Samples, shape (n,), ascending, none in rejected time.
        rejected: Spans in order.

    Returns:
        Arrays of R peaks, in order, none empty.
    """
    if not r_peaks.size:
        return []
    starts = np.array([span.start for span in rejected], dtype=np.int64)
    number = np.searchsorted(starts, r_peaks)
    return np.split(r_peaks, np.flatnonzero(np.diff(number)) + 1)


def rr_intervals(r_peaks: IntArray, sampling_rate_hz: float) -> FloatArray:
    """Time between beats.

    Args:
        r_peaks: Sample index of each R peak, shape (n,), ascending.
        sampling_rate_hz: Samples per second.

    Returns:
        Seconds, shape (n - 1,); empty when n < 2.

    Source: ESC/NASPE Task Force 1996.

    >>> rr_intervals(np.array([0, 250]), 250)
    array([1.])
    """
    return np.asarray(np.diff(r_peaks) / sampling_rate_hz, dtype=np.float64)


def rate_range(parts: Sequence[IntArray], sampling_rate_hz: float) -> RateRange | None:
    """The range of the heart rate; None when no stretch has 3 intervals.

    Args:
        parts: Stretches of R peaks.
        sampling_rate_hz: Samples per second.
    """
    intervals = [rr_intervals(part, sampling_rate_hz) for part in parts]
    longest = max((len(rr) for rr in intervals), default=0)
    if longest < FEWEST_INTERVALS:
        return None
    size = min(RATE_INTERVALS, longest)
    means = np.concatenate(
        [np.convolve(rr, np.full(size, 1 / size), "valid") for rr in intervals if len(rr) >= size]
    )
    mean = np.concatenate(intervals).mean()
    return RateRange(60 / means.max(), 60 / mean, 60 / means.min(), size)


def uneven_share(parts: Sequence[IntArray], sampling_rate_hz: float) -> float | None:
    """Share of intervals more than 10 % away from the median of those around them, 0 to 1.

    Args:
        parts: Stretches of R peaks.
        sampling_rate_hz: Samples per second.

    Returns:
        None when fewer than 8 intervals can be judged.
    """
    intervals = [rr_intervals(part, sampling_rate_hz) for part in parts]
    judged = [rr for rr in intervals if len(rr) >= FEWEST_INTERVALS]
    if sum(len(rr) for rr in judged) < FEWEST_FOR_REGULARITY:
        return None
    uneven = np.concatenate([np.abs(rr / _around(rr) - 1) > OFF_SHARE for rr in judged])
    return float(uneven.mean())


def regularity(uneven: float | None) -> Regularity:
    """The word for a share of uneven intervals.

    >>> regularity(0.02), regularity(0.45), regularity(None)
    ('regular', 'irregular', 'undetermined')
    """
    if uneven is None:
        return "undetermined"
    return "irregular" if uneven > IRREGULAR_SHARE else "regular"


def pauses(
    parts: Sequence[IntArray], pauses_after: IntArray, sampling_rate_hz: float
) -> list[Pause]:
    """Intervals of 2 s or more in which nothing that could be a beat was seen.

    Args:
        parts: Stretches of R peaks, so that no pause spans a gap or rejected time.
        pauses_after: R peaks after which the signal rests until the next beat.
        sampling_rate_hz: Samples per second.
    """
    found = []
    for part in parts:
        intervals = rr_intervals(part, sampling_rate_hz)
        long = (intervals >= PAUSE_S) & np.isin(part[:-1], pauses_after)
        found += [
            Pause(int(start), float(seconds))
            for start, seconds in zip(part[:-1][long], intervals[long], strict=True)
        ]
    return found


def rate_by_minute(
    parts: Sequence[IntArray], n_samples: int, sampling_rate_hz: float
) -> list[float | None]:
    """Mean rate of each minute of the recording, None where less than a third of it was read.

    Args:
        parts: Stretches of R peaks.
        n_samples: Length of the recording.
        sampling_rate_hz: Samples per second.
    """
    n_minutes = int(-(-n_samples // (RATE_STEP_S * sampling_rate_hz)))
    minutes = [(part[1:] / (RATE_STEP_S * sampling_rate_hz)).astype(np.int64) for part in parts]
    intervals = [rr_intervals(part, sampling_rate_hz) for part in parts]
    if not parts:
        return [None] * n_minutes
    minute, rr = np.concatenate(minutes), np.concatenate(intervals)
    count = np.bincount(minute, minlength=n_minutes)
    read_s = np.bincount(minute, weights=rr, minlength=n_minutes)
    enough: BoolArray = read_s >= LEAST_READ_OF_STEP * RATE_STEP_S
    return [
        60 * float(beats) / float(seconds) if read else None
        for beats, seconds, read in zip(count, read_s, enough, strict=True)
    ]


def _around(intervals: FloatArray) -> FloatArray:
    size = min(AROUND_INTERVALS, len(intervals))
    return np.asarray(median_filter(intervals, size, mode="nearest"), dtype=np.float64)
