"""Hum, pacing pulses, odd rates, many leads, electrodes off: beats are found or refused."""

import numpy as np
import pytest

from benchmarks.scoring import score
from vitals.ecg.analysis import analyse
from vitals.ecg.arrays import Span
from vitals.ecg.fusion import fuse
from vitals.ecg.quality import Grade
from vitals.ecg.signal import Ecg
from vitals.tests.ecg.beats import RATE_HZ, beat_train, steady

SECONDS = 40
TIMES = steady(72, SECONDS)


def of_lead(signal, rate_hz=RATE_HZ):
    return fuse(Ecg.of_lead(signal, rate_hz))


def f1(fused, rate_hz=RATE_HZ, times=TIMES):
    return score(np.round(times * rate_hz).astype(int), fused.beats, 0.05 * rate_hz).f1


def hum(hertz, microvolts, n):
    return microvolts * np.sin(2 * np.pi * hertz * np.arange(n) / RATE_HZ)


def with_pulses(signal, times, rate_hz, microvolts):
    """Pacing pulses of 2 ms, or of one sample where that is longer."""
    paced = signal.copy()
    for at in np.round(np.asarray(times) * rate_hz).astype(int):
        paced[at : at + max(1, round(0.002 * rate_hz))] += microvolts
    return paced


@pytest.mark.parametrize("hertz", [50, 60])
@pytest.mark.parametrize("microvolts", [500, 2000])
def test_beats_are_found_under_mains_hum(hertz, microvolts):
    signal = beat_train(TIMES, SECONDS)
    assert f1(of_lead(signal + hum(hertz, microvolts, len(signal)))) == 100


@pytest.mark.parametrize("hertz", [50, 60])
def test_hum_alone_is_rejected(hertz):
    noise = np.random.default_rng(1).normal(scale=5, size=10_000)
    fused = of_lead(hum(hertz, 1000, 10_000) + noise)
    assert fused.rejected.all()
    assert not fused.beats.size


@pytest.mark.parametrize("rate_hz", [100, 200, 249.7, 2000])
def test_tall_beats_are_not_taken_for_pulses(rate_hz):
    assert f1(of_lead(4 * beat_train(TIMES, SECONDS, rate_hz), rate_hz), rate_hz) == 100


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0])
@pytest.mark.parametrize("microvolts", [1000, 8000])
@pytest.mark.parametrize("before", [(0.2,), (0.04,), (0.2, 0.04)], ids=str)
def test_pacing_pulses_are_no_beats(rate_hz, microvolts, before):
    signal = beat_train(TIMES, SECONDS, rate_hz)
    for lead_s in before:
        signal = with_pulses(signal, TIMES - lead_s, rate_hz, microvolts)
    assert f1(of_lead(signal, rate_hz), rate_hz) == 100


@pytest.mark.parametrize("n_leads", [1, 2, 3, 6, 12])
def test_any_number_of_leads_gives_each_beat_once(n_leads):
    random = np.random.default_rng(4)
    beats = beat_train(TIMES, SECONDS)
    leads = [
        (0.3 + 0.1 * n) * beats + random.normal(scale=20, size=len(beats)) for n in range(n_leads)
    ]
    signal = np.stack(leads, axis=1)
    names = tuple(f"lead {n}" for n in range(n_leads))
    fused = fuse(Ecg(signal, np.zeros(signal.shape, dtype=bool), RATE_HZ, names))
    assert f1(fused) == 100
    assert len(fused.windows) == n_leads
    assert len(fused.heard) == min(n_leads, 3)


def test_of_many_leads_those_are_heard_that_show_a_qrs():
    beats, random = beat_train(TIMES, SECONDS), np.random.default_rng(6)
    noisy = [random.normal(scale=300, size=len(beats)) for _ in range(9)]
    signal = np.stack([*noisy, beats, 0.5 * beats, -beats], axis=1)
    names = tuple(f"lead {n}" for n in range(12))
    fused = fuse(Ecg(signal, np.zeros(signal.shape, dtype=bool), RATE_HZ, names))
    assert fused.heard == (9, 10, 11)
    assert f1(fused) == 100


@pytest.mark.parametrize("hum_uv", [0, 400], ids=["quiet", "humming"])
def test_an_electrode_that_is_off_is_rejected_and_the_rest_is_read(hum_uv):
    signal = beat_train(TIMES, SECONDS)
    off = slice(2500, 7500)
    loose = np.random.default_rng(5).normal(scale=3, size=5000)
    signal[off] = loose + hum(50, hum_uv, 5000)
    fused = of_lead(signal)
    assert fused.rejected[off].mean() > 0.95
    outside = TIMES[(TIMES < 10) | (TIMES >= 30)]
    assert f1(fused, times=outside) > 98


def test_an_electrode_that_is_off_for_hours_costs_little_and_yields_nothing():
    window = np.random.default_rng(5).normal(scale=2, size=round(330 * RATE_HZ))
    fused = of_lead(window)
    assert fused.rejected.all()
    assert fused.grade(Span(0, 2500)).grade in {Grade.NOISE, Grade.NO_BEATS, Grade.NO_SIGNAL}


def unplugged(n):
    """What a recorder writes while nobody wears it, by what hangs on its inputs."""
    random = np.random.default_rng(5)
    return {
        "loose": random.normal(scale=3, size=n),
        "humming": hum(60, 3000, n) + random.normal(scale=5, size=n),
        "clipped": hum(50, 6000, n).clip(-5000, 5000),
        "at the rail": np.full(n, 32_000.0),
        "handled": 0.2 * np.cumsum(random.normal(scale=30, size=n)),
    }


@pytest.mark.parametrize("inputs", ["loose", "humming", "clipped", "at the rail", "handled"])
def test_a_recorder_that_lies_about_for_long_adds_no_beat_and_no_readable_time(inputs):
    worn = np.tile(beat_train(TIMES, SECONDS), 9)  # 6 min
    n = round(720 * RATE_HZ)
    signal = np.concatenate([worn, unplugged(n)[inputs], worn])
    reading = analyse(Ecg.of_lead(signal, RATE_HZ))
    inside = (reading.r_peaks > len(worn)) & (reading.r_peaks < len(worn) + n)
    assert inside.sum() == 0
    assert 0.45 < reading.analysable_share <= 0.5


@pytest.mark.parametrize("n", [0, 1, 10, 1249, 2500])
def test_a_window_of_any_length_is_answered(n):
    fused = of_lead(beat_train(TIMES, SECONDS)[:n])
    assert len(fused.rejected) == n
