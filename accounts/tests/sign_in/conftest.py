"""Somebody at the door, with what opens it."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from accounts.sign_in.adapter import HouseAdapter

PASSWORD = "marmots over the gate"


class Door:
    """A browser before the door, and what its user knows and carries."""

    def __init__(self, client):
        self.client = client

    def password(self, username="ames", password=PASSWORD, **more):
        return self.client.post("/sign-in/", {"username": username, "password": password}, **more)

    def code(self, code):
        return self.client.post("/sign-in/code/", {"code": code})

    def opens(self, path="/account/"):
        """Whether the page behind the door is shown."""
        return self.client.get(path).status_code == 200


def code_of(factor, steps=0):
    """What the app of ``factor`` shows now, or some steps of half a minute later."""
    secret = HouseAdapter().decrypt(factor.data["secret"])
    return code_for(secret, steps)


def code_for(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def secret_on(page):
    """The key on the page that sets up an app."""
    return re.search(r"<code data-secret>([^<]+)</code>", page)[1].replace(" ", "")


@pytest.fixture
def required(settings):
    """As in a house with real patients."""
    settings.SECOND_FACTOR = True


@pytest.fixture
def ada(dr_ames):
    dr_ames.set_password(PASSWORD)
    dr_ames.save()
    return dr_ames


@pytest.fixture
def app(ada):
    """The authenticator app on Ada's telephone."""
    return TOTP.activate(ada, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").instance


@pytest.fixture
def door(client):
    return Door(client)


@pytest.fixture
def signed_in(door, app):
    """Ada behind the door, by password and code."""
    door.password()
    door.code(code_of(app))
    return door
