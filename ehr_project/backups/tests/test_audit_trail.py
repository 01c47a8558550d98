"""After a restore the audit trail goes on under seal, and says what the restore has lost."""

import shutil
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import audit
from accounts.models import AuditEvent, AuditSeal
from accounts.trail.heads import FOLDER
from accounts.trail.sealing import seal_all
from ehr_project.backups.tests.conftest import KEY, back_up, database
from fhir.principal import SYSTEM


@contextmanager
def house(place, data):
    """A house works with this database and this data folder."""
    usual = connection.settings_dict["NAME"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DATA_DIR", data)
        connection.close()
        connection.settings_dict["NAME"] = place.name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual


def act(name):
    return audit.record(SYSTEM, name).pk


@pytest.fixture(scope="module")
def story(tables, django_db_blocker, tmp_path_factory):
    """Acts before and after a backup; then it is put back into another house, which goes on."""
    old, new, kept, elsewhere = map(tmp_path_factory.mktemp, ("old", "new", "kept", "elsewhere"))
    rows = {}
    with django_db_blocker.unblock(), database(template=tables) as first, database() as second:
        with house(first, old):
            rows["before"] = act("before")
            seal_all()
            rows["waits"] = act("waits")  # the sealer was not there yet
            connection.close()
            made = back_up(first, old, kept)
            rows["after"] = act("after")
            seal_all()
            rows["late"] = act("late")
            seal_all()
        shutil.copytree(old / FOLDER, elsewhere / FOLDER)
        with house(second, new), pytest.MonkeyPatch.context() as patch:
            patch.setenv("CHARTWAVE_BACKUP_KEY", KEY.written())
            call_command("restore", str(made.file), verbosity=0)
            rows["since"] = act("since")
            seal_all()
            yield rows, elsewhere / FOLDER, new / FOLDER


@pytest.fixture
def verify(story, capsys):
    """What ``manage.py audit verify`` prints with these heads, its exit code, and its last word."""

    def run(heads):
        try:
            call_command("audit", "verify", "--heads", str(heads))
        except CommandError as error:
            return error.returncode, capsys.readouterr().out, str(error)
        return 0, capsys.readouterr().out, ""

    return run


def test_the_sealing_goes_on_where_the_backup_ended(story):
    first, second = AuditSeal.objects.order_by("number")
    restored = AuditEvent.objects.get(action="restore").pk
    rows = story[0]
    assert first.events == [rows["before"]]
    assert second.events == [rows["waits"], restored, rows["since"]]


def test_with_the_heads_of_the_new_house_nothing_differs(story, verify):
    code, said, _ = verify(story[2])
    assert (code, "Nothing was tampered with" in said) == (0, True), said


def test_with_the_heads_of_before_what_is_lost_is_named(story, verify):
    rows, before, _ = story
    code, said, last = verify(before)
    named = [line.split(":")[0] for line in said.splitlines() if "LOST" in line]
    assert code == 1
    assert named == [f"row {rows['after']}, seal 2", f"row {rows['late']}, seal 3"]
    assert "2 rows were written after the backup" in last


def test_nothing_else_is_said_to_be_wrong(story, verify):
    said = verify(story[1])[1]
    assert [line for line in said.splitlines() if line.startswith(("row", "seal"))] == [
        line for line in said.splitlines() if "LOST" in line
    ]


def test_whoever_compares_with_a_new_copy_goes_on(story, verify, tmp_path):
    copy = shutil.copytree(story[2], tmp_path / "copy")
    assert verify(copy)[0] == 0


@pytest.mark.parametrize("name", ["before", "waits"])
def test_what_came_back_and_is_altered_since_is_named_all_the_same(story, verify, name):
    rows, before, _ = story
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditevent SET action = 'x' WHERE id = %s", [rows[name]])
        try:
            _code, said, last = verify(before)
        finally:
            cursor.execute(
                "UPDATE accounts_auditevent SET action = %s WHERE id = %s", [name, rows[name]]
            )
    assert f"row {rows[name]}, seal" in said
    assert "ALTERED" in said
    assert "evidence" in last


def test_without_a_restore_on_record_they_are_missing(story, verify):
    rows, before, _ = story
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditevent SET action = 'x' WHERE action = 'restore'")
        try:
            said = verify(before)[1]
        finally:
            cursor.execute("UPDATE accounts_auditevent SET action = 'restore' WHERE action = 'x'")
    assert "LOST" not in said
    assert f"row {rows['after']}, seal 2: DELETED" in said


def test_no_session_comes_with_a_backup(story):
    with connection.cursor() as cursor:
        for table in ("accounts_session", "django_session", "ehr_cache"):
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
