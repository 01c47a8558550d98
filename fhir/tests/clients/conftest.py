"""A real web server with real transactions, and a token from the command that gives them out."""

from io import StringIO

import pytest
from django.core.management import call_command


def token(scope="system/*.cruds"):
    """What ``manage.py fhir_token`` prints."""
    out = StringIO()
    call_command("fhir_token", client="Tests of clients", scope=scope, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def base(live_server):
    """Address of the FHIR server."""
    return f"{live_server.url}/fhir"


@pytest.fixture
def bearer(live_server):
    """A token that opens everything."""
    return token()
