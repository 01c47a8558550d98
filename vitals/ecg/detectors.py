"""The beat detectors of others, each behind one function that takes off its known delay.

neurokit2 cleans and brings pantompkins1985 and khamis2016, sleepecg and wfdb one detector each.
Only the worker may run them: neurokit2 takes seconds and 200 MB to import, so all three are
imported when first needed.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np

from vitals.ecg.arrays import FloatArray, IntArray

# How late each detector points, from its own filters, measured on MIT-BIH at 360 Hz.
PANTOMPKINS_LATE_S: Final = 17 / 360
KHAMIS_LATE_S: Final = 2 / 360
GQRS_LATE_S: Final = -12 / 360

# The slow ones read fewer samples. Measured on MIT-BIH 108, 116, 201, 203, 208: gqrs finds as much
# at 120 Hz as at 360, khamis2016 not much less at 180 and far less at 120.
GQRS_RATE_HZ: Final = 120.0
KHAMIS_RATE_HZ: Final = 240.0

GQRS_STEPS_PER_MV: Final = 200  # gqrs counts in steps of 5 µV, as in the records it was made on


def clean(run_uv: FloatArray, sampling_rate_hz: float) -> FloatArray:
    """neurokit2's high-pass and mains filter: µV, shape (n,)."""
    cleaned = _neurokit().ecg_clean(run_uv, sampling_rate=sampling_rate_hz, method="neurokit")
    return np.asarray(cleaned, dtype=np.float64)


def pantompkins(cleaned_uv: FloatArray, sampling_rate_hz: float) -> IntArray:
    """Fast. Takes no second beat within 300 ms. Source: Pan & Tompkins 1985."""
    found = _neurokit_peaks(cleaned_uv, sampling_rate_hz, "pantompkins1985")
    return _in_run(found, PANTOMPKINS_LATE_S, len(cleaned_uv), sampling_rate_hz)


def sleepecg(run_uv: FloatArray, sampling_rate_hz: float) -> IntArray:
    """Fast, in C, with two thresholds. Source: Pan & Tompkins 1985, by sleepecg."""
    from sleepecg.heartbeats import detect_heartbeats

    found = np.asarray(detect_heartbeats(run_uv, sampling_rate_hz), dtype=np.int64)
    return _in_run(found, 0.0, len(run_uv), sampling_rate_hz)


def khamis(level_uv: FloatArray, sampling_rate_hz: float) -> IntArray:
    """Slow, made for noisy telehealth ECG. Source: Khamis et al. 2016."""
    thinned, times = _thinned(level_uv, sampling_rate_hz, KHAMIS_RATE_HZ)
    rate = sampling_rate_hz / times
    found = times * _neurokit_peaks(clean(thinned, rate), rate, "khamis2016")
    return _in_run(found, KHAMIS_LATE_S, len(level_uv), sampling_rate_hz)


def gqrs(level_uv: FloatArray, sampling_rate_hz: float) -> IntArray:
    """Slow; from 195/min on it takes every second beat. Source: G. Moody, WFDB, by wfdb."""
    from wfdb.processing import gqrs_detect

    thinned, times = _thinned(level_uv, sampling_rate_hz, GQRS_RATE_HZ)
    rate = round(sampling_rate_hz / times)
    found = gqrs_detect(sig=thinned / 1000, fs=rate, adc_gain=GQRS_STEPS_PER_MV, adc_zero=0)
    at = times * np.asarray(found, dtype=np.int64)
    return _in_run(at, GQRS_LATE_S, len(level_uv), sampling_rate_hz)


def _thinned(
    level_uv: FloatArray, sampling_rate_hz: float, least_rate_hz: float
) -> tuple[FloatArray, int]:
    """Means of a few samples each, at ``least_rate_hz`` or more, and how many went into each."""
    times = max(1, int(sampling_rate_hz / least_rate_hz))
    whole = len(level_uv) // times * times
    return level_uv[:whole].reshape(-1, times).mean(axis=1), times


def _in_run(
    positions: IntArray, late_s: float, n_samples: int, sampling_rate_hz: float
) -> IntArray:
    """A detector's answer without its own delay, inside the run."""
    shifted = positions - round(late_s * sampling_rate_hz)
    return np.unique(shifted[(shifted >= 0) & (shifted < n_samples)])


def _neurokit_peaks(cleaned_uv: FloatArray, sampling_rate_hz: float, method: str) -> IntArray:
    # Detectors count windows in whole samples and index with them: they want a whole rate.
    rate = round(sampling_rate_hz)
    found = _neurokit().ecg_findpeaks(cleaned_uv, sampling_rate=rate, method=method)
    return np.asarray(found["ECG_R_Peaks"], dtype=np.int64)


def _neurokit() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import complains about optional parts
        import neurokit2
    return neurokit2
