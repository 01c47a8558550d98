"""The trace and what it asks for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from accounts.models import AuditEvent
from vitals.models import Recording
from vitals.storage.drawing import draw
from vitals.tests.conftest import RATE, wave


@pytest.fixture
def seen(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def minute(device, recording):
    """A minute of samples in six chunks."""
    for seq in range(6):
        assert device.put(recording, seq, wave(10 * RATE, seq), 10 * RATE * seq).status_code == 201
    return recording


def view(client, recording, **query):
    wanted = {"start_ms": 0, "end_ms": 60_000, "width": 500, "channel": 0} | query
    return client.get(f"/recordings/{recording}/viewport", wanted)


def pairs(answer):
    return np.frombuffer(answer.content, "<i2").reshape(-1, 2)


PAGES = ["", "viewport?start_ms=0&end_ms=9&width=9", "state", "rate.json"]


@pytest.mark.parametrize("page", PAGES)
def test_a_doctor_who_treats_the_patient_sees_it(seen, minute, page):
    assert seen.get(f"/recordings/{minute}/{page}").status_code in (200, 204)


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(client, dr_baum, minute, page):
    client.force_login(dr_baum)
    assert client.get(f"/recordings/{minute}/{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["registrar", "administrator"])
def test_who_may_read_no_chart_finds_nothing(client, request, who, minute, page):
    client.force_login(request.getfixturevalue(who))
    assert client.get(f"/recordings/{minute}/{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_without_sign_in_nothing_is_shown(client, minute, page):
    assert client.get(f"/recordings/{minute}/{page}").status_code == 302


def test_looking_is_audited_once_for_a_while(seen, minute, rosa):
    for _ in range(3):
        seen.get(f"/recordings/{minute}/state")
    event = AuditEvent.objects.get(action="read", entities=[f"Recording/{minute}"])
    assert event.patient_id == rosa.pk


def test_a_close_view_gives_the_samples_themselves(seen, minute):
    answer = view(seen, minute, start_ms=1000, end_ms=2000, width=300)
    assert answer["X-Samples-Per-Bucket"] == "1"
    first = int(answer["X-First-Sample"])
    whole = np.frombuffer(wave(10 * RATE, 0), "<i2")
    assert np.array_equal(pairs(answer)[:, 0], whole[first : first + len(pairs(answer))])


def test_a_far_view_gives_the_extremes(seen, minute):
    answer = view(seen, minute, width=10)
    whole = np.concatenate([np.frombuffer(wave(10 * RATE, seq), "<i2") for seq in range(6)])
    assert pairs(answer).min() == whole.min()
    assert pairs(answer).max() == whole.max()


def test_a_view_is_the_same_when_the_worker_has_drawn_it(seen, minute):
    before = view(seen, minute).content
    draw(minute)
    assert view(seen, minute).content == before


def test_a_view_ends_with_the_last_sample(seen, minute):
    answer = view(seen, minute, end_ms=10**12, width=8000)
    assert len(pairs(answer)) * int(answer["X-Samples-Per-Bucket"]) < 62 * RATE


def test_a_view_after_the_end_is_empty(seen, minute):
    assert view(seen, minute, start_ms=100_000, end_ms=200_000).content == b""


@pytest.mark.parametrize(
    "query",
    [
        {"start_ms": -1}, {"start_ms": "x"}, {"end_ms": ""}, {"start_ms": 5, "end_ms": 5},
        {"width": 0}, {"width": 10**6}, {"channel": 1}, {"channel": -1}, {"start_ms": "1e3"},
        {"end_ms": 10**20}, {"width": "١"},
    ],
)  # fmt: skip
def test_a_view_that_cannot_be_is_refused(seen, minute, query):
    assert view(seen, minute, **query).status_code == 400


def test_the_state_of_an_empty_recording_has_no_time(seen, recording):
    now = json.loads(seen.get(f"/recordings/{recording}/state").content)
    assert (now["n_samples"], now["last_sample_time"], now["analysis"]) == (0, None, None)


def test_the_page_says_that_nobody_is_notified(seen, minute):
    page = seen.get(f"/recordings/{minute}/").content.decode()
    assert "Nobody is notified. Not a monitor." in page
    assert "preliminary, unreviewed computer reading" in page


def test_the_chart_shows_the_running_ecg(seen, minute, rosa):
    page = seen.get(f"/patients/{rosa.pk}/").content.decode()
    assert f"/recordings/{minute}/" in page
    assert "last sample" in page


def test_a_clock_that_is_off_is_shown_as_unverified(seen, device, recording):
    device.put(
        recording, 0, wave(),
        Chunk_Device_Time="2026-01-01T00:00:00Z", Device_Clock="2026-01-01T00:00:10Z",
    )  # fmt: skip
    assert "device time unverified" in seen.get(f"/recordings/{recording}/").content.decode()


def test_a_viewport_costs_few_queries(seen, minute, django_assert_max_num_queries):
    view(seen, minute)
    with django_assert_max_num_queries(12):
        view(seen, minute)


def test_movement_has_a_page_of_its_own(seen, device, worn):
    imu = device.open(
        client_id="m", kind="imu", unit="m/s2", channels=["x"], sampling_rate_hz=100
    ).json()["id"]
    assert seen.get(f"/recordings/{imu}/", follow=True).redirect_chain == [
        (f"/recordings/{imu}/motion/", 302)
    ]


CAST = ["dr_ames", "dr_baum", "nurse", "registrar", "administrator"]


@pytest.mark.parametrize("worn_by_rosa", [True, False])
@pytest.mark.parametrize("who", CAST)
def test_one_recording_opens_exactly_for_whom_the_list_shows_it(request, who, worn_by_rosa, device):
    from accounts.principals import principal_of

    if worn_by_rosa:
        request.getfixturevalue("worn")
    recording = device.open().json()["id"]
    device.put(recording, 0, wave())
    principal = principal_of(request.getfixturevalue(who))
    listed = Recording.objects.visible_to(principal).filter(pk=recording).exists()
    assert (Recording.objects.opened_by(principal, recording) is not None) is listed


def test_a_recording_opens_for_its_own_device_only(device, recording, patch):
    from fhir.principal import Principal

    own, other = Principal("device", str(patch.pk)), Principal("device", str(recording))
    assert Recording.objects.opened_by(own, recording) is not None
    assert Recording.objects.opened_by(other, recording) is None
