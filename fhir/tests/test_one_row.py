"""One row by a compiled statement is the row that Django would have found."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import record_access
from accounts.models import AuditEvent
from fhir import changes
from fhir.one_row import OneRow
from fhir.principal import SYSTEM
from fhir.registry import mapping
from fhir.tests.search.shelf import put

HOSPITAL = {"resourceType": "Organization", "id": "north", "name": "Northside"}
ROSA = {
    "resourceType": "Patient",
    "id": "rosa",
    "name": [{"family": "Lindqvist"}],
    "birthDate": "1960-03-12",
    "managingOrganization": {"reference": "Organization/north"},
    "extension": [{"url": "urn:x", "valueDecimal": 1}],
}
WEIGHT = {
    "resourceType": "Observation",
    "id": "weight",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/rosa"},
    "valueQuantity": {"value": 70, "unit": "kg"},
}
FLAG = {"resourceType": "Basic", "id": "flag", "code": {"text": "a type without a table"}}
ALL = [HOSPITAL, ROSA, WEIGHT, FLAG]


def rows(type_):
    return mapping(type_).queryset()


@pytest.fixture
def stored(db):
    for resource in ALL:
        put(resource)


def content(record):
    """All columns, annotations, and rows that came along."""
    own = {name: value for name, value in vars(record).items() if name != "_state"}
    return own, {name: content(row) for name, row in joined(record).items()}


def joined(record):
    return {name: row for name, row in record._state.fields_cache.items() if row is not None}


@pytest.mark.parametrize("resource", ALL, ids=lambda each: each["resourceType"])
def test_it_is_the_row_of_django(stored, resource):
    every = rows(resource["resourceType"])
    which = every.filter(fhir_id=resource["id"])
    assert content(OneRow(every).of(which)) == content(which.get())


def test_annotations_come_along(stored):
    record_access(by=SYSTEM, action="read", entities=["Patient/rosa"])
    every = rows("AuditEvent")
    which = every.filter(pk=AuditEvent.objects.values("pk")[:1])
    assert content(OneRow(every).of(which)) == content(which.get())


def test_it_asks_once_with_all_that_comes_along(stored):
    patients = OneRow(rows("Patient"))
    with CaptureQueriesContext(connection) as asked:
        found = patients.of(rows("Patient").filter(fhir_id="rosa"))
        assert found.managing_organization.name == "Northside"
    assert len(asked) == 1


def test_the_row_can_be_saved(stored):
    found = OneRow(rows("Patient")).of(rows("Patient").filter(fhir_id="rosa"))
    assert changes.update(found, by=SYSTEM, expected=1).version == 2


@pytest.mark.parametrize("nothing", [{"fhir_id": "nobody"}, {"pk__in": []}])
def test_of_nothing_there_is_no_row(stored, nothing):
    assert OneRow(rows("Patient")).of(rows("Patient").filter(**nothing)) is None
