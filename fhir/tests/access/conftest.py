"""Who knocks: people and programs that see the hidden chart, or must not learn that it is there."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from oauth2_provider.models import AccessToken

from accounts.clients import tokens
from accounts.clients.registering import Registration, register, switch_off
from fhir.principal import SYSTEM
from fhir.tests.access import hidden
from tests.cast import staff

ALL = "system/*.cruds"
SIGHTED = ("everywhere", "at_hill")


@dataclass(frozen=True)
class Knocker:
    """Somebody at the door, with a token or a session."""

    browser: Browser
    token: str = ""

    def ask(self, request):
        name = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.browser.generic(
            request.method,
            request.path,
            request.body,
            request.content_type,
            headers=name | dict(request.headers),
        )


@pytest.fixture(autouse=True)
def no_count_from_before(db):
    cache.clear()


@pytest.fixture
def cast(hidden_chart, harbour, hill):
    """Makes the one who is asked for by name."""
    people = {
        "administrator": lambda: staff("root", "administrator", harbour, is_staff=True),
        "doctor": lambda: staff("ames", "doctor", harbour),
    }
    programs = {
        "everywhere": Registration("everywhere", ALL, all_facilities=True),
        "at_hill": Registration("at_hill", ALL, [hill]),
        "limited": Registration("limited", ALL, [harbour]),
        "without_facility": Registration("without_facility", ALL),
        "without_scope": Registration("without_scope", "system/Slot.cruds", all_facilities=True),
        "expired": Registration("expired", ALL, all_facilities=True),
        "switched_off": Registration("switched_off", ALL, all_facilities=True),
    }

    def named(name):
        if name == "stranger":
            return Knocker(browser())
        if name in people:
            return Knocker(browser(people[name]()))
        return _program(programs[name])

    return named


def _program(registration):
    client, _ = register(by=SYSTEM, as_said=registration)
    hour = timedelta(hours=1)
    token = tokens.issue(by=SYSTEM, client=client, scope=registration.scope, life=hour)
    if registration.name == "expired":
        AccessToken.objects.update(expires="2020-01-01T00:00Z")
    if registration.name == "switched_off":
        switch_off(by=SYSTEM, client=client)
    return Knocker(browser(), token)


def browser(user=None):
    """What keeps the session of a user, and shows what goes wrong inside as an answer."""
    found = Browser(raise_request_exception=False)
    if user is not None:
        found.force_login(user)
    return found


@pytest.fixture
def hidden_chart(harbour, hill, rosa):
    """The chart at Hill, a deleted record of it, and one that moved from it into Rosa's."""
    hidden.put(*hidden.records())
    hidden.put(*hidden.gone())
    for each in hidden.gone():
        hidden.delete(each["resourceType"], each["id"])
    hidden.put(hidden.observation("moved-1", code_="9999-2"))
    mine = {"effectiveDateTime": "2001-01-01T01:01:01Z", "valueQuantity": {"value": 1}}
    mine |= {"code": {"text": "Visible"}, "subject": {"reference": "Patient/rosa"}}
    hidden.put(hidden.observation("moved-1", **mine))
    # Two that refer to somebody else: one to what is hidden, one to nothing.
    for id_, other in (("rosas-1", hidden.HERE), ("rosas-2", hidden.NOWHERE)):
        focus = [{"reference": f"{type_}/{other}"} for type_ in ("Patient", "Observation")]
        hidden.put(hidden.observation(id_, focus=focus, **mine))
