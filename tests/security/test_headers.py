"""Every answer of every kind carries the headers that keep it private, whoever asks."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from patients.tests.notes.test_documents import PDF, PNG
from tests.test_doors import addresses, concrete
from vitals.tests.conftest import wave
from vitals.tests.files import made

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
NOT_ALLOWED = ("camera", "geolocation", "microphone", "usb", "serial", "payment", "display-capture")
FORBIDDEN = ("X-Powered-By", "Access-Control-Allow-Origin", "X-AspNet-Version")
PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
CLOSED = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "sandbox": "",
}


def directives(policy):
    parts = (part.strip().partition(" ") for part in policy.split(";") if part.strip())
    return {name: value for name, _, value in parts}


def missing(answer, *, static=False, shown=False, framed=False):
    """What is wrong with the headers of an answer; empty where all is well."""
    wrong = {n: answer.get(n) for n, value in ALWAYS.items() if answer.get(n) != value}
    if framed:
        wrong.pop("X-Frame-Options", None)
    found = directives(answer.get("Content-Security-Policy", ""))
    kind = answer.get("Content-Type", "")
    asked = PAGE if kind.startswith("text/html") or static or shown else CLOSED
    wrong |= {
        f"csp {name}": found.get(name)
        for name, value in asked.items()
        if found.get(name) != value and not (framed and name == "frame-ancestors")
    }
    wrong |= {name: value for name, value in found.items() if "unsafe" in value or "*" in value}
    if not static and "no-store" not in answer.get("Cache-Control", ""):
        wrong["Cache-Control"] = answer.get("Cache-Control")
    policy = answer.get("Permissions-Policy", "")
    wrong |= {name: policy for name in NOT_ALLOWED if f"{name}=()" not in policy}
    wrong |= {name: answer[name] for name in FORBIDDEN if name in answer}
    charset = "charset=utf-8" in kind.lower().replace('"', "")
    if kind.startswith(("text/", "application/fhir+xml")) and not charset:
        wrong["Content-Type"] = kind
    return wrong | cookies(answer)


def cookies(answer):
    """What is wrong with its cookies."""
    wrong = {}
    for name, cookie in answer.cookies.items():
        if cookie["max-age"] == 0:  # it is taken away
            continue
        asked = {"secure": True, "httponly": True, "path": "/", "domain": "", "samesite": "Lax"}
        wrong |= {f"{name} {key}": cookie[key] for key in asked if cookie[key] != asked[key]}
        if not name.startswith("__Host-"):
            wrong[name] = "not __Host-"
    return wrong


def whole(answer):
    """The answer, read to its end, which closes what stands behind it."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.fixture
def ask(db, behind_tls):
    """Ask as somebody, over TLS; a fault is an answer too."""

    def by(user=None):
        browser = Client(raise_request_exception=False)
        if user:
            browser.force_login(user)
        return lambda method, path, *said, **more: whole(
            getattr(browser, method)(path, *said, secure=True, **more)
        )

    return by


# What ends a session comes last.
ENDING = {"sign-out/", "admin/logout/", "lock/"}
ROUTES = sorted(set(addresses()), key=lambda route: (route in ENDING, route))


@pytest.mark.parametrize("who", ["nobody", "dr_ames", "administrator"])
def test_every_address_answers_with_all_headers(ask, request, db, who):
    user = None if who == "nobody" else request.getfixturevalue(who)
    by = ask(user)
    wrong = {
        f"{method} {route}": found
        for route in ROUTES
        for method in ("get", "post")
        if (found := missing(by(method, concrete(route))))
    }
    assert wrong == {}


@pytest.fixture
def kinds(ask, dr_ames, rosa, device, worn):
    """One answer of each kind that there is."""
    by = ask(dr_ames)
    chart = reverse("patient-chart", args=[rosa.pk])
    device.http.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    recording = device.open().json()["id"]
    assert device.put(recording, 0, wave()).status_code == 201
    base = f"/recordings/{recording}/"
    return {
        "page": by("get", chart),
        "fragment": by(
            "post", reverse("patient-search"), {"query": "lind"}, headers={"HX-Request": "true"}
        ),
        "redirect": by("get", chart.rstrip("/")),
        "fhir json": by("get", "/fhir/Patient"),
        "fhir xml": by("get", "/fhir/Patient", headers={"Accept": "application/fhir+xml"}),
        "fhir refusal": by("get", "/fhir/Patient?no-such=1"),
        "capability": by("get", "/fhir/metadata"),
        "device refusal": by("post", "/api/v1/readings/"),
        "device answer": by("get", "/api/v1/time"),
        "token refusal": by("post", "/oauth/token"),
        "json of a page": by("get", f"{base}overview.json"),
        "samples": by("get", f"{base}viewport?start_ms=0&end_ms=9000&width=100"),
        "csv": by("get", f"{base}export/csv"),
        "edf": by("get", f"{base}export/edf"),
        "zip": by("get", f"{base}export/wfdb"),
        "schema": by("get", "/api/schema/"),
        "api pages": by("get", "/api/docs/"),
        "health": by("get", "/healthz"),
        "not found": by("get", "/no/such/page"),
        "no such chart": by("get", reverse("patient-chart", args=[uuid4()])),
        "method": by("delete", reverse("patient-search")),
        "trace": by("trace", "/"),
        "chunked": by("post", "/", headers={"Transfer-Encoding": "chunked"}),
        "strange host": by("get", "/", headers={"Host": "evil.example"}),
        "forged form": Client(enforce_csrf_checks=True).post("/sign-in/", secure=True),
    }


