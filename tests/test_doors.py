"""Every address of the house is locked, but for the few that stand in this list."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

# Open to everybody, and why. Nothing else answers a stranger with content.
PUBLIC = {
    "healthz",  # a watcher asks whether the process lives
    "readyz",  # bin/run waits for it
    "sign-in/",  # the door itself
    "fhir/metadata",  # FHIR asks that it be open; it holds no data
    "api/schema/",  # for makers of devices
    "api/docs/",
    "api/v1/time",  # a device without a valid key still needs a clock
}
# Django's own pages of the sign-in to the admin: they send a stranger to it.
ADMIN_SIGN_IN = {"admin/login/", "admin/jsi18n/"}
METHODS = ("get", "post", "put", "patch", "delete")
SAMPLES = {
    "uuid": "0190a0a0-0000-7000-8000-000000000001",
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
    "type": "Patient",
    "fhirid": "rosa",
    "anything": "x",
}


def addresses(patterns=None, prefix=""):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def concrete(route):
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLES[m.group(1) or "str"], route)
    filled = re.sub(r"\(\?P<\w+>[^)]*\)", "x", filled)
    return "/" + re.sub(r"[\^$?\\]|\(.*\)", "", filled)


LOCKED = sorted(set(addresses()) - PUBLIC - ADMIN_SIGN_IN)


def opened(client, route):
    """The methods by which a stranger gets more than the way to the sign-in."""
    answers = {method: getattr(client, method)(concrete(route)) for method in METHODS}
    return {
        method: answer.status_code for method, answer in answers.items() if not is_refused(answer)
    }


def is_refused(answer):
    if answer.status_code == 302:
        return bool(re.match(r"/sign-in/|/admin/login/|/admin/$", answer["Location"]))
    return answer.status_code in (401, 403, 404, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("route", LOCKED)
def test_a_stranger_gets_nothing(client, route):
    assert opened(client, route) == {}


@pytest.mark.django_db
def test_an_open_door_would_be_found(client):
    assert opened(client, "api/v1/time") == {"get": 200}


@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_every_public_address_exists(route):
    assert route in set(addresses())
