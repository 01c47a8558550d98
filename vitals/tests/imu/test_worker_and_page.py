"""Motion as devices send it: read by the worker, shown beside the ECG and alone."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from django.db import connections
from django.utils import timezone

from fhir.registry import render
from vitals.acts.summarising import summarise
from vitals.acts.wearing import detach
from vitals.imu_analysis import read
from vitals.models import Analysis, Recording
from vitals.motion import motion_beside
from vitals.storage.drawing import draw
from vitals.tasks import overlooked, read_signals
from vitals.tests.conftest import rfc3339, wave
from vitals.tests.imu.made import RATE, fallen, resting, walking

SESSION = {"session_id": "day-1"}


def steps_of(acceleration_g):
    """In milli-g, as a device sends them."""
    return np.round(np.asarray(acceleration_g) * 1000).astype("<i2")


@pytest.fixture
def morning():
    parts = [resting(30), walking(180), resting(20), fallen(), resting(120, (0.1, 0.05, 1))]
    return steps_of(np.concatenate(parts))


@pytest.fixture
def motion_of(device, worn):
    """Upload motion in chunks of 20 s; gives the recording's id."""
    start = timezone.now() - timedelta(minutes=30)

    def upload(steps, recording=None, first=0, seq=0, **opening):
        opening = {
            "client_id": "imu", "kind": "imu", "unit": "g", "channels": ["ax", "ay", "az"],
            "scale": 0.001, "sampling_rate_hz": RATE, "started_at": rfc3339(start),
        } | SESSION | opening  # fmt: skip
        recording = recording or device.open(**opening).json()["id"]
        size = round(20 * RATE)
        for number, at in enumerate(range(0, len(steps), size)):
            when = rfc3339(start + timedelta(seconds=(first + at) / RATE))
            part = steps[at : at + size].tobytes()
            answer = device.put(recording, seq + number, part, first + at, Chunk_Device_Time=when)
            assert answer.status_code == 201, answer.content
        return recording

    return upload


def result(recording):
    draw(recording)
    read(recording)
    return Analysis.objects.readings().get(recording=recording).result


