"""What a program may write that is registered for one facility."""

from types import SimpleNamespace

import pytest

from accounts.models import Location, Organization, Practitioner
from fhir.errors import NotAllowed
from fhir.principal import SYSTEM
from fhir.registry import render
from fhir.writing import Intent, write
from patients.models import Condition, Encounter, Patient
from patients.tests.access.labelled import CONFIDENTIALITY, refuses
from patients.tests.access.test_clients_see import EVERYWHERE, limited
from patients.write_access import writable
from tests.cast import person, visit

HARBOUR, HILL, DALE = ({"reference": f"Organization/{n}"} for n in ("harbour", "hill", "dale"))


def numbered(assigner, value="N-1"):
    return [{"system": "urn:test:mrn", "value": value, "assigner": assigner}]


def patient(**members):
    return {"resourceType": "Patient", "name": [{"family": "New"}]} | members


def about(reference, type_="Condition", **members):
    said = {"resourceType": type_, "subject": {"reference": reference}}
    return said | ({"code": {"text": "x"}} if type_ == "Condition" else {}) | members


@pytest.fixture
def house(harbour, hill, rosa):
    """Harbour, Hill, Rosa of Harbour and Hanne of Hill."""
    return SimpleNamespace(
        harbour=harbour, hill=hill, rosa=rosa, hanne=person("Hanne", "H", "200-1", hill)
    )


def create(house, *resources, by=None):
    intents = [
        Intent("create", r["resourceType"], "", r, full_url=f"urn:uuid:{number}")
        for number, r in enumerate(resources)
    ]
    return write(intents, by=by or limited(house.harbour))


def update(house, resource, by=None):
    type_, id_ = resource["resourceType"], resource["id"]
    return write([Intent("update", type_, id_, resource)], by=by or limited(house.harbour))


@pytest.mark.parametrize(
    "members",
    [
        {"managingOrganization": HARBOUR},
        {"managingOrganization": HARBOUR | {"display": "The Harbour"}},
        {"identifier": numbered(HARBOUR)},
        {"managingOrganization": HARBOUR, "identifier": [{"system": "urn:ssn", "value": "1"}]},
    ],
)
def test_a_new_patient_of_its_facility_whom_it_sees_then(house, members):
    (done,) = create(house, patient(**members))
    assert Patient.objects.visible_to(limited(house.harbour)).filter(fhir_id=done.id).exists()


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"managingOrganization": HILL},
        {"managingOrganization": DALE},
        {"managingOrganization": {"display": "Somewhere"}},
        {"identifier": numbered(HILL)},
        {"identifier": numbered(HARBOUR), "managingOrganization": HILL},
        {"managingOrganization": HARBOUR, "identifier": numbered(HILL)},
        {"managingOrganization": HARBOUR, "identifier": numbered(DALE)},
        {"managingOrganization": HARBOUR, "identifier": numbered(HILL, "200-1")},
    ],
)
def test_no_patient_of_another(house, members):
    with pytest.raises(NotAllowed, match="one of them"):
        create(house, patient(**members))


def test_records_about_a_patient_it_sees(house):
    create(house, about("Patient/rosa"))
    assert Condition.objects.get().patient == house.rosa


def test_a_patient_and_the_first_record_in_one_go(house):
    create(house, patient(managingOrganization=HARBOUR), about("urn:uuid:0"))
    assert Condition.objects.get().patient.family == "New"


@pytest.mark.parametrize("type_", ["Condition", "Communication"])
def test_no_record_about_another_in_the_same_words_as_about_nobody(house, type_):
    more = {"status": "completed"} if type_ == "Communication" else {}
    said = []
    for whom in ("Patient/hanne", "Patient/nobody"):
        with pytest.raises(NotAllowed) as refused:
            create(house, about(whom, type_, **more))
        said.append((refused.value.message, refused.value.expression))
    assert said[0] == said[1]


def test_no_record_about_nobody(house):
    with pytest.raises(NotAllowed):
        create(house, {"resourceType": "Binary", "contentType": "text/plain", "data": "eA=="})


