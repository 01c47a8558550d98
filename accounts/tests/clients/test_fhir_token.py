"""``manage.py fhir_token``: a token on stdout, and nothing but it."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.clients.registering import switch_off
from accounts.clients.tokens import principal_of_token
from accounts.models import AuditEvent, Client
from fhir.principal import SYSTEM

pytestmark = pytest.mark.django_db


def fhir_token(client="nightly", scope="system/*.cruds", **more):
    out = StringIO()
    call_command("fhir_token", client=client, scope=scope, stdout=out, **more)
    return out.getvalue()


def test_prints_the_token_and_nothing_else():
    assert re.fullmatch(r"cwt_[\w-]{43}\n", fhir_token())


def test_the_token_opens_every_facility():
    assert principal_of_token(fhir_token().strip()).sees_everything


def test_the_token_holds_the_scope_that_was_asked_for():
    token = fhir_token(scope="system/Patient.rs").strip()
    assert dict(principal_of_token(token).interactions) == {"Patient": "rs"}


def test_the_client_is_registered_once():
    fhir_token()
    fhir_token(scope="system/Patient.r")
    assert Client.objects.get().name == "nightly"


def test_the_token_lives_as_long_as_asked():
    fhir_token(minutes=5)
    assert AccessToken.objects.get().expires <= timezone.now() + timedelta(minutes=5)


def test_both_are_on_record():
    fhir_token()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"register-client", "token"} <= actions


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "everything"},
        {"scope": ""},
        {"scope": "user/*.rs"},
        {"client": " "},
        {"client": "x" * 256},
        {"minutes": 0},
        {"minutes": -5},
        {"minutes": 100_000},
    ],
)
def test_a_wrong_word_is_named_and_registers_nothing(wrong):
    with pytest.raises(CommandError):
        fhir_token(**wrong)
    assert not Client.objects.exists()


def test_a_client_that_is_switched_off_gets_none():
    fhir_token()
    switch_off(by=SYSTEM, client=Client.objects.get())
    with pytest.raises(CommandError, match="switched off"):
        fhir_token()


def test_a_client_of_an_administrator_keeps_its_limits(lab):
    assert not principal_of_token(fhir_token("Lab", "system/*.r").strip()).sees_everything
    with pytest.raises(CommandError, match="registered for"):
        fhir_token("Lab")
