"""A body that is too large, too deep or of no known length is refused before it is read."""

import gzip
import io
import json
import time
import zlib
from contextlib import contextmanager

import cbor2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.clients.views import LONGEST_BODY
from ehr_project.doors import FILES, LARGEST_FORM
from vitals.api.parsers import LARGEST_BATCH, LARGEST_CHUNK, LARGEST_JSON
from vitals.files.bundle import LARGEST as LARGEST_FILES

MB = 2**20
FORM = "application/x-www-form-urlencoded"
JSON = "application/fhir+json"
MULTIPART = "multipart/form-data; boundary=x"
RECORDING = "/api/v1/recordings/0190a0a0-0000-7000-8000-000000000001"


class Unread(io.BytesIO):
    """A body that only says how long it is; to read it fails the test."""

    def read(self, *_):
        raise AssertionError("the body was read")

    readline = read


def declared(client, path, length, content_type, method="POST", **headers):
    """Send no byte of a body of that length."""
    environ = {
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(length),
        "wsgi.input": Unread(),
    }
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return client.request(PATH_INFO=path, **environ)


@pytest.fixture
def doctor(client, dr_ames):
    client.force_login(dr_ames)
    return client


@pytest.fixture
def said(rosa):
    """Address of a page that takes a form or files, by its name."""
    return lambda name: reverse(name, args=[rosa.pk] if name in FILES else [])


@pytest.mark.parametrize("content_type", [FORM, MULTIPART, "text/plain"])
@pytest.mark.parametrize("name", ["sign-in", "patient-search", "admin:login", "lock"])
def test_a_form_that_is_too_large_is_not_read(db, client, name, content_type):
    answer = declared(client, reverse(name), LARGEST_FORM + 1, content_type)
    assert answer.status_code == 413


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_too_large_are_not_read(doctor, said, name):
    assert declared(doctor, said(name), FILES[name] + 1, MULTIPART).status_code == 413


def test_the_refusal_is_a_page_that_says_what_to_do(doctor):
    answer = declared(doctor, reverse("patient-search"), 10 * MB, FORM)
    assert b"This is too large" in answer.content


@pytest.mark.parametrize(
    ("path", "length", "content_type", "method"),
    [
        ("/api/v1/readings/", LARGEST_JSON + 1, "application/json", "POST"),
        ("/api/v1/recordings/", LARGEST_JSON + 1, "application/json", "POST"),
        ("/api/v1/status/", LARGEST_JSON + 1, "application/json", "POST"),
        ("/api/v1/events/", LARGEST_JSON + 1, "application/json", "POST"),
        (f"{RECORDING}/close", LARGEST_JSON + 1, "application/json", "POST"),
        (f"{RECORDING}/chunks/1", LARGEST_CHUNK + 1, "application/octet-stream", "PUT"),
        (f"{RECORDING}/chunks", LARGEST_BATCH + 1, "application/cbor", "POST"),
        ("/api/v1/files/", LARGEST_FILES + MB, MULTIPART, "POST"),
    ],
)
def test_what_a_device_sends_is_not_read_when_it_is_too_large(
    patch_and_key, path, length, content_type, method
):
    key = f"Bearer {patch_and_key[1]}"
    answer = declared(Client(), path, length, content_type, method, authorization=key)
    assert answer.status_code == 413
    assert answer.json()["code"].endswith("too-large")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("PUT", "/Patient/x"), ("POST", "/Patient/_search")]
)
def test_what_comes_over_fhir_is_not_read_when_it_is_too_large(api, settings, method, path):
    kind = FORM if path.endswith("_search") else JSON
    length = settings.FHIR_LARGEST_BODY + 1
    token = f"Bearer {api.token}"
    answer = declared(Client(), f"/fhir{path}", length, kind, method, authorization=token)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (413, "too-long")


def test_what_asks_for_a_token_is_not_read_when_it_is_too_large(db, client):
    assert declared(client, "/oauth/token", LONGEST_BODY + 1, FORM).status_code == 400


