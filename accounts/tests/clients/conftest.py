"""Clients of the cast: one of every facility, one of Harbour only, and how they sign in."""

from urllib.parse import urlencode

import pytest

from accounts.clients.registering import Registration, register
from accounts.clients.views import FORM
from fhir.principal import SYSTEM


@pytest.fixture
def lab(harbour):
    """A laboratory of Harbour, that reads everything there, with its secret."""
    return register(by=SYSTEM, as_said=Registration("Lab", "system/*.rs", [harbour]))


@pytest.fixture
def post(client):
    """Send a form as a program does."""

    def send(where, form, **more):
        return client.post(where, urlencode(form), content_type=FORM, **more)

    return send


@pytest.fixture
def sign_in(post):
    """Ask the token endpoint."""

    def ask(registered, **form):
        program, secret = registered
        said = {"grant_type": "client_credentials", "client_id": program.client_id}
        return post("/oauth/token", said | {"client_secret": secret} | form)

    return ask


@pytest.fixture
def read(client):
    """Read Organization with a token, the quickest question that needs one."""

    def ask(token, **headers):
        return client.get("/fhir/Organization", headers={"Authorization": f"Bearer {token}"})

    return ask
