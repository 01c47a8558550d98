"""Which rows a program sees that is registered for one facility."""

import pytest

from accounts.models import Location, Organization
from fhir import changes
from fhir.models import Change, StoredResource
from fhir.principal import SYSTEM, Principal
from fhir.writing import Intent, write
from patients.access import visible
from patients.models import Condition, FacilityLink, Patient
from tests.cast import person, staff, visit
from vitals.models import Device


def limited(*facilities):
    return Principal(
        "client",
        "cw-1",
        facilities={str(place.pk): frozenset() for place in facilities},
        interactions={"*": "cruds"},
    )


EVERYWHERE = Principal("client", "cw-2", facilities=None, interactions={"*": "cruds"})


def put(*resources):
    return write([Intent("update", r["resourceType"], r["id"], r) for r in resources], by=SYSTEM)


def communication(id_, *patients):
    first, *others = [{"reference": f"Patient/{each.fhir_id}"} for each in patients] or [None]
    said = {"resourceType": "Communication", "id": id_, "status": "completed"}
    return said | ({"subject": first, "recipient": others} if others else {"subject": first})


@pytest.fixture
def hanne(hill):
    return person("Hanne", "Hiddensen", "200-1", hill)


def seen(model, by):
    return set(model.objects.visible_to(by))


def test_the_patients_who_are_known_at_its_facility(harbour, rosa, otto, hanne):
    assert seen(Patient, limited(harbour)) == {rosa, otto}


def test_a_visit_makes_a_patient_known(harbour, hanne):
    visit(hanne, harbour)
    assert seen(Patient, limited(harbour)) == {hanne}


def test_two_facilities_add_up(harbour, hill, rosa, hanne):
    assert seen(Patient, limited(harbour, hill)) == {rosa, hanne}


def test_without_a_facility_it_sees_nobody_and_nothing(harbour, rosa):
    by = limited()
    assert not any(seen(model, by) for model in (Patient, Organization, StoredResource))


def test_of_all_facilities_it_sees_everybody(rosa, hanne):
    assert seen(Patient, EVERYWHERE) == {rosa, hanne}


def test_the_records_of_its_patients_whoever_wrote_them(harbour, rosa, hanne):
    mine = changes.create(Condition(patient=rosa, code_text="a"), by=SYSTEM)
    changes.create(Condition(patient=hanne, code_text="b"), by=SYSTEM)
    changes.create(Condition(code_text="of nobody here"), by=SYSTEM)
    assert seen(Condition, limited(harbour)) == {mine}


def test_stored_resources_about_its_patients_only(harbour, rosa, hanne):
    put(communication("a", rosa), communication("b", hanne))
    assert {row.fhir_id for row in seen(StoredResource, limited(harbour))} == {"a"}


def test_not_those_that_also_tell_of_somebody_else(harbour, hill, rosa, hanne):
    put(communication("both", rosa, hanne))
    assert not seen(StoredResource, limited(harbour))
    assert {row.fhir_id for row in seen(StoredResource, limited(harbour, hill))} == {"both"}


@pytest.mark.parametrize("type_", ["Questionnaire", "ValueSet", "Substance"])
def test_shared_resources(harbour, type_):
    needed = {"Questionnaire": {"status": "draft"}, "ValueSet": {"status": "draft"}}
    code = {"code": {"text": "x"}} if type_ == "Substance" else needed[type_]
    put({"resourceType": type_, "id": "s", **code})
    assert {row.fhir_id for row in seen(StoredResource, limited(harbour))} == {"s"}


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Bundle", "id": "b", "type": "collection"},
        {"resourceType": "Basic", "id": "b", "code": {"text": "x"}},
        {"resourceType": "Parameters", "id": "b"},
        {
            "resourceType": "Communication",
            "id": "b",
            "status": "completed",
            "subject": {"identifier": {"value": "200-1"}},
        },
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_nothing_that_may_tell_of_somebody_without_naming_them(harbour, dr_ames, resource):
    from accounts.principals import principal_of

    put(resource)
    assert not seen(StoredResource, limited(harbour))
    assert not seen(StoredResource, principal_of(dr_ames))


def test_its_own_facility_and_institutions_that_are_none_of_this_house(harbour, hill):
    laboratory = changes.create(Organization(name="Laboratory"), by=SYSTEM)
    staff("baum", "doctor", hill)
    assert seen(Organization, limited(harbour)) == {harbour, laboratory}


def test_a_facility_where_patients_are_known_is_one_of_this_house(harbour, hill, hanne):
    assert FacilityLink.objects.filter(facility=hill).exists()
    assert seen(Organization, limited(harbour)) == {harbour}


def test_the_wards_of_its_facility(harbour, hill):
    mine = changes.create(Location(name="A", organization=harbour), by=SYSTEM)
    changes.create(Location(name="B", organization=hill), by=SYSTEM)
    assert seen(Location, limited(harbour)) == {mine}


def test_devices_of_its_facility_and_those_that_its_patients_bear(harbour, hill, rosa, hanne):
    rows = [
        Device(serial="here", facility=harbour),
        Device(serial="there", facility=hill),
        Device(serial="hers", patient_reference="Patient/rosa"),
        Device(serial="another's", patient_reference="Patient/hanne"),
    ]
    for row in rows:
        changes.create(row, by=SYSTEM)
    expected = {"here", "hers"}
    assert {row.serial for row in Device.objects.visible_to(limited(harbour))} == expected
    # However the rows were asked for.
    plain = visible(Device._base_manager.all(), limited(harbour))
    assert {row.serial for row in plain} == expected


def test_the_changes_of_what_it_sees(harbour, rosa, hanne):
    rows = visible(Change.objects.filter(type="Patient"), limited(harbour))
    assert {row.fhir_id for row in rows} == {"rosa"}


def test_of_what_was_deleted_too(harbour, rosa, hanne):
    for each in (rosa, hanne):
        gone = changes.create(Condition(patient=each, code_text="x"), by=SYSTEM)
        write([Intent("delete", "Condition", gone.fhir_id)], by=SYSTEM)
    rows = visible(Change.objects.filter(type="Condition", op="delete"), limited(harbour))
    assert {row.patient_id for row in rows} == {rosa.pk}


def test_a_principal_of_another_kind_sees_nothing(rosa):
    assert not seen(Patient, Principal("device", "d", facilities=None))
