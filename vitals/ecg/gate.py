"""What of a signal can be an ECG: gaps, flat lines, rails and impossible voltages go first."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from vitals.ecg.arrays import BoolArray, FloatArray, Span, true_spans

LOWEST_RATE_HZ: Final = 100.0  # ESC/NASPE Task Force 1996: below this RR intervals are too coarse
HIGHEST_RATE_HZ: Final = 2000.0  # above what diagnostic recorders use (AHA/ACC/HRS 2007: 500 Hz)
SHORTEST_S: Final = 10.0  # one standard ECG strip (AHA/ACC/HRS 2007)

FLAT_RANGE_UV: Final = 5.0  # skin electrodes alone are noisier; IEC 60601-2-47 allows 50 µV
FLAT_FOR_S: Final = 2.0  # our choice: longer than the quiet between two beats at 30/min
RAIL_FOR_S: Final = 0.1  # our choice: no wave of an ECG stands still that long at its peak
RAIL_FROM_MEDIAN_UV: Final = 2500.0  # half of the ±5 mV range of IEC 60601-2-47
LARGEST_UV: Final = 10_000.0  # twice the ±5 mV signal range of IEC 60601-2-47
IMPOSSIBLE_UV: Final = 1e9  # a kilovolt is no measurement, and would spoil every sum it enters
BASELINE_BLOCK_S: Final = 2.0  # the level from which LARGEST_UV is counted: medians of 2 s
BRIDGED_S: Final = 0.06  # shorter than the narrowest QRS, so no beat can hide in it
SHORTEST_RUN_S: Final = 5.0  # neurokit2 needs 5 s; a detector must see a few beats to learn


def refusal(n_samples: int, sampling_rate_hz: float) -> str | None:
    """Why a recording cannot be analysed whatever its samples are, in plain words, or None.

    Args:
        n_samples: How many samples it holds.
        sampling_rate_hz: Samples per second, as the device said.
    """
    if not math.isfinite(sampling_rate_hz) or sampling_rate_hz <= 0:
        return "the sampling rate is not a positive number"
    if not LOWEST_RATE_HZ <= sampling_rate_hz <= HIGHEST_RATE_HZ:
        return (
            f"the sampling rate is {sampling_rate_hz:g} Hz; "
            f"{LOWEST_RATE_HZ:g} to {HIGHEST_RATE_HZ:g} Hz can be read"
        )
    if n_samples < SHORTEST_S * sampling_rate_hz:
        return f"it is shorter than {SHORTEST_S:g} s"
    return None


def usable(signal_uv: FloatArray, sampling_rate_hz: float, missing: BoolArray) -> BoolArray:
    """Which samples may be part of an ECG.

    Args:
        signal_uv: Microvolts, shape (n,); may hold NaN and infinities.
        sampling_rate_hz: Samples per second.
        missing: True where the device has no sample, shape (n,).

    Returns:
        Shape (n,): false where missing, not finite, flat, at a rail, or beyond any ECG's voltage.
    """
    # NaN and infinities compare false.
    present: BoolArray = (np.abs(signal_uv) < IMPOSSIBLE_UV) & ~missing
    if not present.any():
        return present
    level = _filled(signal_uv, present)
    spoilt = _flat(level, sampling_rate_hz)
    spoilt |= _at_rail(level, sampling_rate_hz)
    spoilt |= np.abs(level - _baseline(level, sampling_rate_hz)) > LARGEST_UV
    result: BoolArray = present & ~spoilt
    return result


def runs(usable_samples: BoolArray, sampling_rate_hz: float) -> list[Span]:
    """Stretches long enough to find beats in; holes of up to 60 ms in them are bridged.

    Args:
        usable_samples: As ``usable`` gives it, shape (n,).
        sampling_rate_hz: Samples per second.
    """
    holes = [
        hole for hole in true_spans(~usable_samples) if hole.length > sampling_rate_hz * BRIDGED_S
    ]
    whole = np.ones(len(usable_samples), dtype=bool)
    for hole in holes:
        whole[hole.start : hole.end] = False
    spans = (_trimmed(span, usable_samples) for span in true_spans(whole))
    return [span for span in spans if span.length >= SHORTEST_RUN_S * sampling_rate_hz]


def bridged(signal_uv: FloatArray, usable_samples: BoolArray) -> FloatArray:
    """The signal of one run with straight lines over its short holes, shape (n,)."""
    return _filled(signal_uv, usable_samples)


def _trimmed(span: Span, usable_samples: BoolArray) -> Span:
    """Without unusable samples at its ends."""
    inside = np.flatnonzero(usable_samples[span.start : span.end])
    if not inside.size:
        return Span(span.start, span.start)
    return Span(span.start + int(inside[0]), span.start + int(inside[-1]) + 1)


def _filled(signal_uv: FloatArray, present: BoolArray) -> FloatArray:
    if present.all():
        return signal_uv
    at = np.flatnonzero(present)
    return np.interp(np.arange(len(signal_uv)), at, signal_uv[at])


def _standing(level: FloatArray, size: int, range_uv: float) -> BoolArray:
    """Samples of any ``size`` samples in a row that stay within ``range_uv``."""
    size = min(size, len(level))
    spread = maximum_filter1d(level, size) - minimum_filter1d(level, size)
    still = (spread <= range_uv).astype(np.uint8)
    # A filter's window is centred, so what it found spreads back over the window, mirrored.
    origin = 0 if size % 2 else -1
    result: BoolArray = maximum_filter1d(still, size, origin=origin).astype(bool)
    return result


def _flat(level: FloatArray, sampling_rate_hz: float) -> BoolArray:
    return _standing(level, math.ceil(FLAT_FOR_S * sampling_rate_hz), FLAT_RANGE_UV)


def _at_rail(level: FloatArray, sampling_rate_hz: float) -> BoolArray:
    standing = _standing(level, math.ceil(RAIL_FOR_S * sampling_rate_hz), 0.0)
    far = np.abs(level - np.median(level)) > RAIL_FROM_MEDIAN_UV
    at_end = (level == level.max()) | (level == level.min())
    result: BoolArray = standing & far & at_end
    return result


def _baseline(level: FloatArray, sampling_rate_hz: float) -> FloatArray:
    """Straight lines between the medians of 2 s blocks."""
    size = math.ceil(BASELINE_BLOCK_S * sampling_rate_hz)
    starts = np.arange(0, len(level), size)
    medians = [float(np.median(level[start : start + size])) for start in starts]
    return np.interp(np.arange(len(level)), starts + size / 2, medians)
