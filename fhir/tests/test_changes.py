"""Every version of a record is in the history, and nothing changes without one."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from fhir import changes
from fhir.errors import VersionConflict
from fhir.known import Known
from fhir.models import Change
from fhir.principal import SYSTEM
from fhir.registry import mapping, render
from patients.models import Condition, Patient

pytestmark = pytest.mark.django_db
WITHIN_S = 120


def flu(patient):
    return changes.create(
        Condition(patient=patient, code_text="Influenza", clinical_status="active"), by=SYSTEM
    )


def test_an_update_keeps_what_it_replaced(rosa):
    condition = flu(rosa)
    first = render(condition)
    condition.clinical_status = "resolved"
    changes.update(condition, by=SYSTEM)
    newest = Change.objects.of("Condition", condition.fhir_id).first()
    assert newest.before == first


def test_a_stale_version_is_refused(rosa):
    condition = flu(rosa)
    stale = Condition.objects.get(pk=condition.pk)
    condition.clinical_status = "resolved"
    changes.update(condition, by=SYSTEM)
    stale.clinical_status = "inactive"
    with pytest.raises(VersionConflict):
        changes.update(stale, by=SYSTEM)


def test_the_database_refuses_a_change_without_a_version(rosa):
    condition = flu(rosa)
    with pytest.raises(DatabaseError, match="without a new version"), transaction.atomic():
        Condition.objects.filter(pk=condition.pk).update(code_text="Nothing")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fhir_change SET op='delete'",
        "DELETE FROM fhir_change",
        "TRUNCATE fhir_change",
        "DELETE FROM accounts_auditevent",
        "UPDATE accounts_auditevent SET action=''",
    ],
)
def test_the_application_cannot_rewrite_history(rosa, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_every_record_has_its_guard(db):
    from django.apps import apps

    from fhir.models import Record

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname='version_grows'"
        )
        guarded = {row[0] for row in cursor.fetchall()}
    records = {m._meta.db_table for m in apps.get_models() if issubclass(m, Record)}
    assert records == guarded


def test_editing_a_column_drops_its_extension_and_the_narrative(rosa):
    sent = {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": "<div>Rosa, 1960</div>"},
        "birthDate": "1960",
        "_birthDate": {"extension": [{"url": "urn:x", "valueString": "guessed"}]},
        "gender": "female",
        "_gender": {"extension": [{"url": "urn:y", "valueString": "kept"}]},
    }
    patient = mapping("Patient").read(sent, Known())
    changes.create(patient, by=SYSTEM)
    patient.birth_date_high = patient.birth_date_low
    changes.update(patient, by=SYSTEM)
    now = render(patient)
    assert ("text" in now, "_birthDate" in now, "_gender" in now) == (False, False, True)


@pytest.mark.django_db(transaction=True)
def test_a_reader_never_skips_a_slow_transaction(rosa):
    """A change with a lower number that commits later is still delivered."""
    started, release = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            flu(Patient.objects.get(pk=rosa.pk))
            started.set()
            release.wait(WITHIN_S)
        connection.close()

    last = Change.objects.order_by("-seq").first().seq
    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(WITHIN_S)
    flu(rosa)
    seen_while_open = changes.committed_since(last)
    release.set()
    thread.join()
    assert seen_while_open == []
    assert len(changes.committed_since(last)) == 2