def test_no_record_that_also_tells_of_another(house):
    with pytest.raises(NotAllowed):
        create(
            house,
            about(
                "Patient/rosa",
                "Communication",
                status="completed",
                recipient=[{"reference": "Patient/hanne"}],
            ),
        )


@pytest.mark.parametrize("whom", ["Patient/hanne", "Patient/nobody"])
def test_a_record_does_not_move_out_of_sight(house, whom):
    (done,) = create(house, about("Patient/rosa"))
    with pytest.raises(NotAllowed):
        update(house, about(whom, id=done.id))


@pytest.mark.parametrize("place", [HILL, DALE, {"display": "Somewhere"}])
def test_a_visit_takes_place_at_its_facility(house, place):
    stay = about("Patient/rosa", "Encounter", status="planned", serviceProvider=place)
    with pytest.raises(NotAllowed, match="serviceProvider"):
        create(house, stay | {"class": {"code": "AMB"}})


def test_a_visit_elsewhere_that_is_there_already_may_be_completed(house):
    planned = about("Patient/rosa", "Encounter", status="planned", serviceProvider=HILL)
    planned |= {"class": {"code": "AMB"}, "id": "v"}
    update(house, planned, by=SYSTEM)
    update(house, planned | {"status": "finished"})
    stay = Encounter.objects.get(fhir_id="v")
    assert (stay.status, stay.organization) == ("finished", house.hill)


def test_a_patient_whose_home_is_elsewhere_keeps_it(house):
    visit(house.hanne, house.harbour)
    update(house, render(house.hanne) | {"gender": "female"})
    hanne = Patient.objects.get(pk=house.hanne.pk)
    assert (hanne.gender, hanne.managing_organization) == ("female", house.hill)


def test_a_patient_is_not_sent_away(house):
    with pytest.raises(NotAllowed):
        update(house, render(house.rosa) | {"managingOrganization": HILL})


def test_a_patient_it_sees_may_be_changed(house):
    update(house, render(house.rosa) | {"gender": "female"})
    assert Patient.objects.get(pk=house.rosa.pk).gender == "female"


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Practitioner", "name": [{"family": "New"}]},
        {"resourceType": "Organization", "name": "New"},
        {"resourceType": "Medication", "code": {"text": "x"}},
        {"resourceType": "Device", "serialNumber": "1"},
        {"resourceType": "Location", "name": "Ward"},
        {"resourceType": "Location", "name": "Ward", "managingOrganization": HILL},
        {"resourceType": "Location", "name": "Ward", "managingOrganization": DALE},
        {"resourceType": "Questionnaire", "status": "draft"},
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_nothing_that_all_facilities_share(house, resource):
    with pytest.raises(NotAllowed):
        create(house, resource)


def test_a_ward_of_its_facility(house):
    create(house, {"resourceType": "Location", "name": "Ward", "managingOrganization": HARBOUR})
    assert Location.objects.get().organization == house.harbour


def test_its_facility_itself(house):
    update(house, {"resourceType": "Organization", "id": "harbour", "name": "New harbour"})
    assert Organization.objects.get(pk=house.harbour.pk).name == "New harbour"


def test_a_client_of_all_facilities_writes_everything(house):
    create(house, {"resourceType": "Practitioner", "name": [{"family": "N"}]}, by=EVERYWHERE)
    create(house, about("Patient/nobody"), by=EVERYWHERE)
    assert Practitioner.objects.exists()


def test_a_person_writes_nothing_over_fhir(house, as_ames):
    with pytest.raises(NotAllowed, match="client"):
        writable([house.rosa], as_ames)


def test_nothing_about_somebody_who_keeps_the_chart_from_it(house):
    refuses(house.rosa)
    with pytest.raises(NotAllowed):
        create(house, about("Patient/rosa"))


def test_a_labelled_record_that_it_sent_it_corrects(house):
    labels = {"security": [{"system": CONFIDENTIALITY, "code": "R"}]}
    (done,) = create(house, about("Patient/rosa", meta=labels))
    corrected = about("Patient/rosa", meta=labels, id=done.id) | {"code": {"text": "y"}}
    update(house, corrected)
    assert Condition.objects.get(fhir_id=done.id).code_text == "y"
