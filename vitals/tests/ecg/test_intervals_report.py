"""The benchmark of intervals counts rightly, and two named strips are measured as marked."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.intervals import Waves, _corrected_by_others, _nearest_to, _waves_of_lead
from benchmarks.ludb import Beat, Strip, strip
from vitals.ecg.arrays import Span
from vitals.ecg.beats.classify import classify
from vitals.ecg.fusion import fuse
from vitals.ecg.intervals import measure
from vitals.tests.ecg.made_ecg import twelve_leads

NAN = float("nan")


@pytest.mark.parametrize(
    ("p_on", "tops", "counts"),
    [
        (1000.0, [1020.0], (1, 0, 0)),
        (1000.0, [1070.0], (0, 1, 1)),
        (1000.0, [], (0, 0, 1)),
        (NAN, [1020.0], (0, 1, 0)),
        (NAN, [], (0, 0, 0)),
        (NAN, [500.0, 1300.0], (0, 0, 0)),
    ],
)
def test_a_p_wave_is_right_where_one_is_marked(p_on, tops, counts):
    beat = Beat(p_on, p_on + 50, 1080.0, 1130.0, 1300.0)
    assert _waves_of_lead([beat], np.array(tops), 500.0) == Waves(*counts)


def test_ppv_is_of_the_claimed_and_sensitivity_of_the_marked():
    waves = Waves(right=90, false=10, missed=30)
    assert (waves.ppv, waves.sensitivity) == (90.0, 75.0)


def test_each_record_is_corrected_by_the_others():
    assert _corrected_by_others(np.array([100.0, 2.0, 2.0])).tolist() == [98.0, -49.0, -49.0]


def test_a_place_belongs_to_the_beat_it_is_nearest_to():
    found = _nearest_to(np.array([1000, 2000]), np.array([900.0, 950.0]), 500.0, (-0.4, 0.0))
    assert found[0] == 950.0
    assert np.isnan(found[1])


def test_the_reference_is_the_median_over_beats_then_over_leads():
    beats = tuple(Beat(NAN, NAN, 100.0, 100.0 + qrs, 300.0) for qrs in (40, 50, 90))
    reference = Strip("made", twelve_leads(), (beats, beats[:1], beats[:1])).intervals_ms()
    assert np.isnan(reference[0])
    assert reference[1:].tolist() == [80.0, 400.0]


@pytest.mark.needs("shared_data")
@pytest.mark.parametrize("name", ["11", "41"])
def test_a_strip_is_measured_as_cardiologists_marked_it(shared_data: Path, name):
    one = strip(shared_data / "signals", name)
    fused = fuse(one.ecg)
    found = measure(fused, classify(fused), Span(0, one.ecg.n_samples))
    assert [found.pr_ms, found.qrs_ms, found.qt_ms] == pytest.approx(one.intervals_ms(), abs=20)


@pytest.mark.needs("shared_data")
def test_fibrillation_shows_no_p(shared_data: Path):
    one = strip(shared_data / "signals", "129")
    fused = fuse(one.ecg)
    found = measure(fused, classify(fused), Span(0, one.ecg.n_samples))
    assert (found.p_present, found.pr_ms) == (False, None)
