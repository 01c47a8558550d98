"""Strips that carry a diagnosis are measured in agreement with it.

None of them had a part in how the measurement was made.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

from vitals.ecg.arrays import Span
from vitals.ecg.beats.classify import classify
from vitals.ecg.fusion import fuse
from vitals.ecg.intervals import measure, summarise
from vitals.ecg.signal import Ecg

pytestmark = pytest.mark.needs("shared_data")


def reading(folder: Path, name: str) -> dict[str, Any]:
    """The intervals, axes and ST of one strip of the PhysioNet/CinC Challenge 2020."""
    path = folder / "signals" / "ecg12" / name
    names = [line.split()[-1] for line in path.with_suffix(".hea").read_text().splitlines()[1:13]]
    microvolts = loadmat(path.with_suffix(".mat"))["val"].T.astype(np.float64)
    missing = np.zeros(microvolts.shape, dtype=bool)
    ecg = Ecg(microvolts, missing, 500.0, tuple(names), bandwidth_hz=(0.05, 150.0))
    fused = fuse(ecg)
    found = measure(fused, classify(fused), Span(0, ecg.n_samples))
    return summarise([found], paced=False, age_years=None)


def test_a_long_pr_is_long(shared_data):  # SNOMED CT 164947007
    assert reading(shared_data, "HR00599")["intervals"]["pr_ms"] > 200


def test_a_long_qt_is_long(shared_data):  # 111975006
    assert reading(shared_data, "Q1917")["intervals"]["qtc_fridericia_ms"] > 470


def test_a_right_bundle_branch_block_is_wide_and_has_no_qtc(shared_data):  # 713427006
    found = reading(shared_data, "Q0027")["intervals"]
    assert found["qrs_ms"] >= 120
    assert found["withheld"]["qtc"] == "QRS lasts 120 ms or more"


def test_fibrillation_has_no_pr(shared_data):  # 164889003
    found = reading(shared_data, "Q0048")["intervals"]
    assert (found["p_present"], found["pr_ms"]) == (False, None)


@pytest.mark.parametrize("name", ["E00009", "E00018"])  # 39732003; 445118002
def test_a_left_axis_points_left(shared_data, name):
    assert -90 < reading(shared_data, name)["axis"]["qrs"] < -30


def test_a_slow_heart_has_no_qtc(shared_data):  # 426627000, 41/min
    withheld = reading(shared_data, "Q0077")["intervals"]["withheld"]["qtc"]
    assert withheld == "the rate is below 50 or above 110 per minute"
