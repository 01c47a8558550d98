"""A look is noted by itself or with the act that it is part of."""

import uuid

import pytest
from django.db import connection, transaction

from accounts import audit
from accounts.models import AuditEvent
from fhir.principal import SYSTEM

PATIENT = uuid.UUID("01a20542-ba89-7842-82d3-d64abb269f5d")


def look():
    audit.record_access(
        by=SYSTEM, action="read", entities=["Patient/a"], patient_id=PATIENT, detail={"n": 1}
    )
    return AuditEvent.objects.get(action="read")


@pytest.mark.django_db(transaction=True)
def test_alone_it_is_noted_whole():
    noted = look()
    assert (noted.principal, noted.patient_id, noted.outcome) == (SYSTEM.label, PATIENT, "success")
    assert (noted.entities, noted.detail) == (["Patient/a"], {"n": 1})


@pytest.mark.django_db(transaction=True)
def test_the_commits_after_it_wait_for_the_disk_as_before():
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        before = cursor.fetchone()
        look()
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == before


@pytest.mark.django_db(transaction=True)
def test_in_an_act_that_fails_it_goes_with_it():
    with transaction.atomic():
        look()
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()
