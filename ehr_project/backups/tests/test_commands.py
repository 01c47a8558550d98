"""``manage.py backup``, what the house notes of it, and when the worker makes one."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent
from ehr_project.backups import rounds, standing
from ehr_project.backups.errors import BackupTrouble
from ehr_project.models import Backup


@pytest.fixture
def folders(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("CHARTWAVE_BACKUP_KEY", raising=False)
    settings.DATA_DIR = tmp_path / "data"
    settings.BACKUPS_DIR = tmp_path / "kept"
    settings.DATA_DIR.mkdir()
    standing.forget()
    yield tmp_path
    standing.forget()


def said(*words):
    out = io.StringIO()
    call_command("backup", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_night_makes_a_backup_and_tries_it(folders):
    text = said("nightly")
    backup = Backup.objects.get()
    assert (backup.kind, backup.outcome) == ("nightly", "verified")
    assert backup.file in text
    assert "Copy it to a safe place" in text
    assert standing.verified_once()
    acts = AuditEvent.objects.filter(action__startswith="backup").values_list("action", flat=True)
    assert set(acts) == {"backup", "backup-verify"}


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_no_longer_what_it_was_is_noted_as_failed(folders):
    said("make")
    file = next((folders / "kept").iterdir())
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(CommandError, match="damaged"):
        said("verify")
    backup = Backup.objects.get()
    assert (backup.outcome, backup.verified_at) == ("failed", None)
    assert "damaged" in backup.words
    assert "failed" in said("list")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_too_many(folders):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [rounds.LOCK])
    from concurrent.futures import ThreadPoolExecutor

    def other():
        try:
            return rounds.make_one(Backup.Kind.MANUAL)
        except BackupTrouble as trouble:
            return str(trouble)
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(1) as pool:
            assert "Another backup" in pool.submit(other).result()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [rounds.LOCK])


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_cannot_be_written_is_noted_with_the_reason(folders, settings):
    (folders / "kept").write_text("a file where the folder should be")
    with pytest.raises(CommandError):
        said("make")
    assert Backup.objects.get().outcome == "failed"


@pytest.mark.django_db
def test_without_a_backup_there_is_nothing_to_verify(folders):
    with pytest.raises(CommandError, match=r"manage\.py backup"):
        said("verify")


AT = datetime(2026, 11, 23, 2, 30, tzinfo=ZoneInfo("UTC"))


def noted(ago, outcome="verified"):
    at = AT - ago
    Backup.objects.create(
        made_at=at,
        kind="nightly",
        outcome=outcome,
        verified_at=at if outcome == "verified" else None,
    )


HOURS = timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now", "notes", "due"),
    [
        (AT, [], True),
        (AT, [(24 * HOURS, "verified")], True),
        (AT, [(5 * HOURS, "verified")], False),
        (AT + 9 * HOURS, [(14 * HOURS, "verified")], False),  # 11:30, a night's work is done
        (AT + 9 * HOURS, [(30 * HOURS, "verified")], True),  # it was off at night
        (AT, [(24 * HOURS, "made")], True),  # one that nobody tried is none
        (AT, [(5 * HOURS, "failed")], False),
        (AT, [(7 * HOURS, "failed")], True),
    ],
)
def test_when_a_backup_is_due(settings, now, notes, due):
    settings.BACKUP_NIGHTLY = True
    settings.BACKUP_HOUR = 2
    for ago, outcome in notes:
        noted(ago, outcome)
    assert rounds.due(now) is due


@pytest.mark.django_db
def test_the_demo_makes_none_by_itself(settings):
    settings.BACKUP_NIGHTLY = False
    assert not rounds.due(timezone.now())
