"""The clinic goes through the same door as any import, whole, and comes out as it went in."""

from __future__ import annotations

import pytest

from fhir.codec import same
from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.registry import mapping, render

pytestmark = pytest.mark.django_db


def load(bundle):
    entries = [
        (f"entry {number}", entry["resource"], entry["fullUrl"])
        for number, entry in enumerate(bundle["entry"], 1)
    ]
    return take_in(entries, by=SYSTEM, origin="demo")


@pytest.fixture
def loaded(clinic):
    return [load(bundle) for bundle in clinic]


def test_every_resource_is_taken_in(loaded, resources):
    assert [refused for outcome in loaded for refused in outcome.refused] == []
    assert sum(outcome.created for outcome in loaded) == len(resources)


def test_a_second_load_changes_nothing(loaded, clinic, resources):
    again = [load(bundle) for bundle in clinic]
    assert sum(outcome.unchanged for outcome in again) == len(resources)


def test_every_resource_reads_back_as_it_was_told(loaded, resources):
    changed = [
        (resource["resourceType"], resource["id"])
        for resource in resources
        if not same(without_meta(read_back(resource)), without_meta(resource))
    ]
    assert changed == []


def read_back(resource):
    kind = mapping(resource["resourceType"])
    rows = kind.model.objects.filter(fhir_id=resource["id"])
    if hasattr(kind.model, "type") and hasattr(kind.model, "content"):
        rows = rows.filter(type=resource["resourceType"])
    return render(rows.get())


def without_meta(resource):
    return {name: value for name, value in resource.items() if name != "meta"}
