"""What leaves comes in again: exports read by the readers that import files."""

from __future__ import annotations

import numpy as np
import pytest

from vitals.tests.export.test_download import SIZE, body, get, recorded, seen, whole
from vitals.tests.files.conftest import content, read

__all__ = ["content", "read", "recorded", "seen"]


@pytest.fixture
def back(read):
    def run(name, data, **layout):
        (found,), notes = read({name: data}, **layout)
        return found, notes

    return run


def microvolts(found):
    scale = {"uV": 1.0, "mV": 1000.0}[found.unit] * found.units_per_step
    return np.where(found.steps == -32768, np.nan, found.steps * scale)


def expected():
    return np.where(whole() == -32768, np.nan, whole() * 2.5)


def test_wfdb_comes_back_sample_by_sample(seen, recorded, back):
    found, _ = back("record.zip", body(get(seen, recorded, "wfdb")))
    assert (found.names, found.sampling_rate_hz) == (("I", "II"), 250.0)
    assert np.allclose(microvolts(found), expected(), equal_nan=True)


def test_edf_comes_back_sample_by_sample_with_what_is_missing(seen, recorded, back):
    found, _ = back("record.edf", body(get(seen, recorded, "edf")))
    assert found.names == ("I", "II")
    assert np.allclose(microvolts(found), expected(), atol=0.01, equal_nan=True)


def test_a_part_of_it_comes_back_as_a_table(seen, recorded, back):
    table = body(get(seen, recorded, "csv", to="0:00:20"))
    found, _ = back(
        "record.csv", table, columns=["-", "time", "I", "II", "-", "-"], unit="mV", step="0.0025"
    )
    assert (found.names, found.sampling_rate_hz) == (("I", "II"), 250.0)
    assert np.allclose(microvolts(found), expected()[: 2 * SIZE])
