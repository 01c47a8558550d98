"""Many chunks in one request."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from django.utils import timezone

from vitals.models import ChunkReceipt, Recording
from vitals.storage.reading import samples
from vitals.tests.conftest import rfc3339, wave


def item(seq, data, first, **changed):
    return {
        "seq": seq, "first_sample": first, "device_time": rfc3339(timezone.now()),
        "sha256": hashlib.sha256(data).digest(), "data": data,
    } | changed  # fmt: skip


@pytest.fixture
def send(device, recording):
    def post(body, kind="application/cbor", **headers):
        return device.ask(
            "POST", f"/api/v1/recordings/{recording}/chunks",
            data=body if isinstance(body, bytes) else cbor2.dumps(body), content_type=kind,
            headers={"Device-Clock": rfc3339(timezone.now())} | headers,
        )  # fmt: skip

    return post


def test_takes_many_chunks(send, recording):
    parts = [wave(10, seed=n) for n in range(5)]
    answer = send([item(n, part, 10 * n) for n, part in enumerate(parts)])
    assert answer.json() == [{"seq": n, "status": 201} for n in range(5)]
    stored = samples(Recording.objects.get(pk=recording), 0, 50)
    assert stored.astype("<i2").tobytes() == b"".join(parts)


def test_one_that_is_refused_does_not_hold_up_the_others(send):
    answer = send([item(0, wave(10), 0), item(1, b"abc", 10), item(2, wave(10, seed=2), 20)]).json()
    assert [(each["status"], each.get("code")) for each in answer] == [
        (201, None), (400, "odd-byte-count"), (201, None),
    ]  # fmt: skip


def test_a_damaged_one_is_told_in_its_place(send):
    answer = send([item(0, wave(10), 0, sha256=bytes(32)), item(1, wave(10), 10)]).json()
    assert [each["status"] for each in answer] == [400, 201]
    assert answer[0]["code"] == "digest-mismatch"


def test_the_same_batch_again_stores_nothing_twice(send):
    batch = [item(n, wave(10, seed=n), 10 * n) for n in range(3)]
    send(batch)
    assert [each["status"] for each in send(batch).json()] == [200] * 3
    assert ChunkReceipt.objects.count() == 3


def test_chunks_of_one_batch_may_not_overlap(send):
    answer = send([item(0, wave(10), 0), item(1, wave(10, seed=1), 5)]).json()
    assert [each.get("code") for each in answer] == [None, "sample-overlap"]


def test_one_number_twice_in_a_batch_is_a_conflict(send):
    answer = send([item(0, wave(10), 0), item(0, wave(10, seed=1), 0)]).json()
    assert [each.get("code") for each in answer] == [None, "chunk-conflict"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff", cbor2.dumps({}), cbor2.dumps([]), cbor2.dumps([1]), cbor2.dumps([{}]),
        cbor2.dumps([{"seq": 0}]), cbor2.dumps([None] * 101), b"\x9b" + b"\xff" * 8, b"\x81" * 5000,
        cbor2.dumps([item(-1, wave(1), 0)]), cbor2.dumps([item(True, wave(1), 0)]),
        cbor2.dumps([item(0, wave(1), 0) | {"data": "text"}]),
    ],
)  # fmt: skip
def test_a_body_that_is_no_batch_is_refused(send, body):
    answer = send(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "cbor-malformed")


def test_a_batch_that_is_too_large_is_refused(send):
    answer = send(bytes(4 * 2**20 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "batch-too-large")


def test_a_batch_without_the_devices_clock_is_refused(send):
    answer = send([item(0, wave(10), 0)], **{"Device-Clock": "late"})
    assert (answer.status_code, answer.json()["code"]) == (400, "header-malformed")


def test_json_is_no_batch(send):
    answer = send(b"[]", kind="application/json")
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type")
