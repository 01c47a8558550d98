"""The house behind TLS as its settings make it, and the devices of the third floor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fhir.tests.http.conftest import api, program
from vitals.tests.conftest import device, patch, patch_and_key, recording, worn

__all__ = ["api", "device", "patch", "patch_and_key", "program", "recording", "worn"]

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "CHARTWAVE_DEMO": "0",
    "CHARTWAVE_TLS": "1",
    "SECRET_KEY": "not-the-key-of-any-house-" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "ehr.example.org,testserver",
    "CSRF_TRUSTED_ORIGINS": "https://ehr.example.org",
    "DATABASE_URL": "postgresql://nobody@nowhere/nothing",
    "DJANGO_SETTINGS_MODULE": "ehr_project.settings",
}
PRINTED = """
import json
from django.conf import settings
print(json.dumps({n: getattr(settings, n) for n in dir(settings) if n.startswith(
    ("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "X_FRAME", "BEHIND_TLS"))}))
"""


def as_real_house(*words, **told):
    """Run Python as in a real house behind TLS; what it printed, and what it complained of."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("CHARTWAVE_", "PG"))}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment | REAL | told,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="session")
def real_settings():
    """What settings.py makes of the environment of a real house behind TLS."""
    done = as_real_house("-c", PRINTED)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def behind_tls(settings, real_settings):
    """The settings of a house behind TLS; ask with ``secure=True``."""
    for name, value in real_settings.items():
        setattr(settings, name, tuple(value) if name == "SECURE_PROXY_SSL_HEADER" else value)
    return real_settings
