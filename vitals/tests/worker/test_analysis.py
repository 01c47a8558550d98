"""Reading a recording while it grows."""

from __future__ import annotations

import numpy as np
import pytest

from fhir.together import load
from vitals.acts.wearing import detach
from vitals.analysis import read
from vitals.live import ecg_reading, state
from vitals.models import Analysis, Recording
from vitals.storage.drawing import draw
from vitals.tests.worker.conftest import RATE
from vitals.trends import rate_points


def result(recording):
    draw(recording)
    read(recording)
    return Analysis.objects.readings().get(recording=recording).result


def test_the_reading_has_a_rate_range_and_a_share(ecg_of, toy_ecg):
    found = result(ecg_of(toy_ecg))
    assert 70 < found["rate_low"] <= found["rate_high"] < 190
    assert found["share_analysable"] > 0.9


def test_a_running_recordings_reading_is_not_final(ecg_of, toy_ecg):
    recording = ecg_of(toy_ecg)
    result(recording)
    assert not Analysis.objects.readings().get().final


def test_a_closed_recordings_reading_is_final(ecg_of, toy_ecg, close):
    recording = ecg_of(toy_ecg)
    close(recording, len(toy_ecg), 15)
    result(recording)
    assert Analysis.objects.readings().get().final


def test_read_bit_by_bit_it_ends_like_read_at_once(ecg_of, toy_ecg, close):
    twice = np.concatenate([toy_ecg, toy_ecg])
    at_once = ecg_of(twice)
    close(at_once, len(twice), 30)
    part = 20 * RATE * 7
    grown = ecg_of(twice[:part], client_id="grown")
    result(grown)
    ecg_of(twice[part:], recording=grown, first_seq=7, at=part)
    close(grown, len(twice), 30)
    assert result(grown) == result(at_once)


def test_late_samples_are_read_again_where_they_belong(ecg_of, toy_ecg, close):
    thrice = np.concatenate([toy_ecg, toy_ecg, toy_ecg])
    whole = ecg_of(thrice)
    close(whole, len(thrice), 45)
    hole = slice(2 * 20 * RATE, 4 * 20 * RATE)
    late = ecg_of(thrice[: hole.start], client_id="late")
    ecg_of(thrice[hole.stop :], recording=late, first_seq=4, at=hole.stop)
    before = result(late)
    ecg_of(thrice[hole], recording=late, first_seq=2, at=hole.start)
    close(late, len(thrice), 45)
    assert before["share_analysable"] < 1
    assert result(late) == result(whole)


@pytest.mark.parametrize(
    "signal",
    [
        np.zeros(RATE * 60),
        np.full(RATE * 60, -32768),
        np.random.default_rng(3).normal(0, 200, RATE * 60),
        np.zeros(RATE * 2),
        np.eye(1, RATE * 60, 3000)[0] * 32767,
    ],
    ids=["flat", "missing", "noise", "2 s", "one spike"],
)
def test_what_is_no_ecg_is_not_analysable_and_has_no_number(ecg_of, signal):
    recording = ecg_of(signal)
    result(recording)
    shown = load(ecg_reading(Recording.objects.get(pk=recording)))
    assert shown.not_analysable
    numbers = (shown.rate_low, shown.rate_high, shown.regular, shown.pauses)
    assert numbers == (None,) * 4


def test_nothing_is_read_where_nothing_came(device, worn):
    recording = device.open().json()["id"]
    assert read(recording) is None


def test_movement_is_not_read_as_an_ecg(device, worn):
    recording = device.open(
        client_id="m", kind="imu", unit="m/s2", channels=["x"], sampling_rate_hz=100
    ).json()["id"]
    device.put(recording, 0, bytes(2000))
    assert read(recording) is None


def test_what_left_the_chart_is_read_no_more(ecg_of, toy_ecg, worn, as_nurse):
    recording = ecg_of(toy_ecg)
    result(recording)
    detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
    assert not Analysis.objects.exists()


def test_a_reading_is_void_when_the_wearer_changed_meanwhile(
    ecg_of, toy_ecg, worn, as_nurse, monkeypatch
):
    from vitals import analysis

    recording = ecg_of(toy_ecg)
    draw(recording)
    advance = analysis.incremental.advance

    def slow(*given, **named):
        found = advance(*given, **named)
        detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
        return found

    monkeypatch.setattr(analysis.incremental, "advance", slow)
    assert read(recording) is None
    assert not Analysis.objects.exists()


def test_the_state_says_how_far_and_what_was_read(ecg_of, toy_ecg):
    recording = ecg_of(toy_ecg)
    result(recording)
    now = state(Recording.objects.get(pk=recording))
    assert (now["n_samples"], now["closed"], now["chunk_s"]) == (len(toy_ecg), False, 20)
    assert now["analysis"]["rate_high"] > now["analysis"]["rate_low"]


def test_the_trend_has_a_point_for_each_minute(ecg_of, toy_ecg):
    recording = ecg_of(toy_ecg)
    result(recording)
    points = rate_points(Recording.objects.get(pk=recording))
    assert len(points) == 5
    assert all(80 < rate < 130 for _, rate in points)


def test_no_word_is_used_that_was_not_earned(ecg_of, toy_ecg):
    text = str(result(ecg_of(toy_ecg))).lower()
    assert not any(word in text for word in ("sinus", "normal", "no st", "flutter"))
