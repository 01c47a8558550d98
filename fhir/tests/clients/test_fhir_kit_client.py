"""npm's fhir-kit-client uses every interaction of this server."""

import json
import subprocess
from pathlib import Path

import pytest

from ehr_project.pytest_parts import node

DRIVER = Path(__file__).resolve().parents[3] / "tests" / "fhir_server" / "kit.mjs"
pytestmark = [pytest.mark.needs("node"), pytest.mark.django_db(transaction=True)]
_told: dict = {}


@pytest.fixture
def told(request):
    """What each interaction brought; the program runs once for all tests of this file."""
    if not _told:
        base, bearer = request.getfixturevalue("base"), request.getfixturevalue("bearer")
        done = subprocess.run(
            [node(), str(DRIVER), base, bearer],
            cwd=DRIVER.parent,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        _told.update(json.loads(done.stdout))
    return _told


def resources(bundle, mode="match"):
    return [e["resource"] for e in bundle["entry"] if e["search"]["mode"] == mode]


STATUSES = {
    "capabilities": 200,
    "create": 201,
    "read": 200,
    "create again": 200,
    "update": 200,
    "stale update": 412,
    "vread": 200,
    "patch": 200,
    "conditional update": 201,
    "refused": 422,
    "history": 200,
    "type history": 200,
    "transaction": 200,
    "batch": 200,
    "weight 62": 201,
    "search": 200,
    "posted search": 200,
    "unknown parameter": 400,
    "page 1": 200,
    "page 2": 200,
    "compartment": 200,
    "resolve": 200,
    "resolve absolute": 200,
    "everything": 200,
    "validate": 200,
    "delete": 204,
    "read deleted": 410,
}


def test_each_interaction_answers_as_fhir_says(told):
    assert {name: told[name]["status"] for name in STATUSES} == STATUSES


def test_every_refusal_is_an_operation_outcome_with_words(told):
    for name, status in STATUSES.items():
        if status >= 400:
            outcome = told[name]["resource"]
            assert outcome["resourceType"] == "OperationOutcome"
            assert all(issue["details"]["text"] for issue in outcome["issue"])


def test_it_reads_what_the_server_can_do(told):
    assert told["capabilities"]["resource"]["fhirVersion"] == "4.0.1"


def test_a_create_brings_id_version_and_address(told):
    created = told["create"]
    assert created["etag"] == 'W/"1"'
    assert created["location"].endswith(f"/Patient/{created['resource']['id']}/_history/1")


def test_what_is_there_already_is_not_created_again(told):
    assert (
        told["create again"]["resource"].get("id", told["create"]["resource"]["id"])
        == (told["create"]["resource"]["id"])
    )


def test_an_update_with_the_right_version_makes_the_next(told):
    assert told["update"]["etag"] == 'W/"2"'
    assert told["update"]["resource"]["birthDate"] == "1815-12-10"


def test_an_old_version_is_read_as_it_was(told):
    assert "birthDate" not in told["vread"]["resource"]


def test_a_json_patch_changes_one_element(told):
    patched = told["patch"]["resource"]
    assert (patched["birthDate"], patched["meta"]["versionId"]) == ("1815-12-11", "3")


def test_a_refusal_names_the_element(told):
    assert told["refused"]["resource"]["issue"][0]["expression"] == ["Patient.gender"]


def test_the_history_has_every_version_newest_first(told):
    versions = [e["resource"]["meta"]["versionId"] for e in told["history"]["resource"]["entry"]]
    assert versions == ["3", "2", "1"]


def test_a_transaction_turns_placeholders_into_references(told):
    observation, patient = told["transaction"]["resource"]["entry"]
    assert observation["response"]["status"].startswith("201")
    assert patient["response"]["location"].partition("/_history")[0].count("Patient/") == 1


def test_a_batch_answers_each_entry_by_itself(told):
    statuses = [e["response"]["status"][:3] for e in told["batch"]["resource"]["entry"]]
    assert statuses == ["200", "404", "201"]


@pytest.mark.parametrize("how", ["search", "posted search"])
def test_a_search_finds_the_patient(told, how):
    (found,) = resources(told[how]["resource"])
    assert found["id"] == told["create"]["resource"]["id"]


def test_next_links_lead_through_every_match_once(told):
    pages = [resources(told[name]["resource"]) for name in ("page 1", "page 2")]
    values = [each["valueQuantity"]["value"] for page in pages for each in page]
    assert sorted(values) == [61, 62, 63]
    assert told["page 3"]["resource"] is None


def test_an_include_comes_along(told):
    (included,) = resources(told["page 1"]["resource"], "include")
    assert included["id"] == told["create"]["resource"]["id"]


def test_a_compartment_holds_what_is_about_the_patient(told):
    assert len(resources(told["compartment"]["resource"])) == 3


@pytest.mark.parametrize("how", ["resolve", "resolve absolute", "resolve in bundle"])
def test_references_resolve(told, how):
    assert told[how]["resource"]["id"] == told["create"]["resource"]["id"]


def test_everything_holds_the_patient_and_the_weights(told):
    types = [each["resourceType"] for each in resources(told["everything"]["resource"])]
    assert types == ["Patient", "Observation", "Observation", "Observation"]


def test_validate_names_the_element_and_keeps_nothing(told):
    issues = told["validate"]["resource"]["issue"]
    assert ["Patient.gender"] in [issue.get("expression") for issue in issues]
