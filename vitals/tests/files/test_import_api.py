"""A device sends a recording as a file: it belongs to whoever wore the device then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from vitals.files.bundle import LARGEST
from vitals.models import Recording, UploadRefusal
from vitals.tests.files import made

LINE = "line-of-the-form"


@pytest.fixture
def send(device):
    """Post files with the device's key."""

    def post(files, **said):
        uploads = [SimpleUploadedFile(name, data) for name, data in files.items()]
        return device.ask(
            "POST", "/api/v1/files/", data=encode_multipart(LINE, said | {"files": uploads}),
            content_type=MULTIPART_CONTENT.replace("BoUnDaRyStRiNg", LINE),
        )  # fmt: skip

    return post


def lately(**ago):
    """A local start that lies so far back."""
    return timezone.localtime().replace(microsecond=0) - timedelta(**(ago or {"minutes": 30}))


def test_a_file_of_the_wearing_is_the_wearers(send, worn, rosa):
    answer = send({"a.edf": made.edf(began=lately())})
    assert answer.status_code == 201
    (said,) = answer.json()["recordings"]
    assert said["assigned"] is True
    assert str(Recording.objects.of(rosa).get().pk) == said["id"]


def test_a_file_of_nobodys_time_waits(send, worn, rosa):
    answer = send({"a.edf": made.edf(began=lately(hours=3))})
    assert answer.json()["recordings"][0]["assigned"] is False
    assert not Recording.objects.of(rosa).exists()


def test_what_waited_comes_along_when_the_device_is_attached(send, patch, rosa, as_nurse):
    from vitals.acts.wearing import attach

    send({"a.edf": made.edf(began=lately())})
    attach(by=as_nurse, patient=rosa, serial="P-1", start=timezone.now() - timedelta(hours=1))
    assert Recording.objects.of(rosa).exists()


def test_the_same_file_again_is_200_with_the_same_recordings(send, worn):
    data = made.edf(began=lately())
    first, again = send({"a.edf": data}), send({"a.edf": data})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_a_file_across_the_border_of_a_wearing_is_refused(send, worn):
    answer = send(
        {"a.edf": made.edf(began=worn.start.replace(microsecond=0) - timedelta(seconds=4))}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "pairing-changed")


def test_a_file_that_names_another_patient_is_refused(send, worn):
    answer = send({"a.edf": made.edf(began=lately(), patient=made.lindqvist(name="Olsen_Ida"))})
    assert (answer.status_code, answer.json()["code"]) == (409, "identity-differs")
    assert answer.json()["differences"] == ["name"]


def test_the_console_names_neither_the_patient_nor_the_file(send, worn):
    send({"Olsen.edf": made.edf(began=lately(), patient=made.lindqvist(name="Olsen_Ida"))})
    assert "Olsen" not in UploadRefusal.objects.get().detail


def test_a_damaged_file_is_refused_with_field_and_remedy(send, worn):
    answer = send({"a.edf": made.edf()[:-10]})
    assert (answer.status_code, answer.json()["code"]) == (422, "file-truncated")
    assert answer.json()["field"] == "length"


def test_a_clock_that_was_not_set_is_refused(send, worn):
    answer = send({"a.edf": made.edf()})
    assert answer.json()["code"] == "device-time-past"


def test_a_table_needs_its_layout(send, worn):
    files = {"a.csv": made.table()}
    assert send(files).json()["code"] == "file-sampling-rate"
    assert send(files, layout='{"sampling_rate_hz": 250}').json()["code"] == "start-unknown"


@pytest.mark.parametrize("layout", ["[", "7", '{"colour": 1}', '{"sampling_rate_hz": "x"}'])
def test_a_garbled_layout_is_refused(send, worn, layout):
    assert send({"a.csv": made.table()}, layout=layout).status_code in (400, 422)


def test_without_a_file_there_is_nothing_to_keep(send):
    assert send({}).json()["code"] == "file-none"


def test_without_a_key_nothing_is_read(client, db):
    assert client.post("/api/v1/files/", {"files": []}).status_code == 401


def test_a_body_that_says_it_is_too_large_is_not_read(device):
    answer = device.ask(
        "POST", "/api/v1/files/", data=b"--", content_type=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(LARGEST + 2**20),
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")


def test_json_is_not_a_file(device):
    assert device.post("/api/v1/files/", {}).status_code == 415
