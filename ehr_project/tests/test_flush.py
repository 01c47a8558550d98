"""What a test with real transactions wrote is gone for the next one; the product's tables stay."""

from uuid import uuid4

import pytest
from django.db import connection

from fhir import changes
from fhir.models import Change
from fhir.principal import SYSTEM
from patients.models import Concept, DocumentReference, FormularyItem, Patient, ReferenceRange
from vitals.jobs import enqueue

ROUNDS = pytest.mark.parametrize("which", ["first", "second"])


@ROUNDS
@pytest.mark.django_db(transaction=True)
def test_the_next_test_finds_an_empty_house(which):
    assert not Patient.objects.exists()
    assert not Change.objects.exists()
    patient = changes.create(Patient(names=[{"family": "Left behind"}]), by=SYSTEM)
    changes.create(DocumentReference(patient=patient, status="current"), by=SYSTEM)


@ROUNDS
@pytest.mark.django_db(transaction=True)
def test_the_next_test_finds_the_products_tables_as_they_were(which):
    assert Concept.objects.filter(display="Written by a test").count() == 0
    assert FormularyItem.objects.count() > 300
    assert ReferenceRange.objects.exists()
    FormularyItem.objects.all().delete()
    ReferenceRange.objects.all().delete()
    Concept.objects.filter(pk=Concept.objects.first().pk).update(display="Written by a test")


@ROUNDS
@pytest.mark.django_db(transaction=True)
def test_the_next_test_finds_no_job(which):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
    enqueue(uuid4())
