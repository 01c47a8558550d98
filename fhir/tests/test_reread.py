"""New columns take over what ``extra`` held; what a row says does not change by a letter."""

import pytest
from django.db import connection

from fhir import changes
from fhir.principal import SYSTEM
from fhir.registry import mapping, render
from fhir.reread import reread
from patients.models import Patient

DOCTOR = {"reference": "Practitioner/elsewhere", "display": "Dr Far"}
COMMENT = [{"url": "urn:x", "valueDecimal": "1.50"}]


@pytest.fixture
def old(rosa):
    """Rosa as a release wrote her that had no column for doctors and extensions."""
    rosa.extra = rosa.extra | {"generalPractitioner": [DOCTOR], "extension": COMMENT}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE patients_patient DISABLE TRIGGER version_grows")
    rosa.save()
    return rosa


@pytest.fixture
def read(old):
    before = render(old)
    reread(Patient, mapping("Patient"))
    return before, Patient.objects.get(pk=old.pk)


def test_the_columns_are_filled(read):
    assert (read[1].general_practitioners, read[1].extensions) == ([DOCTOR], COMMENT)


def test_extra_holds_it_no_more(read):
    assert not {"generalPractitioner", "extension"} & read[1].extra.keys()


def test_the_resource_says_the_same(read):
    assert render(read[1]) == read[0]


def test_the_version_is_what_it_was(read):
    assert read[1].version == 1


def test_an_edit_of_the_new_column_keeps_the_rest(read):
    patient = read[1]
    patient.extensions = [*patient.extensions, {"url": "urn:y", "valueBoolean": True}]
    changes.update(patient, by=SYSTEM)
    assert [each["url"] for each in render(patient)["extension"]] == ["urn:x", "urn:y"]


def test_every_row_is_read(old, otto):
    assert reread(Patient, mapping("Patient")) == 2