def close(device, recording, n):
    body = {"sample_count": n, "chunk_count": -(-n // round(20 * RATE))}
    assert device.post(f"/api/v1/recordings/{recording}/close", body).status_code == 200


def test_the_worker_reads_steps_and_a_possible_fall(motion_of, morning):
    found = result(motion_of(morning))
    assert abs(found["steps"]["total"] - 180) <= 4
    assert len(found["falls"]["events"]) == 1


def test_it_is_signed_with_name_and_version(motion_of, morning):
    recording = motion_of(morning)
    result(recording)
    kept = Analysis.objects.readings().get()
    assert (kept.algorithm, kept.algorithm_version) == ("chartwave-imu", "1")


def test_read_bit_by_bit_it_ends_like_read_at_once(motion_of, morning, device):
    long = np.concatenate([morning, morning])
    at_once = motion_of(long)
    close(device, at_once, len(long))
    half = round(20 * RATE) * 16
    grown = motion_of(long[:half], client_id="grown")
    result(grown)
    motion_of(long[half:], recording=grown, first=half, seq=16)
    close(device, grown, len(long))
    assert result(grown) == result(at_once)


def test_closed_it_is_final_and_open_it_is_not(motion_of, morning, device):
    recording = motion_of(morning)
    result(recording)
    assert not Analysis.objects.readings().get().final
    close(device, recording, len(morning))
    result(recording)
    assert Analysis.objects.readings().get().final


def test_a_recording_that_nobody_read_is_not_overlooked(motion_of, morning, device):
    recording = motion_of(morning)
    close(device, recording, len(morning))
    draw(recording)
    assert str(overlooked()[0]) == recording
    read(recording)
    summarise(recording)
    assert overlooked() == []


def test_the_job_of_a_recording_reads_its_motion(motion_of, morning, monkeypatch):
    monkeypatch.setattr("vitals.tasks.close_old_connections", lambda: None)
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    recording = motion_of(morning)
    read_signals(recording)
    assert Analysis.objects.readings().get(recording=recording).result["analysable"]


def test_its_steps_stand_in_the_chart(motion_of, morning, rosa):
    recording = motion_of(morning)
    draw(recording)
    read(recording)
    charted = render(summarise(recording))
    steps = next(each for each in charted["component"] if each["code"]["text"] == "Steps")
    assert charted["subject"]["reference"] == rosa.reference
    assert abs(steps["valueQuantity"]["value"] - 180) <= 4


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        ({"unit": "deg/s"}, "no acceleration"),
        ({"unit": "mixed"}, "do not say which"),
        ({"unit": "m/s2"}, "unit or scale is wrong"),
        ({"scale": 1}, "unit or scale is wrong"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(motion_of, morning, opening, words):
    assert words in result(motion_of(morning, **opening))["not_analysable"]


def test_an_ecg_is_not_read_as_motion(device, recording):
    device.put(recording, 0, wave())
    assert read(recording) is None


def test_a_reading_is_void_when_the_wearer_changed_meanwhile(
    motion_of, morning, worn, as_nurse, monkeypatch
):
    from vitals import imu_analysis

    recording = motion_of(morning)
    draw(recording)
    advance = imu_analysis.reading.advance

    def slow(*given, **named):
        found = advance(*given, **named)
        detach(by=as_nurse, pairing=worn, reason="wrong patient", end=worn.start)
        return found

    monkeypatch.setattr(imu_analysis.reading, "advance", slow)
    assert read(recording) is None
    assert not Analysis.objects.exists()


@pytest.fixture
def seen(client, dr_ames):
    client.force_login(dr_ames)
    return client


def page(client, recording):
    return client.get(f"/recordings/{recording}/motion/")


def test_the_page_tells_falls_steps_and_posture(seen, motion_of, morning):
    recording = motion_of(morning)
    told = result(recording)
    text = page(seen, recording).content.decode()
    assert "Possible falls" in text
    assert f"<b>{told['steps']['total']}</b>" in text
    assert "lying" in text


def test_the_page_says_that_nobody_is_notified(seen, motion_of, morning):
    recording = motion_of(morning)
    result(recording)
    text = page(seen, recording).content.decode()
    assert "Nobody is notified. Not a monitor." in text
    assert "preliminary, unreviewed computer reading" in text
    assert "alarm" not in text.lower()


def test_before_it_is_read_the_page_says_so(seen, motion_of, morning):
    assert "No computer reading yet." in page(seen, motion_of(morning)).content.decode()


def test_what_is_withheld_is_on_the_page_with_its_reason(seen, motion_of, morning, worn):
    worn.wear_site = ""
    worn.save()
    recording = motion_of(morning)
    result(recording)
    text = page(seen, recording).content.decode()
    assert "Falls were not looked for:" in text
    assert text.count("where the sensor was worn is not recorded") == 3


def test_a_possible_fall_leads_to_the_ecg_of_that_moment(seen, motion_of, morning, device):
    recording = motion_of(morning)
    ecg = device.open(client_id="ecg", **SESSION).json()["id"]
    device.put(ecg, 0, wave(), Chunk_Device_Time=rfc3339(timezone.now() - timedelta(minutes=30)))
    (fall,) = result(recording)["falls"]["events"]
    shown = motion_beside(Recording.objects.get(pk=ecg)).falls[0]
    assert shown.ecg_start_ms / 1000 == pytest.approx(fall["at_s"] - 5, abs=2)
    assert (
        f"/recordings/{ecg}/?start_ms={shown.ecg_start_ms}"
        in page(seen, recording).content.decode()
    )


def test_motion_of_another_session_is_not_beside_an_ecg(motion_of, morning, device):
    motion_of(morning)
    ecg = device.open(client_id="ecg", session_id="day-2").json()["id"]
    assert motion_beside(Recording.objects.get(pk=ecg)) is None


@pytest.mark.parametrize("who", ["dr_baum", "registrar", "administrator"])
def test_a_stranger_finds_nothing(client, request, who, motion_of, morning):
    client.force_login(request.getfixturevalue(who))
    assert page(client, motion_of(morning[:1000])).status_code == 404


def test_an_ecg_has_no_page_of_motion(seen, recording):
    assert page(seen, recording).status_code == 404


def test_what_is_kept_is_plain_json(motion_of, morning):
    recording = motion_of(morning)
    found = result(recording)
    assert json.loads(json.dumps(found)) == found
    assert len(json.dumps(found)) < 20_000


def test_the_page_of_the_ecg_tells_of_the_movement_beside_it(seen, motion_of, morning, device):
    result(motion_of(morning))
    ecg = device.open(client_id="ecg", **SESSION).json()["id"]
    device.put(ecg, 0, wave())
    text = seen.get(f"/recordings/{ecg}/").content.decode()
    assert "movements that look like one" in text


def test_the_chart_lists_movement_without_any_ecg(seen, motion_of, morning, rosa):
    recording = motion_of(morning[:1000])
    text = seen.get(f"/patients/{rosa.pk}/").content.decode()
    assert f"/recordings/{recording}/" in text
    assert "ECG recordings:" in text
