"""Deleting: a tombstone stays, versions go on, and nothing is left that points to nothing."""

import pytest
from django.utils import timezone

from fhir.errors import NotFound, PreconditionFailed, StillReferredTo
from fhir.models import Change, DateValue, StoredResource, StoredSubject, StringValue
from fhir.principal import SYSTEM
from fhir.tests.writing.conftest import condition, delete, done, patient, put, versions
from fhir.writing import write
from fhir.writing.complaints import Guarded
from patients.models import Condition, FacilityLink, Patient

pytestmark = pytest.mark.django_db


def test_a_delete_leaves_a_tombstone_that_holds_the_whole():
    write([put(patient())], by=SYSTEM)
    (written,) = write([delete("Patient", "rosa")], by=SYSTEM)
    tombstone = Change.objects.of("Patient", "rosa").first()
    assert (written.done, written.version, written.record) == ("deleted", 2, None)
    assert (tombstone.op, tombstone.version, tombstone.before["name"]) == (
        "delete",
        2,
        patient()["name"],
    )
    assert not Patient.objects.exists()


def test_deleting_again_does_nothing():
    write([put(patient())], by=SYSTEM)
    write([delete("Patient", "rosa")], by=SYSTEM)
    (again,) = write([delete("Patient", "rosa")], by=SYSTEM)
    assert (again.done, again.version, len(versions("Patient", "rosa"))) == ("deleted", 2, 2)


def test_what_never_was_cannot_be_deleted():
    with pytest.raises(NotFound):
        write([delete("Patient", "rosa")], by=SYSTEM)


def test_created_again_its_versions_go_on():
    write([put(patient())], by=SYSTEM)
    write([delete("Patient", "rosa")], by=SYSTEM)
    (again,) = write([put(patient())], by=SYSTEM)
    assert (again.done, again.version) == ("created", 3)
    assert versions("Patient", "rosa") == [(1, "create"), (2, "delete"), (3, "create")]


def test_a_stale_version_is_not_deleted():
    write([put(patient())], by=SYSTEM)
    with pytest.raises(PreconditionFailed):
        write([delete("Patient", "rosa", expected_version=2)], by=SYSTEM)


def test_what_others_refer_to_stays():
    write([put(patient()), put(condition()), put(condition("cold"))], by=SYSTEM)
    with pytest.raises(StillReferredTo, match="2 Condition"):
        write([delete("Patient", "rosa")], by=SYSTEM)
    assert Patient.objects.count() == 1


def test_who_refers_is_told_only_as_far_as_one_may_see(limited, rosa, harbour, hill):
    """The stranger's client learns that there is something, not what."""
    from fhir.writing.deleting import _who_refers
    from fhir.writing.drafts import Draft
    from fhir.writing.intents import Intent
    from patients.models import Encounter

    FacilityLink.objects.all().delete()
    draft = Draft(Intent("delete", "Patient", "rosa"), None, ("Patient", "rosa"), {})
    rows = [Encounter._base_manager.filter(patient=rosa)]
    assert "Encounter" in _who_refers(draft, rows, SYSTEM)
    assert "Encounter" not in _who_refers(draft, rows, limited)


def test_what_refers_may_go_in_the_same_transaction():
    write([put(patient()), put(condition())], by=SYSTEM)
    assert done([delete("Patient", "rosa"), delete("Condition", "flu")]) == ["deleted", "deleted"]


def test_what_refers_may_point_elsewhere_in_the_same_transaction():
    write([put(patient()), put(patient("rose")), put(condition())], by=SYSTEM)
    moved = put(condition(subject="Patient/rose"))
    assert done([delete("Patient", "rosa"), moved]) == ["deleted", "updated"]


def test_nothing_new_points_to_what_goes_in_the_same_transaction():
    write([put(patient())], by=SYSTEM)
    write([delete("Patient", "rosa"), put(condition())], by=SYSTEM)
    assert Condition.objects.get().patient is None


def test_side_rows_go_along():
    hospital = {"resourceType": "Organization", "id": "h", "name": "Harbour"}
    home = {"managingOrganization": {"reference": "Organization/h"}}
    write([put(hospital), put(patient(**home))], by=SYSTEM)
    assert FacilityLink.objects.count() == 1
    write([delete("Patient", "rosa")], by=SYSTEM)
    assert not FacilityLink.objects.exists()


def test_what_it_was_found_by_goes_along():
    basic = {
        "resourceType": "Basic",
        "id": "b",
        "code": {"text": "x"},
        "created": "2024",
        "subject": {"reference": "Patient/rosa"},
    }
    write([put(patient()), put(basic)], by=SYSTEM)
    key = StoredResource.objects.get().pk
    write([delete("Basic", "b")], by=SYSTEM)
    found = [DateValue, StringValue]
    assert not any(model.objects.filter(record_id=key).exists() for model in found)
    assert not StoredSubject.objects.exists()


def test_the_history_of_what_is_gone_stays_with_its_patient():
    write([put(patient()), put(condition())], by=SYSTEM)
    write([delete("Condition", "flu")], by=SYSTEM)
    assert Change.objects.of("Condition", "flu").first().patient_id == Patient.objects.get().pk


@pytest.fixture
def signed(db):
    note = {
        "resourceType": "DocumentReference",
        "id": "note",
        "status": "current",
        "description": "Seen today",
        "content": [{"attachment": {"contentType": "text/plain", "title": "Note"}}],
    }
    (written,) = write([put(note)], by=SYSTEM)
    from patients.models import DocumentReference

    DocumentReference.objects.filter(pk=written.record.pk).update(
        signed_sha256="x", signed_at=timezone.now(), version=2
    )
    return note


@pytest.mark.parametrize("way", ["update", "delete"])
def test_a_signed_note_is_guarded(signed, way):
    changed = signed | {"description": "Not seen"}
    wish = put(changed) if way == "update" else delete("DocumentReference", "note")
    with pytest.raises(Guarded, match="signed note") as caught:
        write([wish], by=SYSTEM)
    assert caught.value.status == 409
