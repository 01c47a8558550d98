"""A stored type gets a table: ids, versions, content and history stay."""

import pytest

from fhir import changes
from fhir.known import Known
from fhir.models import Change, StoredResource
from fhir.principal import SYSTEM
from fhir.promote import move
from fhir.registry import mapping, render
from fhir.stored import stored_mapping
from patients.models import Condition

SENT = {
    "resourceType": "Condition",
    "id": "gout-1",
    "meta": {"profile": ["urn:x"]},
    "code": {"text": "Gout", "coding": [{"system": "urn:own", "code": "g", "userSelected": True}]},
    "subject": {"reference": "Patient/rosa", "display": "Rosa"},
    "onsetDateTime": "2019",
}


@pytest.fixture
def promoted(rosa):
    """Kept whole once, twice written, then moved, as if Condition had had no table before."""
    whole = stored_mapping("Condition")
    known = Known()
    known.look_up_references([SENT])
    stored = whole.read(SENT, known)
    whole.link([])
    stored.version = 2
    StoredResource.objects.bulk_create([stored])
    before = whole.render(stored)
    move(StoredResource, Condition)
    return before, Condition.objects.get(fhir_id="gout-1")


def test_the_content_is_what_it_was(promoted):
    before, condition = promoted
    assert render(condition) == before


def test_the_version_is_what_it_was(promoted):
    assert promoted[1].version == 2


def test_the_columns_are_filled(promoted, rosa):
    assert (promoted[1].patient, promoted[1].code_text) == (rosa, "Gout")


def test_nothing_is_left_behind(promoted):
    assert not StoredResource.objects.exists()


def test_history_goes_on(promoted):
    condition = promoted[1]
    condition.clinical_status = "active"
    changes.update(condition, by=SYSTEM)
    assert Change.objects.of("Condition", "gout-1").first().version == 3
    assert mapping("Condition").model is Condition
