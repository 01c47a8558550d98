"""Behind TLS: cookies that no other host can set, no way back to http, and a clean check."""

import re

import pytest

from ehr_project.checks import unproven
from ehr_project.doors import FILES
from ehr_project.house import OF_WEB
from tests.security.conftest import ROOT, as_real_house

PROGRAMS = ["/fhir/metadata", "/fhir", "/fhir/Patient", "/api/v1/time", "/oauth/token"]


def test_djangos_own_check_of_a_deployment_is_clean():
    done = as_real_house(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        DATABASE_URL="postgresql://x:y@db.example/chartwave?sslmode=verify-full",
    )
    assert (done.returncode, done.stdout.strip()) == (0, done.stdout.strip()), done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_the_check_would_complain_without_tls():
    done = as_real_house(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", CHARTWAVE_TLS="0"
    )
    assert done.returncode != 0
    assert "security.W012" in done.stderr


@pytest.mark.parametrize(
    ("host", "sslmode", "found"),
    [
        ("", "", []),
        ("/run/postgresql", "", []),
        ("127.0.0.1", "disable", []),
        ("db.example", "", ["db.example"]),
        ("127.0.0.1,db.example", "require", ["db.example"]),
        ("db.example", "verify-full", []),
    ],
)
def test_the_check_wants_a_certificate_of_a_database_elsewhere(host, sslmode, found):
    assert unproven({"HOST": host, "OPTIONS": {"sslmode": sslmode}}) == found


def test_a_database_elsewhere_is_told_by_the_check_of_a_deployment():
    elsewhere = "postgresql://x:y@db.example/chartwave"
    done = as_real_house("manage.py", "check", "--deploy", DATABASE_URL=elsewhere)
    assert "chartwave.W001" in done.stderr


def test_cookies_belong_to_this_host_alone(real_settings):
    names = {real_settings["SESSION_COOKIE_NAME"], real_settings["CSRF_COOKIE_NAME"]}
    assert all(name.startswith("__Host-") for name in names)


@pytest.mark.parametrize("cookie", ["SESSION", "CSRF"])
def test_cookies_travel_by_https_only_and_scripts_do_not_read_them(real_settings, cookie):
    said = {n: real_settings[f"{cookie}_COOKIE_{n}"] for n in ("SECURE", "HTTPONLY", "SAMESITE")}
    assert said == {"SECURE": True, "HTTPONLY": True, "SAMESITE": "Lax"}
    assert real_settings[f"{cookie}_COOKIE_DOMAIN"] is None
    assert real_settings[f"{cookie}_COOKIE_PATH"] == "/"


def test_a_demo_on_http_has_other_cookies_than_a_real_house(settings, real_settings):
    assert real_settings["SESSION_COOKIE_NAME"] != settings.SESSION_COOKIE_NAME


def test_a_page_leads_to_https(behind_tls, client):
    answer = client.get("/sign-in/?next=/ward/")
    assert (answer.status_code, answer["Location"]) == (
        301,
        "https://testserver/sign-in/?next=/ward/",
    )


@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_a_program_is_refused_in_words_and_led_nowhere(behind_tls, client, method, path):
    answer = getattr(client, method)(path, headers={"Authorization": "Bearer cwt_x"})
    assert (answer.status_code, "Location" in answer) == (403, False)
    assert b"https" in answer.content


def test_a_program_of_fhir_is_told_by_an_outcome(behind_tls, client):
    said = client.get("/fhir/Patient").json()
    assert (said["resourceType"], said["issue"][0]["code"]) == ("OperationOutcome", "security")


@pytest.mark.parametrize("path", ["/fhir/metadata", "/api/v1/time"])
def test_over_https_the_same_address_answers(behind_tls, client, db, path):
    assert client.get(path, secure=True).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_watchers_on_the_machine_need_no_certificate(behind_tls, client, db, path):
    assert client.get(path).status_code == 200


def test_what_the_proxy_says_of_tls_counts_only_where_there_is_one(client, settings):
    assert settings.SECURE_PROXY_SSL_HEADER is None


def test_tls_is_never_older_than_what_caddy_takes():
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "protocols" not in caddy


def test_a_slow_sender_is_given_up():
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert re.search(r"read_header \d+s\s+read_body \dm", caddy)


def test_caddy_leaves_plain_http_to_the_house():
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "auto_https disable_redirects" in caddy
    assert "{$CHARTWAVE_HOST}, http://{$CHARTWAVE_HOST} {" in caddy


def test_caddy_takes_the_largest_upload_and_not_more():
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    megabytes = int(re.search(r"max_size (\d+)MB", caddy).group(1))
    assert 0 <= megabytes * 2**20 - FILES["recording-import"] < 2**20


def test_a_statement_of_a_web_process_ends_by_itself(settings):
    assert "statement_timeout=0s" in settings.DATABASES["default"]["OPTIONS"]["options"]
    assert OF_WEB["CHARTWAVE_STATEMENT_SECONDS"] == "30"
    compose = (ROOT / "docker-compose.yml").read_text()
    assert 'CHARTWAVE_STATEMENT_SECONDS: "30"' in compose


def test_a_house_without_a_key_does_not_start():
    done = as_real_house("manage.py", "check", SECRET_KEY="")
    assert (done.returncode, "SECRET_KEY must hold" in done.stderr) == (1, True)


@pytest.mark.parametrize("number", ["-1", "many"])
def test_a_limit_that_is_none_stops_the_start(number):
    done = as_real_house("manage.py", "check", CHARTWAVE_LIMIT_EXPORT=number)
    assert done.returncode != 0
    assert "CHARTWAVE_LIMIT_EXPORT" in done.stderr
