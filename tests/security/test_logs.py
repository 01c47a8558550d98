"""What a stranger asks for, and what an error quotes, stands in no log of the house."""

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from ehr_project.logs import WithoutWords, where

NAME = "Quillmark"
ASKED = {
    "a path that leads nowhere": {"path": f"/patients/{NAME}/"},
    "a parameter": {"path": f"/?q={NAME}"},
    "a host that is not ours": {"path": "/", "headers": {"host": f"{NAME}.example"}},
    "a referer": {"path": "/", "headers": {"referer": f"http://x/{NAME}"}},
    "a browser": {"path": "/", "headers": {"user-agent": NAME}},
    "a method": {"method": NAME.upper(), "path": f"/{NAME}/"},
    "a forged form": {"method": "POST", "path": f"/sign-in/?next=/{NAME}/", "data": {}},
    "a forged form elsewhere": {"method": "POST", "path": f"/oauth/{NAME}/"},
    "FHIR": {"path": f"/fhir/Patient?name={NAME}"},
    "a device": {"method": "POST", "path": f"/api/v1/{NAME}/"},
    "an odd cookie": {"path": "/", "headers": {"cookie": f"__Host-sessionid={NAME}"}},
}


@pytest.fixture
def heard(caplog):
    """Everything that reaches the console of the house, at the most talkative level."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_what_was_asked_for_is_not_logged(heard, asked):
    stranger = Client(raise_request_exception=False, enforce_csrf_checks=True)
    stranger.generic(**{"method": "GET"} | asked)
    assert NAME.lower() not in heard.text.lower()


@pytest.mark.parametrize("name", ["django.request", "django.security", "urllib3.connectionpool"])
def test_djangos_and_the_clients_own_words_are_not_logged(heard, name):
    logging.getLogger(name).warning("Not Found: /patients/%s/", NAME)
    assert NAME not in heard.text


def test_what_the_house_logs_itself_is_heard(heard):
    logging.getLogger("patients.views").warning(NAME)
    assert NAME in heard.text


def test_a_setting_that_is_wrong_is_named():
    error = ImproperlyConfigured("DATABASE_URL is not set")
    assert where(error) == "ImproperlyConfigured: DATABASE_URL is not set"


def failing(name):
    try:
        raise KeyError(name)
    except KeyError as error:
        raise ValueError(f"no such patient: {name}") from error


def record_of(name):
    try:
        failing(name)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    return logging.LogRecord("x", logging.ERROR, __file__, 1, "It failed", None, info)


def test_an_error_is_logged_with_its_kind_and_place():
    console = [type(each.formatter) for each in logging.getLogger().handlers]
    told = WithoutWords().format(record_of(NAME))
    assert WithoutWords in console
    assert "in failing" in told
    assert told.index("KeyError") < told.index("ValueError")


def test_its_words_are_not():
    assert NAME not in WithoutWords().format(record_of(NAME))


def test_the_formatter_of_python_would_write_them():
    assert logging.Formatter().format(record_of(NAME)).count(NAME) > 1
