"""Opening, asking about and closing a recording."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from vitals.models import Recording, RecordingEvent
from vitals.tests.conftest import RATE, rfc3339, wave


def code(answer):
    return answer.status_code, answer.json().get("code")


def close(device, recording, samples, chunks, **more):
    body = {"sample_count": samples, "chunk_count": chunks} | more
    return device.post(f"/api/v1/recordings/{recording}/close", body)


def weeks_ago():
    return rfc3339(timezone.now() - timedelta(weeks=3))


def test_the_same_client_id_gives_the_same_recording(device):
    started = weeks_ago()
    first = device.open(started_at=started)
    second = device.open(started_at=started)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_a_client_id_with_another_description_is_refused(device):
    started = weeks_ago()
    device.open(started_at=started)
    answer = device.open(started_at=started, sampling_rate_hz=500)
    assert code(answer) == (409, "client-id-reused")


def test_two_devices_may_use_the_same_client_id(device, stranger):
    assert device.open().json()["id"] != stranger.open().json()["id"]


@pytest.mark.parametrize("rate", [0, -250, 0.5, 1e9, 20_001])
def test_an_impossible_sampling_rate_is_refused(device, rate):
    assert code(device.open(sampling_rate_hz=rate)) == (400, "sampling-rate")


@pytest.mark.parametrize("member", ["sampling_rate_hz", "scale"])
@pytest.mark.parametrize("text", ["NaN", "inf", "-inf", "1e999", ""])
def test_a_text_that_is_no_number_is_refused(device, member, text):
    answer = device.open(**{member: text})
    assert answer.status_code == 400
    assert answer.json()["field"] == member


def test_not_a_number_in_the_json_is_refused_as_no_json(device):
    answer = device.post("/api/v1/recordings/", b'{"sampling_rate_hz": NaN}')
    assert code(answer) == (400, "malformed")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"channels": []}, "channels"),
        ({"channels": ["I", "I"]}, "channels"),
        ({"channels": ["I\tII"]}, "channels"),
        ({"channels": ["<script>"]}, "channels"),
        ({"channels": [str(n) for n in range(17)]}, "channels"),
        ({"channels": ["x" * 17]}, "channels"),
        ({"kind": "eeg"}, "kind-unknown"),
        ({"unit": "parsec"}, "unit-unknown"),
        ({"kind": "imu", "unit": "uV"}, "unit-unknown"),
        ({"scale": 0}, "value-impossible"),
        ({"scale": -1}, "value-impossible"),
        ({"started_at": "1970-01-01T00:00:00Z"}, "device-time-past"),
        ({"started_at": "2999-01-01T00:00:00Z"}, "device-time-future"),
        ({"started_at": "yesterday"}, "malformed"),
        ({"started_at": 5}, "malformed"),
        ({"client_id": ""}, "malformed"),
        ({"client_id": "x" * 65}, "malformed"),
        ({"channels": "I"}, "malformed"),
    ],
)
def test_a_description_that_cannot_be_is_refused(device, changed, expected):
    assert code(device.open(**changed)) == (400, expected)


def test_a_refusal_names_the_member_at_fault(device):
    assert device.open(sampling_rate_hz=0).json()["field"] == "sampling_rate_hz"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 2000, b'"\\u0000"', b"null"]
)
def test_a_body_that_is_no_object_is_refused(device, body):
    assert code(device.post("/api/v1/recordings/", body)) == (400, "malformed")


def test_a_body_that_is_too_large_is_refused(device):
    answer = device.post("/api/v1/recordings/", b" " * 70_000)
    assert code(answer) == (413, "body-too-large")


def test_received_numbers_are_told_as_ranges(device, recording):
    for seq in (0, 1, 2, 7, 9, 10):
        device.put(recording, seq, wave(10), first=10 * seq)
    answer = device.ask("GET", f"/api/v1/recordings/{recording}").json()
    assert answer == {"id": recording, "received": [[0, 2], [7, 7], [9, 10]], "closed": False}


def test_another_device_is_told_nothing_about_it(stranger, recording):
    assert code(stranger.ask("GET", f"/api/v1/recordings/{recording}")) == (
        404,
        "unknown-recording",
    )


def test_closes_when_everything_is_here(device, recording):
    device.put(recording, 0, wave())
    assert close(device, recording, 2500, 1).status_code == 200
    assert Recording.objects.get().closed_sample_count == 2500


def test_closing_again_is_harmless(device, recording):
    close(device, recording, 0, 0)
    assert close(device, recording, 0, 0).status_code == 200


def test_an_empty_recording_may_be_closed(device, recording):
    assert close(device, recording, 0, 0).status_code == 200


def test_closing_tells_which_chunks_are_missing(device, recording):
    device.put(recording, 1, wave(), first=2500)
    answer = close(device, recording, 5000, 4)
    assert code(answer) == (409, "chunks-missing")
    assert answer.json()["missing"] == [0, 2, 3]


def test_chunks_that_will_never_come_can_be_given_up(device, recording):
    device.put(recording, 1, wave(), first=2500)
    assert close(device, recording, 5000, 2, given_up=[0]).status_code == 200
    assert Recording.objects.get().given_up == [0]


def test_closing_before_the_last_sample_is_refused(device, recording):
    device.put(recording, 0, wave())
    assert code(close(device, recording, 2499, 1)) == (409, "sample-count")


def test_another_device_cannot_close_it(stranger, recording):
    assert code(close(stranger, recording, 0, 0)) == (404, "unknown-recording")


@pytest.mark.parametrize("count", [-1, 10**30, "many", None])
def test_a_count_that_is_none_is_refused(device, recording, count):
    assert code(close(device, recording, count, 0)) == (400, "malformed")


def test_the_patients_button_is_noted_once(device, recording):
    body = {"recording": recording, "client_id": "b1", "device_time": weeks_ago()}
    answers = [device.post("/api/v1/events/", body).status_code for _ in range(2)]
    assert answers == [201, 200]
    assert RecordingEvent.objects.count() == 1


def test_a_button_in_another_devices_recording_is_refused(stranger, recording):
    body = {"recording": recording, "client_id": "b1", "device_time": weeks_ago()}
    assert code(stranger.post("/api/v1/events/", body)) == (404, "unknown-recording")


def test_battery_and_leads_are_noted(device, patch):
    body = {"battery_percent": 17, "lead_off": True, "device_time": weeks_ago()}
    assert device.post("/api/v1/status/", body).status_code == 201
    assert patch.statuses.get().battery_percent == 17


@pytest.mark.parametrize("percent", [-1, 101, "full"])
def test_an_impossible_battery_is_refused(device, percent):
    body = {"battery_percent": percent, "device_time": weeks_ago()}
    assert code(device.post("/api/v1/status/", body)) == (400, "malformed")


def test_siblings_of_one_session_have_their_own_rate(device):
    ecg = device.open(client_id="e", session_id="s1").json()["id"]
    imu = device.open(
        client_id="m", session_id="s1", kind="imu", unit="m/s2", sampling_rate_hz=100,
        channels=["ax", "ay", "az"], scale=0.01,
    ).json()["id"]  # fmt: skip
    rates = dict(Recording.objects.values_list("kind", "sampling_rate_hz"))
    assert ecg != imu
    assert rates == {"ecg": RATE, "imu": 100}


def test_a_recorder_declares_its_bandwidth(device):
    device.open(bandwidth_hz=[0.05, 150])
    assert Recording.objects.get().bandwidth_hz == (0.05, 150)


def test_a_recorder_need_not_declare_its_bandwidth(device):
    device.open()
    assert Recording.objects.get().bandwidth_hz is None


@pytest.mark.parametrize("band", [[150, 0.05], [-1, 150], [0.05], "wide", [1, float("inf")]])
def test_a_bandwidth_that_cannot_be_is_refused(device, band):
    assert device.open(bandwidth_hz=band).status_code == 400