def test_every_kind_of_answer_carries_them(kinds):
    assert {kind: found for kind, answer in kinds.items() if (found := missing(answer))} == {}


def test_the_kinds_are_what_they_are_called(kinds):
    status = {name: answer.status_code for name, answer in kinds.items()}
    assert {name: code for name, code in status.items() if code != 200} == {
        "redirect": 301,
        "fhir refusal": 400,
        "device refusal": 401,
        "token refusal": 401,
        "not found": 404,
        "no such chart": 404,
        "method": 405,
        "trace": 405,
        "chunked": 411,
        "strange host": 400,
        "forged form": 403,
    }


def test_a_fault_of_ours_carries_them_too(ask, dr_ames, monkeypatch):
    monkeypatch.setattr("patients.views.search.find", None)
    answer = ask(dr_ames)("post", reverse("patient-search"), {"query": "lind"})
    assert (answer.status_code, missing(answer)) == (500, {})
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("name", ["css/base.css", "js/app.js", "icons.svg"])
def test_static_files_carry_all_but_no_store(ask, name):
    assert missing(ask()("get", f"/static/{name}"), static=True) == {}


@pytest.mark.parametrize(
    ("data", "name", "disposition"),
    [
        (PNG, "wound.png", "inline"),
        (PDF, "letter.pdf", "inline"),
        (b"<html><script>alert(1)</script>", "x.html", "attachment"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.svg", "attachment"),
        (b"GIF", "x.gif", "attachment"),
    ],
)
def test_an_upload_is_served_without_any_power(ask, dr_ames, rosa, data, name, disposition):
    by = ask(dr_ames)
    form = {"file": SimpleUploadedFile(name, data), "kind": "photograph", "title": "", "dated": ""}
    filed = by("post", reverse("document-new", args=[rosa.pk]), form | {"patient": str(rosa.pk)})
    document = re.search(r"[0-9a-f-]{36}", filed["Location"]).group()
    for path in ("", "download/"):
        answer = by("get", f"/documents/{document}/file/0/{path}")
        policy = directives(answer["Content-Security-Policy"])
        assert policy["default-src"] == "'none'"
        assert "script-src" not in policy
        assert "sandbox" in policy or data is PDF  # browsers show no PDF in a sandbox
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment" if path else disposition)
        if disposition == "attachment":
            assert answer["Content-Type"] == "application/octet-stream"


def test_an_original_file_is_an_attachment_in_a_sandbox(ask, nurse, rosa, worn):
    by = ask(nurse)
    form = {"start": "", "pacemaker": "no", "columns": "", "sampling_rate_hz": "", "unit": ""}
    form |= {"patient": str(rosa.pk), "upload": [SimpleUploadedFile("a.edf", made.edf())]}
    found = by("post", reverse("recording-import", args=[rosa.pk]), form)["Location"]
    answer = by("get", f"{found}original/1")
    assert missing(answer) | {"status": answer.status_code} == {"status": 200}
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_print_is_not_kept_and_not_framed(ask, dr_ames, rosa):
    answer = ask(dr_ames)("get", reverse("print-summary", args=[rosa.pk]))
    assert (answer["Content-Type"], missing(answer, shown=True)) == ("application/pdf", {})


def test_a_missing_header_would_be_found(ask, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "headers." not in name]
    assert {"Cross-Origin-Resource-Policy", "csp sandbox", "Cache-Control"} <= set(
        missing(ask()("get", "/healthz"))
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/css/",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/static/..%2fmanage.py",
        "/.git/config",
        "/static/.git/config",
        "/.env",
        "/var/secret-key",
        "/manage.py",
        "/static/vendor/",
    ],
)
def test_nothing_beside_the_static_files_is_served(ask, path):
    assert ask()("get", path).status_code == 404
