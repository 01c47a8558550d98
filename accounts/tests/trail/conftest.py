"""An audit trail under seal, and somebody who owns the database and tampers with it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import audit
from accounts.models import AuditEvent
from accounts.trail.sealing import seal_all
from fhir.principal import SYSTEM


@pytest.fixture
def data(settings, tmp_path):
    """The data folder, where the heads are exported to."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def act(name):
    return audit.record(SYSTEM, name)


@pytest.fixture
def trail(transactional_db, data):
    """Five rows, each under a seal of its own."""
    rows = []
    for name in ("one", "two", "three", "four", "five"):
        rows.append(act(name))
        seal_all()
    return rows


@pytest.fixture
def as_owner():
    """Runs a statement with the rights of the owner of the tables, whom nothing stops."""

    def run(statement, *parameters):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
            cursor.execute("RESET ROLE")
            cursor.execute(statement, parameters)
            cursor.execute(f'SET ROLE "{role}"')

    return run


@pytest.fixture
def verify(capsys):
    """What ``manage.py audit verify`` prints, and its exit code."""

    def run(*words):
        code = 0
        try:
            call_command("audit", "verify", *words)
        except CommandError as error:
            code = error.returncode
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def chained_anew(as_owner):
    """Seals every row again from the first on, as somebody who covers his tracks would."""

    def run():
        as_owner("DELETE FROM accounts_auditseal")
        from accounts.trail import sealing

        for _ in range(AuditEvent.objects.count()):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(sealing, "MOST_ROWS", 1)
                sealing.seal()

    return run
