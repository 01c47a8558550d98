"""A program built on Python's fhirclient reads, searches, pages, creates, updates and deletes."""

import pytest
from django.urls import reverse
from fhirclient.auth import FHIROAuth2Auth
from fhirclient.client import FHIRClient
from fhirclient.models.humanname import HumanName
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException, FHIRPermissionDeniedException
from requests import HTTPError

from accounts.clients import registering
from accounts.clients.registering import Registration
from fhir.principal import SYSTEM
from fhir.tests.clients.conftest import token

pytestmark = pytest.mark.django_db(transaction=True)


def program(base, bearer):
    """A client that was handed a token."""
    client = FHIRClient(settings={"app_id": "script", "api_base": base})
    client.server.auth = FHIROAuth2Auth({"access_token": bearer})
    return client


@pytest.fixture
def smart(base, bearer):
    return program(base, bearer)


def named(family, given="Ada"):
    return Patient({"name": [{"family": family, "given": [given]}], "gender": "female"})


def weight(patient, kilograms, day):
    return Observation(
        {
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"reference": f"Patient/{patient.id}"},
            "effectiveDateTime": day,
            "valueQuantity": {"value": kilograms, "unit": "kg"},
        }
    )


def created(smart, resource):
    """The resource as the server keeps it."""
    answer = resource.create(smart.server)
    return type(resource).read(answer["id"], smart.server)


@pytest.fixture
def ada(smart):
    return created(smart, named("Lovelace"))


@pytest.fixture
def weights(smart, ada):
    """Five weights of one patient, in different months."""
    return [created(smart, weight(ada, 60 + n, f"2024-0{n}-01")) for n in range(1, 6)]


def test_it_signs_in_with_client_credentials(base):
    as_said = Registration("Research", "system/Patient.rs", all_facilities=True)
    client, secret = registering.register(by=SYSTEM, as_said=as_said)
    smart = FHIRClient(
        settings={"app_id": client.client_id, "api_base": base, "scope": "system/Patient.rs"}
    )
    # Else the library asks for a patient to be chosen, which needs a person.
    smart.wants_patient = False
    token_uri = base.removesuffix("/fhir") + reverse("oauth-token")
    known = {"app_id": client.client_id, "app_secret": secret, "token_uri": token_uri}
    smart.server.auth = FHIROAuth2Auth(known)
    smart.authorize()
    assert list(Patient.where({}).perform_resources_iter(smart.server)) == []


def test_it_reads_what_the_server_can_do(smart):
    statement = smart.server.capabilityStatement
    assert statement.fhirVersion == "4.0.1"


def test_what_it_creates_it_reads(smart, ada):
    assert (ada.name[0].family, ada.gender, ada.meta.versionId) == ("Lovelace", "female", "1")


def test_an_update_makes_a_new_version(smart, ada):
    ada.name.append(HumanName({"use": "maiden", "family": "Byron"}))
    ada.update(smart.server)
    again = Patient.read(ada.id, smart.server)
    assert [name.family for name in again.name] == ["Lovelace", "Byron"]
    assert again.meta.versionId == "2"


def test_an_old_version_is_there_under_its_number(smart, ada):
    ada.gender = "unknown"
    ada.update(smart.server)
    old = smart.server.request_json(f"Patient/{ada.id}/_history/1")
    assert (old["gender"], old["meta"]["versionId"]) == ("female", "1")


def test_what_it_deletes_is_gone(smart, ada):
    ada.delete(smart.server)
    with pytest.raises(HTTPError) as gone:
        Patient.read(ada.id, smart.server)
    assert gone.value.response.status_code == 410


def test_pages_follow_one_another_to_the_end(smart, weights):
    search = Observation.where({"code": "http://loinc.org|29463-7", "_count": "2"})
    found = list(search.perform_resources_iter(smart.server))
    assert sorted(each.id for each in found) == sorted(each.id for each in weights)


def test_a_search_takes_several_parameters(smart, ada, weights):
    search = Observation.where({"patient": ada.id, "date": "ge2024-03", "value-quantity": "lt65"})
    found = search.perform_resources_iter(smart.server)
    assert sorted(each.valueQuantity.value for each in found) == [63, 64]


def test_a_sorted_search_keeps_its_order(smart, weights):
    found = Observation.where({"_sort": "-date", "_count": "2"})
    values = [each.valueQuantity.value for each in found.perform_resources_iter(smart.server)]
    assert values == [65, 64, 63, 62, 61]


def test_an_include_comes_in_the_same_bundle(smart, ada, weights):
    search = Observation.where({"date": "2024-02-01"}).include("subject")
    (bundle,) = search.perform_iter(smart.server)
    assert {entry.resource.resource_type for entry in bundle.entry} == {"Observation", "Patient"}


def test_a_name_is_found_by_its_beginning(smart, ada):
    (found,) = Patient.where({"family": "love"}).perform_resources_iter(smart.server)
    assert found.id == ada.id


def test_what_is_not_there_is_not_found(smart):
    with pytest.raises(FHIRNotFoundException):
        Patient.read("nobody", smart.server)


def test_a_program_without_the_right_is_told_so(base, live_server):
    reader = program(base, token("system/Observation.rs"))
    with pytest.raises(FHIRPermissionDeniedException):
        named("Lovelace").create(reader.server)


def test_an_unknown_parameter_is_refused_by_name(smart):
    with pytest.raises(HTTPError) as refused:
        next(Patient.where({"shoesize": "44"}).perform_iter(smart.server))
    assert "shoesize" in refused.value.response.json()["issue"][0]["details"]["text"]
