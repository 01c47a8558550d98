"""A database that is away: whoever asks is told so, and when to come again."""

import json

import psycopg
import pytest
from django.db import OperationalError
from django.test import RequestFactory
from psycopg_pool.base import AttemptWithBackoff

from ehr_project import settings as as_read
from ehr_project.logs import WithoutWords
from ehr_project.outage import server_error
from fhir.outage import AWAY
from fhir.views.door import unexpected

ASKED = {"a page": "/patients/", "a device": "/api/v1/readings/"}


def answered(path, error):
    """What Django's last resort answers while ``error`` is being handled."""
    try:
        raise error
    except type(error):
        return server_error(RequestFactory().get(path))


@pytest.mark.parametrize("path", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("kind", [*AWAY, psycopg.errors.DiskFull, psycopg.errors.AdminShutdown])
def test_it_says_when_to_come_again(path, kind):
    answer = answered(path, kind("a value of Rosa"))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert b"Rosa" not in answer.content


def test_a_device_gets_a_stable_code():
    answer = answered("/api/v1/readings/", OperationalError())
    assert json.loads(answer.content)["code"] == "database-away"


def test_a_person_gets_a_page_that_says_what_to_do():
    answer = answered("/patients/", OperationalError())
    assert b"look before you repeat it" in answer.content


def test_over_fhir_it_is_an_operation_outcome():
    answer = unexpected(OperationalError("a value of Rosa"))
    assert answer.status == 503
    assert answer.resource["issue"][0]["code"] == "transient"
    assert answer.headers["Retry-After"]
    assert "Rosa" not in json.dumps(answer.resource)


def test_any_other_error_stays_one_of_ours():
    assert answered("/patients/", ValueError()).status_code == 500


def test_the_log_names_the_kind_and_no_value(caplog):
    answered("/patients/", OperationalError("a value of Rosa"))
    assert "OperationalError" in caplog.text
    assert "Rosa" not in caplog.text


def test_any_other_error_is_logged_with_its_kind_and_place(caplog):
    caplog.handler.setFormatter(WithoutWords())
    answered("/patients/", ValueError("a value of Rosa"))
    assert "ValueError" in caplog.text
    assert "Rosa" not in caplog.text


def test_after_a_long_absence_no_process_waits_long_for_its_next_try(monkeypatch):
    monkeypatch.setenv("CHARTWAVE_DB_POOL", "4")
    pool = as_read._database()["OPTIONS"]["pool"]
    tries, now = AttemptWithBackoff(timeout=pool["reconnect_timeout"]), 0.0
    while not tries.time_to_give_up(now):  # then whoever asks begins anew, at once
        tries.update_delay(now)
        now += tries.delay
        assert tries.delay <= pool["timeout"]