@pytest.mark.parametrize("path", ["/sign-in/", "/fhir", "/api/v1/readings/", "/oauth/token"])
def test_a_body_of_no_known_length_is_refused(db, client, path):
    answer = client.post(path, b"", "text/plain", headers={"Transfer-Encoding": "chunked"})
    assert (answer.status_code, b"Content-Length" in answer.content) == (411, True)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/fhir/Patient", "/api/v1/time"])
def test_methods_that_nobody_uses_are_refused(client, method, path):
    assert client.generic(method, path).status_code == 405


DEEP = 100_000
AT_ONCE_S = 30.0


@contextmanager
def at_once():
    """What is done inside costs this process little, however slow the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < AT_ONCE_S


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" * DEEP, JSON),
        (b'{"a":' * DEEP, JSON),
        (b"<a>" * DEEP, "application/fhir+xml"),
        (b'{"resourceType":"Patient","extension":[' + b'{"extension":[' * 5000, JSON),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><Patient/>", "application/fhir+xml"),
        (b'{"resourceType":"Patient","n":' + b"9" * 10**6 + b"}", JSON),
        (b'{"resourceType":"Patient","n":1e999999999}', JSON),
        (b'{"a":1,"a":2}', JSON),
        (b"\xff\xfe{", JSON),
    ],
)
def test_what_is_too_deep_or_garbled_over_fhir_is_refused_at_once(api, body, content_type):
    api.ask("POST", "Patient", b"", content_type)
    with at_once():
        reply = api.ask("POST", "Patient", body, content_type)
    assert reply.status in (400, 413, 422)
    assert reply.body["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "body",
    [
        b'{"resourceType":"Bundle","entry":[' + b"{}," * 1_500_001 + b"{}]}",
        b'{"resourceType":"Patient","name":[' + b"{}," * 400_001 + b"{}]}",
    ],
)
def test_many_small_parts_are_counted_before_they_are_parsed(api, body):
    where = "" if b"Bundle" in body[:40] else "Patient"
    api.ask("POST", where, b"{}")
    with at_once():
        assert api.ask("POST", where, body).status == 413


def test_a_gzip_that_swells_is_stopped_at_the_limit(api, settings):
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(MB)) for _ in range(200)) + packer.flush()
    assert len(bomb) < settings.FHIR_LARGEST_BODY / 10
    assert api.ask("POST", "Patient", bomb, Content_Encoding="gzip").status == 413


def test_a_gzip_within_the_limit_is_taken(api):
    body = gzip.compress(json.dumps({"resourceType": "Patient"}).encode())
    assert api.ask("POST", "Patient", body, Content_Encoding="gzip").status == 201


@pytest.mark.parametrize(
    "body",
    [
        b"\x81" * DEEP,
        b"\xa1\x01" * DEEP,
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xd8\x1c" * 1000 + b"\x80",
        cbor2.dumps([{"seq": 1}] * 101),
        cbor2.dumps({"not": "a list"}),
        b"",
    ],
)
def test_a_batch_that_lies_or_goes_too_deep_is_refused_at_once(device, recording, body):
    with at_once():
        answer = device.ask(
            "POST",
            f"/api/v1/recordings/{recording}/chunks",
            data=body,
            content_type="application/cbor",
        )
    assert (answer.status_code, answer.json()["code"]) in {
        (400, "cbor-malformed"),
        (400, "header-missing"),
    }


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 12_000, b'{"a":1,"a":2}', b"\xff"])
def test_a_reading_that_is_garbled_is_refused_at_once(device, body):
    answer = device.ask("POST", "/api/v1/readings/", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_a_form_of_too_many_fields_is_refused(doctor):
    many = "&".join(f"a{n}=1" for n in range(1001))
    assert doctor.post(reverse("patient-search"), many, FORM).status_code == 400


def test_a_form_of_too_many_files_is_refused(doctor, settings):
    files = [
        SimpleUploadedFile(f"{n}", b"x") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)
    ]
    assert doctor.post(reverse("patient-search"), {"file": files}).status_code == 400


def test_a_query_of_too_many_parameters_is_refused(api):
    assert api.get("Patient?" + "&".join(["name=a"] * 1001)).status == 400


def test_a_query_that_is_too_long_is_refused(api):
    assert api.get("Patient?name=" + "a" * 70_000).status == 413
