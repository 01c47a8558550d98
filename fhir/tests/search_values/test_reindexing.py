"""Rows of an older release are found as well: reindexed once, without a new version."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from fhir import changes
from fhir.models import Change, DateValue, NumberValue, Record, StoredResource, StringValue
from fhir.principal import SYSTEM
from fhir.reindexing import Reindex, reindex
from fhir.search.keys import key
from fhir.search.values import forget
from fhir.tests.search_values.samples import pressure, stored
from patients.models import Encounter, Observation, Patient

pytestmark = pytest.mark.django_db


def unindexed(*records):
    """The records as a release left them that did not know what they are found by."""
    for record in records:
        table = record._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{table}" SET search_tokens = %s WHERE id = %s', [[], record.pk]
            )
    forget(record.pk for record in records)


def tokens(record):
    return set(type(record).objects.get(pk=record.pk).search_tokens)


@pytest.fixture
def old(rosa):
    """Rosa, her blood pressure and a resource without a table, all unindexed."""
    observation = changes.create(pressure(rosa), by=SYSTEM)
    account = changes.create(stored(), by=SYSTEM)
    unindexed(rosa, observation, account)
    return rosa, observation, account


def test_an_old_row_is_found_by_nothing(old):
    assert not tokens(old[0])


@pytest.mark.parametrize("model", [Patient, Observation, StoredResource])
def test_a_reindexed_row_has_its_tokens(old, model):
    record = next(each for each in old if isinstance(each, model))
    reindex(model)
    assert set(record.search_tokens) == tokens(record) != set()


def test_a_reindexed_row_has_its_texts(old):
    reindex(Patient)
    family = key("Patient", "family")
    assert StringValue.objects.filter(record_id=old[0].pk, key=family).count() == 1


def test_a_reindexed_row_has_its_amounts(old):
    reindex(Observation)
    assert NumberValue.objects.filter(record_id=old[1].pk).exists()


def test_reindexing_makes_no_version(old):
    before = Change.objects.count()
    reindex(Observation)
    assert (Observation.objects.get(pk=old[1].pk).version, Change.objects.count()) == (1, before)


def test_reindexing_twice_leaves_nothing_twice(old):
    reindex(Patient)
    once = StringValue.objects.filter(record_id=old[0].pk).count()
    reindex(Patient)
    assert StringValue.objects.filter(record_id=old[0].pk).count() == once


def test_every_row_is_reached_over_several_batches(old, otto, monkeypatch):
    monkeypatch.setattr("fhir.reindexing.AT_ONCE", 1)
    unindexed(otto)
    assert (reindex(Patient), bool(tokens(old[0])), bool(tokens(otto))) == (2, True, True)


def test_what_a_row_points_to_is_asked_for_once(rosa, otto, django_assert_max_num_queries):
    for _ in range(3):
        changes.create(pressure(rosa), by=SYSTEM)
        changes.create(pressure(otto), by=SYSTEM)
    with django_assert_max_num_queries(12):
        reindex(Observation)


def test_a_visit_is_found_by_its_patient_again(rosa):
    visit = Encounter.objects.filter(patient=rosa).first()
    unindexed(visit)
    reindex(Encounter)
    assert key("Encounter", "subject", rosa.reference) in tokens(visit)


def test_the_operation_of_a_migration_does_the_same(old):
    operation = Reindex("Patient")

    class State:
        pass

    State.apps = apps
    operation.database_forwards("patients", None, None, State)
    assert tokens(old[0])


def test_only_the_named_stored_type_is_reindexed(old):
    call_command("reindex", "Basic", stdout=StringIO())
    assert not tokens(old[2])


def test_the_command_reindexes_everything(old):
    said = StringIO()
    call_command("reindex", stdout=said)
    assert all(map(tokens, old))
    assert "Observation: 1" in said.getvalue()


def test_the_command_refuses_what_is_no_type():
    with pytest.raises(CommandError, match="Petient"):
        call_command("reindex", "Petient")


def test_every_table_of_records_is_indexed_by_what_it_is_found_by():
    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, Record)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%USING gin (search_tokens)%'"
        )
        indexed = {name for (name,) in cursor.fetchall()}
    assert tables == indexed


def test_every_table_of_records_is_reindexed_by_a_migration():
    from django.db.migrations.loader import MigrationLoader

    done = {
        (app, operation.model)
        for (app, _), migration in MigrationLoader(connection).disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, Reindex)
    }
    records = {
        (model._meta.app_label, model._meta.object_name)
        for model in apps.get_models()
        if issubclass(model, Record)
    }
    assert records == done


def test_nothing_is_left_of_a_forgotten_record(rosa):
    forget([rosa.pk])
    tables = (DateValue, StringValue, NumberValue)
    assert not any(table.objects.filter(record_id=rosa.pk).exists() for table in tables)
