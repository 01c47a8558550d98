"""Noise is called noise, and a heart with ectopic beats is not."""

import numpy as np
import pytest

from benchmarks.ecg_accuracy import made_noise
from benchmarks.records import noise_excerpt
from benchmarks.scoring import score
from vitals.ecg.analysis import NotAnalysable, Summary, analyse
from vitals.ecg.arrays import Span
from vitals.ecg.quality import Evidence, Grade, agreement, grade, likeness, prominence
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import RATE_HZ, beat_train, steady

CLEAN = Evidence(n_beats=12, agreement=1.0, likeness=0.99, mean_likeness=0.98, prominence=12.0)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (CLEAN, Grade.GOOD),
        (Evidence(12, 0.80, 0.99, 0.98, 12.0), Grade.POOR),
        (Evidence(12, 1.00, 0.85, 0.95, 12.0), Grade.POOR),
        (Evidence(12, 1.00, 0.79, 0.79, 12.0), Grade.NOISE),
        (Evidence(12, 1.00, 0.99, 0.98, 1.5), Grade.NOISE),
        (Evidence(12, 0.40, 0.99, 0.85, 12.0), Grade.NOISE),
        (Evidence(12, 0.40, 0.99, 0.98, 12.0), Grade.POOR),
        (Evidence(12, 1.00, 0.97, 0.85, 4.5), Grade.GOOD),
        (Evidence(12, 1.00, 0.91, 0.85, 4.5), Grade.NOISE),
        (Evidence(0, 0.00, 0.00, 0.00, 0.0), Grade.NO_BEATS),
    ],
)
def test_a_grade_follows_from_its_evidence(evidence, expected):
    assert grade(evidence) is expected


@pytest.mark.parametrize("worth", [Grade.NOISE, Grade.NO_BEATS, Grade.NO_SIGNAL])
def test_no_beats_may_be_claimed_in_rejected_grades(worth):
    assert not worth.analysed


def test_two_shapes_that_repeat_are_both_alike():
    shapes = np.eye(2)[[0, 1] * 10]
    assert likeness(shapes).min() == pytest.approx(1.0)


def test_three_beats_are_too_few_to_say_that_anything_repeats():
    assert likeness(np.ones((3, 1))).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [([10, 50], [12, 51], 1.0), ([10, 50], [12], 2 / 3), ([10], [], 0.0), ([], [], 0.0)],
)
def test_agreement_is_the_share_of_beats_both_have(first, second, share):
    beats = (np.array(each, dtype=np.int64) for each in (first, second))
    assert agreement(*beats, Span(0, 100), 100.0) == pytest.approx(share)


def test_a_sine_wave_does_not_stand_out():
    wave = np.abs(np.sin(np.arange(2500) / 40))
    beats = np.arange(63, 2500, 251)
    assert prominence(wave, beats, np.ones(2500, dtype=bool), RATE_HZ) < 2


@pytest.mark.parametrize("noise", made_noise(), ids=lambda noise: noise.name)
def test_made_noise_has_no_beats(noise):
    assert isinstance(analyse(Ecg.of_lead(noise.signal_uv, noise.sampling_rate_hz)), NotAnalysable)


@pytest.mark.parametrize("noise", made_noise(), ids=lambda noise: noise.name)
def test_ten_seconds_of_made_noise_have_no_beats_either(noise):
    strips = noise.signal_uv[:25_000].reshape(10, 2500)
    assert all(isinstance(analyse(Ecg.of_lead(strip, RATE_HZ)), NotAnalysable) for strip in strips)


def test_a_strip_of_ten_seconds_with_two_shapes_of_beat_is_not_noise():
    signal = beat_train(steady(72, 10), 10)
    wide = np.exp(-0.5 * ((np.arange(2500) - np.array([[500], [1200], [1900]])) / 12) ** 2)
    assert isinstance(analyse(Ecg.of_lead(signal - 1500 * wide.sum(axis=0), RATE_HZ)), Summary)


def test_the_demo_ecg_with_its_ectopic_beats_is_not_noise(demo_ecg):
    reading = analyse(Ecg.of_lead(demo_ecg.signal_uv, demo_ecg.sampling_rate_hz))
    assert isinstance(reading, Summary)
    assert Grade.NOISE not in reading.grades


def test_noise_in_the_middle_is_cut_out_to_its_ten_seconds():
    signal = beat_train(steady(70, 120), 120)
    noise = np.random.default_rng(3).normal(scale=600, size=round(20 * RATE_HZ))
    signal[10_000:15_000] = noise
    reading = analyse(Ecg.of_lead(signal, RATE_HZ))
    assert reading.grades[3:7] == (Grade.GOOD, Grade.NOISE, Grade.NOISE, Grade.GOOD)
    assert not ((reading.r_peaks >= 10_000) & (reading.r_peaks < 15_000)).any()


@pytest.mark.needs("shared_data")
def test_electrode_motion_as_large_as_the_ecg_is_rejected(shared_data):
    record = noise_excerpt(shared_data / "signals", "118e00")
    reading = analyse(Ecg.of_lead(record.signal_uv, record.sampling_rate_hz))
    assert reading.grades[:4] == (Grade.GOOD,) * 4
    assert not any(each.analysed for each in reading.grades[4:])


@pytest.mark.needs("shared_data")
def test_noise_of_24_db_costs_nothing(shared_data):
    record = noise_excerpt(shared_data / "signals", "118e24")
    reading = analyse(Ecg.of_lead(record.signal_uv, record.sampling_rate_hz))
    assert score(record.beats, reading.r_peaks, 54).f1 > 99.5


@pytest.mark.needs("shared_data")
def test_a_run_of_ventricular_beats_is_not_taken_for_noise(annotated):
    record = annotated("205").first(360)  # nine V beats in a row at 5:03
    reading = analyse(Ecg.of_lead(record.signal_uv, record.sampling_rate_hz))
    assert reading.grades[30].analysed
