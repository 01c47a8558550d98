"""Each beat is found once, at its R peak."""

import subprocess
import sys

import numpy as np
import pytest

from benchmarks.scoring import score
from vitals.ecg.fusion import fuse
from vitals.ecg.peaks import alone, grouped
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import RATE_HZ, beat_train, narrow_beats, steady


def beats_of(signal, rate_hz=RATE_HZ):
    return fuse(Ecg.of_lead(signal, rate_hz)).beats


@pytest.mark.parametrize("rate_per_min", [35, 60, 100, 150, 180])
def test_every_beat_of_a_steady_rate_is_found(rate_per_min):
    times = steady(rate_per_min, 60)
    found = beats_of(beat_train(times, 60))
    assert score(np.round(times * RATE_HZ).astype(int), found, 2).f1 == 100


@pytest.mark.parametrize("rate_per_min", [200, 230, 260])
def test_a_racing_heart_is_not_read_at_half_its_rate(rate_per_min):
    times = steady(rate_per_min, 60)
    found = beats_of(narrow_beats(times, 60))
    assert score(np.round(times * RATE_HZ).astype(int), found, 5).f1 > 99


def test_a_short_run_of_racing_beats_is_counted_whole():
    times = np.concatenate([steady(80, 60), 60 + steady(220, 10), 70 + steady(80, 60)])
    found = beats_of(narrow_beats(times, 130))
    assert score(np.round(times * RATE_HZ).astype(int), found, 5).f1 > 99


@pytest.mark.parametrize("rate_hz", [100, 128, 249.7, 500, 1000, 2000])
def test_beats_are_found_at_the_rates_of_real_devices(rate_hz):
    times = steady(72, 30)
    found = beats_of(beat_train(times, 30, rate_hz), rate_hz)
    assert score(np.round(times * rate_hz).astype(int), found, 0.012 * rate_hz).f1 == 100


def test_an_inverted_lead_has_the_same_beats():
    signal = beat_train(steady(72, 30), 30)
    assert np.array_equal(beats_of(signal), beats_of(-signal))


def test_r_is_at_the_top_and_not_where_the_detector_points():
    times = steady(60, 30)
    found = beats_of(beat_train(times, 30, noise_uv=1.0))
    assert np.abs(found - times * RATE_HZ).max() <= 1


def test_a_spike_does_not_hide_the_beats_around_it():
    times = steady(72, 60)
    signal = beat_train(times, 60)
    signal[7080] = 9000.0
    found = beats_of(signal)
    assert score(np.round(times * RATE_HZ).astype(int), found, 3).missed == 0


def test_no_two_beats_lie_within_200_ms(demo_ecg):
    found = beats_of(demo_ecg.signal_uv, demo_ecg.sampling_rate_hz)
    assert np.diff(found).min() >= 0.2 * demo_ecg.sampling_rate_hz


@pytest.mark.parametrize("size", ["positions", "others"])
def test_without_others_every_beat_is_alone(size):
    nothing, beats = np.zeros(0, dtype=np.int64), np.array([10, 20])
    lonely = alone(beats, nothing, 5) if size == "others" else alone(nothing, beats, 5)
    assert lonely.tolist() == ([10, 20] if size == "others" else [])


def test_votes_for_one_beat_become_one_candidate():
    votes = [np.array([10, 500]), np.array([14, 900]), np.array([12, 904])]
    assert grouped(votes, 30).tolist() == [12, 500, 902]


def test_without_votes_there_is_no_candidate():
    assert grouped([np.zeros(0, dtype=np.int64)], 30).tolist() == []


def test_neurokit2_is_not_imported_before_a_beat_is_looked_for():
    code = (
        "import sys, vitals.ecg.incremental, vitals.ecg.analysis;"
        "print({'neurokit2', 'pandas', 'wfdb', 'sleepecg'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.needs("shared_data")
@pytest.mark.parametrize(
    ("name", "f1"),
    [("101", 99.5), ("102", 99.9), ("106", 99.8), ("108", 99.0), ("119", 99.9), ("203", 98.9)],
)
def test_the_first_ten_minutes_of_a_record_are_read(annotated, name, f1):
    record = annotated(name).first(600)
    found = beats_of(record.signal_uv, record.sampling_rate_hz)
    assert score(record.beats, found, 54).f1 >= f1
