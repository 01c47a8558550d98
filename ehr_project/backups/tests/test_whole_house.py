"""From the command line: a night's round by the worker, a restore onto a new machine."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from ehr_project import tasks
from ehr_project.backups import rounds
from ehr_project.backups.tests.conftest import KEY
from ehr_project.database import Cluster, scratch_folder
from ehr_project.models import Backup
from ehr_project.running_house import ROOT
from fhir.roles import grant

TOLD = ("DATABASE_", "CHARTWAVE_", "SECRET_KEY")


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_a_backup_that_is_due(settings, tmp_path, monkeypatch):
    settings.BACKUP_NIGHTLY = True
    monkeypatch.setenv("CHARTWAVE_DATA", str(tmp_path))
    monkeypatch.setenv("CHARTWAVE_BACKUPS", str(tmp_path / "kept"))
    tasks.back_up_when_due(lambda: False)
    tasks.back_up_when_due(lambda: False)
    backup = Backup.objects.get()  # the second time none was due
    assert backup.outcome == "verified"
    assert (tmp_path / "kept" / backup.file).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_has_to_end_does_not_wait_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("CHARTWAVE_DATA", str(tmp_path))
    assert rounds.run_apart(lambda: True) != 0
    assert not (tmp_path / "backups").exists()


@pytest.mark.django_db(transaction=True)
def test_it_runs_on_this_very_database(settings):
    assert f"dbname={connection.settings_dict['NAME']}" in rounds.address()


def manage(data, *words, **told):
    """One command, told nothing of the database of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(TOLD)}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=kept | {"CHARTWAVE_DATA": str(data)} | told,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


RIGHTS = {
    "reads patients": True,
    "rewrites history": False,
    "removes audit": False,
    "noted the restore": 1,
}


def ask(url):
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT has_table_privilege('patients_patient', 'SELECT'), "
            "has_table_privilege('fhir_change', 'UPDATE'), "
            "has_table_privilege('accounts_auditevent', 'DELETE'), "
            "(SELECT count(*) FROM accounts_auditevent WHERE action = 'restore')"
        ).fetchone()
    return dict(zip(RIGHTS, row, strict=True))


@pytest.fixture
def machine():
    with scratch_folder() as data:
        yield data


def test_a_backup_is_restored_onto_a_new_machine(backup, machine):
    done = manage(machine, "restore", str(backup.file), CHARTWAVE_BACKUP_KEY=KEY.written())
    assert done.returncode == 0, done.stderr
    assert f"Restored {backup.made.rows} rows" in done.stdout
    assert (machine / "secret-key").read_text() == "secret of the house"
    assert (machine / "backup-key").read_text().strip() == KEY.written()

    again = manage(machine, "restore", str(backup.file))
    assert again.returncode == 1
    assert "not empty" in again.stderr

    cluster = Cluster(machine)
    try:
        ours = ask(cluster.start().app_url)
    finally:
        cluster.stop()
    assert ours == RIGHTS


def test_what_an_older_backup_lacks_is_not_granted(source, django_db_blocker):
    """Grants name the tables of this version; a restored one may have fewer."""
    source.run("DROP TABLE accounts_auditseal")
    settings_dict = connections["default"].settings_dict | {"NAME": source.name}
    connections["older"] = DatabaseWrapper(settings_dict, "older")
    try:
        with django_db_blocker.unblock():
            grant(using="older")
    finally:
        connections["older"].close()
        del connections["older"]
    rights = "SELECT has_table_privilege(%s, 'fhir_change', 'UPDATE')"
    assert source.run(rights, os.environ["DATABASE_APP_ROLE"]) == [(False,)]
