"""What happens to the chunks of a recording."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from vitals.models import (
    ChunkConflict,
    ChunkReceipt,
    Recording,
    UploadRefusal,
    WaveformChunk,
)
from vitals.storage.reading import samples
from vitals.tests.conftest import digest_header, rfc3339, wave


def test_a_chunk_is_stored_as_it_was_sent(device, recording):
    assert device.put(recording, 0, wave()).status_code == 201
    stored = samples(Recording.objects.get(pk=recording), 0, 2500)
    assert stored.astype("<i2").tobytes() == wave()


def test_the_answer_names_what_was_stored(device, recording):
    answer = device.put(recording, 3, wave(), first=100).json()
    assert answer == {"seq": 3, "first_sample": 100, "n_samples": 2500, "assigned": True}


def test_the_same_chunk_again_is_answered_200_and_stored_once(device, recording):
    device.put(recording, 0, wave())
    assert device.put(recording, 0, wave()).status_code == 200
    assert WaveformChunk.objects.count() == ChunkReceipt.objects.count() == 1


def test_other_bytes_under_a_known_number_are_kept_aside(device, recording):
    device.put(recording, 0, wave())
    answer = device.put(recording, 0, wave(seed=1))
    assert (answer.status_code, answer.json()["code"]) == (409, "chunk-conflict")
    assert bytes(ChunkConflict.objects.get().payload) == wave(seed=1)


def test_the_first_bytes_stay_when_others_come_under_their_number(device, recording):
    device.put(recording, 0, wave())
    device.put(recording, 0, wave(seed=1))
    stored = samples(Recording.objects.get(pk=recording), 0, 2500)
    assert stored.astype("<i2").tobytes() == wave()


def test_a_jump_of_the_index_is_a_gap(device, recording):
    device.put(recording, 0, wave(10))
    device.put(recording, 1, wave(10, seed=1), first=20)
    stored = samples(Recording.objects.get(pk=recording), 0, 30)[:, 0]
    assert (stored[10:20] == -32768).all()


def test_several_channels_are_interleaved_by_sample(device, worn):
    recording = device.open(channels=["I", "II"], client_id="two").json()["id"]
    data = np.array([[1, -1], [2, -2]], "<i2")
    device.put(recording, 0, data.tobytes())
    assert np.array_equal(samples(Recording.objects.get(pk=recording), 0, 2), data)


@pytest.mark.parametrize(("first", "n"), [(0, 10), (5, 1), (9, 5), (99, 2), (50, 100), (0, 500)])
def test_samples_that_are_here_already_are_refused(device, recording, first, n):
    device.put(recording, 0, wave(10))
    device.put(recording, 1, wave(50), first=100)
    answer = device.put(recording, 2, wave(n, seed=9), first=first)
    assert (answer.status_code, answer.json()["code"]) == (409, "sample-overlap")


def test_a_late_chunk_fills_its_place(device, recording):
    device.put(recording, 1, wave(10, seed=1), first=10)
    device.put(recording, 0, wave(10), first=0)
    stored = samples(Recording.objects.get(pk=recording), 0, 20)
    assert stored.astype("<i2").tobytes() == wave(10) + wave(10, seed=1)


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"Content_Digest": None}, 400, "digest-missing"),
        ({"Content_Digest": "md5=:AAAA:"}, 400, "digest-missing"),
        ({"Content_Digest": "sha-256=abc"}, 400, "digest-malformed"),
        ({"Content_Digest": "sha-256=:!!!:"}, 400, "digest-malformed"),
        ({"Content_Digest": "sha-256=:AAAA:"}, 400, "digest-malformed"),
        ({"Content_Digest": digest_header(b"other")}, 400, "digest-mismatch"),
        ({"Chunk_First_Sample": None}, 400, "header-missing"),
        ({"Chunk_First_Sample": "-1"}, 400, "header-malformed"),
        ({"Chunk_First_Sample": "1.5"}, 400, "header-malformed"),
        ({"Chunk_First_Sample": "٣"}, 400, "header-malformed"),
        ({"Chunk_First_Sample": "9" * 30}, 400, "header-malformed"),
        ({"Chunk_Device_Time": None}, 400, "header-missing"),
        ({"Chunk_Device_Time": "yesterday"}, 400, "header-malformed"),
        ({"Chunk_Device_Time": "2026-03-01T10:00:00"}, 400, "header-malformed"),
        ({"Chunk_Device_Time": "2026-13-01T10:00:00Z"}, 400, "header-malformed"),
        ({"Device_Clock": None}, 400, "header-missing"),
        ({"Device_Clock": "noon"}, 400, "header-malformed"),
        ({"Chunk_Device_Time": "1970-01-01T00:00:00Z"}, 400, "device-time-past"),
        ({"Chunk_Device_Time": "2999-01-01T00:00:00Z"}, 400, "device-time-future"),
        ({"Chunk_Device_Time": "9999-12-31T23:59:59Z"}, 400, "device-time-future"),
    ],
)
def test_a_chunk_whose_headers_are_wrong_is_refused(device, recording, changed, status, code):
    answer = device.put(recording, 0, wave(), **changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "empty-chunk"),
        (b"abc", 400, "odd-byte-count"),
        (bytes(2**20 + 2), 413, "chunk-too-large"),
    ],
)
def test_a_chunk_whose_bytes_are_wrong_is_refused(device, recording, data, status, code):
    answer = device.put(recording, 0, data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_largest_chunk_is_taken(device, recording):
    assert device.put(recording, 0, bytes(2**20)).status_code == 201


def test_samples_that_do_not_divide_by_the_channels_are_refused(device, worn):
    recording = device.open(channels=["I", "II", "III"], client_id="three").json()["id"]
    answer = device.put(recording, 0, bytes(8))
    assert (answer.status_code, answer.json()["code"]) == (400, "channel-count")


def test_a_body_that_is_not_samples_is_refused(device, recording):
    answer = device.ask(
        "PUT", f"/api/v1/recordings/{recording}/chunks/0", data=b"{}",
        content_type="application/json",
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type")


def test_an_unknown_recording_is_refused(device, worn):
    answer = device.put("00000000-0000-7000-8000-000000000000", 0, wave())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-recording")


def test_another_devices_recording_is_as_unknown_as_none(stranger, recording):
    answer = stranger.put(recording, 0, wave())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-recording")


def test_nothing_comes_into_a_closed_recording(device, recording):
    device.put(recording, 0, wave())
    device.post(f"/api/v1/recordings/{recording}/close", {"sample_count": 2500, "chunk_count": 1})
    answer = device.put(recording, 1, wave(seed=1), first=2500)
    assert (answer.status_code, answer.json()["code"]) == (409, "recording-closed")


def test_a_chunk_repeated_after_closing_is_answered_200(device, recording):
    device.put(recording, 0, wave())
    device.post(f"/api/v1/recordings/{recording}/close", {"sample_count": 2500, "chunk_count": 1})
    assert device.put(recording, 0, wave()).status_code == 200


def test_a_refusal_stands_in_the_console_with_its_reason(device, recording, patch):
    device.put(recording, 0, b"abc")
    refusal = UploadRefusal.objects.get()
    assert (refusal.device, refusal.status, refusal.code) == (patch, 400, "odd-byte-count")


def test_a_refused_chunk_leaves_no_trace_in_the_recording(device, recording):
    device.put(recording, 0, wave(), Chunk_Device_Time="1970-01-01T00:00:00Z")
    assert not ChunkReceipt.objects.exists()


def test_a_chunk_that_is_a_week_late_is_normal(device, patch, rosa, as_nurse):
    from vitals.acts.wearing import attach

    week_ago = timezone.now() - timedelta(days=7)
    attach(by=as_nurse, patient=rosa, serial="P-1", start=week_ago - timedelta(days=1))
    recording = device.open(started_at=rfc3339(week_ago)).json()["id"]
    answer = device.put(recording, 0, wave(), Chunk_Device_Time=rfc3339(week_ago))
    assert answer.json()["assigned"] is True


@pytest.mark.usefixtures("held_clock")
def test_a_clock_that_is_off_is_corrected_by_what_it_shows_now(device, recording):
    lags = timezone.now() - timedelta(days=40)
    device.put(
        recording, 0, wave(),
        Chunk_Device_Time=rfc3339(lags - timedelta(seconds=10)), Device_Clock=rfc3339(lags),
    )  # fmt: skip
    stored = WaveformChunk.objects.get()
    assert abs(timezone.now() - timedelta(seconds=10) - stored.start_time) < timedelta(seconds=5)


@pytest.mark.usefixtures("held_clock")
def test_device_clock_arrival_and_offset_are_kept_apart(device, recording):
    lags = timezone.now() - timedelta(days=40)
    device.put(recording, 0, wave(), Chunk_Device_Time=rfc3339(lags), Device_Clock=rfc3339(lags))
    receipt = ChunkReceipt.objects.get()
    assert (receipt.device_time, receipt.device_clock) == (lags, lags)
    assert abs(receipt.clock_offset_ms - timedelta(days=40) / timedelta(milliseconds=1)) < 5000


@pytest.mark.usefixtures("held_clock")
def test_a_small_offset_is_believed_to_be_the_network(device, recording):
    clock = timezone.now() - timedelta(seconds=4)
    device.put(recording, 0, wave(), Chunk_Device_Time=rfc3339(clock), Device_Clock=rfc3339(clock))
    assert WaveformChunk.objects.get().start_time == clock
