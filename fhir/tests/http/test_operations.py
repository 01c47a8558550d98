"""Operations: $everything of one patient, $validate without keeping, compartments."""

import pytest

from accounts.models import AuditEvent
from fhir.tests.http.conftest import patient
from patients.models import Patient

OF_ROSA = {
    "Condition/c1": {"subject": {"reference": "Patient/rosa"}},
    "Condition/c2": {"subject": {"reference": "Patient/rosa"}},
    "Claim/k1": {
        "status": "draft",
        "type": {"text": "x"},
        "use": "claim",
        "patient": {"reference": "Patient/rosa"},
        "created": "2020-01-01",
        "provider": {"display": "x"},
        "priority": {"text": "x"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "x"}}],
    },
    "Observation/o1": {
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/rosa"},
    },
}


@pytest.fixture
def chart(api):
    """Rosa with four resources of three types, and Otto with one."""
    api.put("Patient/rosa", patient(id="rosa"))
    api.put("Patient/otto", patient(id="otto"))
    for place, elements in OF_ROSA.items():
        put(api, place, elements)
    put(api, "Condition/otto", {"subject": {"reference": "Patient/otto"}})
    return api


def put(api, place, elements):
    type_, _, fhir_id = place.partition("/")
    assert api.put(place, {"resourceType": type_, "id": fhir_id} | elements).status == 201


def test_everything_of_a_patient(chart):
    found = chart.get("Patient/rosa/$everything")
    assert (found.status, found.body["type"]) == (200, "searchset")
    assert sorted(found.names) == sorted(["Patient/rosa", *OF_ROSA])


def test_everything_in_pages(chart):
    seen, path = [], "Patient/rosa/$everything?_count=2"
    while path:
        page = chart.get(path)
        assert len(page.entries) <= 2
        seen += page.names
        links = {link["relation"]: link["url"] for link in page.body["link"]}
        path = links.get("next", "").partition("/fhir/")[2]
    assert sorted(seen) == sorted(["Patient/rosa", *OF_ROSA])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("_type=Condition", ["Condition/c1", "Condition/c2"]),
        ("_type=Patient,Claim", ["Claim/k1", "Patient/rosa"]),
        ("_type=Practitioner", []),
        ("_since=2100-01-01", []),
    ],
)
def test_a_part_of_everything(chart, query, found):
    assert sorted(chart.get(f"Patient/rosa/$everything?{query}").names) == found


def test_everything_takes_its_parameters_from_a_body_too(chart):
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "_type", "valueString": "Claim"}],
    }
    assert chart.post("Patient/rosa/$everything", body).names == ["Claim/k1"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("_type=Potion", 404),
        ("_since=yesterday", 400),
        ("start=2020", 400),
        ("_count=0", 400),
        ("_cursor=x", 400),
    ],
)
def test_a_bad_question_about_everything(chart, query, status):
    assert chart.get(f"Patient/rosa/$everything?{query}").status == status


@pytest.mark.parametrize(
    "body", [{}, [], patient(), {"resourceType": "Parameters", "parameter": 1}]
)
def test_bad_parameters_of_everything(chart, body):
    assert chart.post("Patient/rosa/$everything", body).status == 400


def test_everything_of_nobody(api):
    assert api.get("Patient/nobody/$everything").status == 404


def test_everything_holds_only_types_that_may_be_read(chart, program):
    reader = program("system/Patient.r system/Claim.r")
    assert sorted(reader.get("Patient/rosa/$everything").names) == ["Claim/k1", "Patient/rosa"]
    assert reader.get("Patient/rosa/$everything?_type=Condition").status == 403
    assert program("system/Claim.r").get("Patient/rosa/$everything").status == 403


def test_everything_of_a_patient_elsewhere_is_not_found(chart, program, harbour):
    assert program("system/*.rs", harbour).get("Patient/rosa/$everything").status == 404


def test_everything_is_on_record_with_its_patient(chart):
    chart.get("Patient/rosa/$everything")
    event = AuditEvent.objects.get(action="everything")
    assert event.patient_id == Patient.objects.get(fhir_id="rosa").pk
    assert len(event.entities) == 5


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Patient/rosa/Condition", ["Condition/c1", "Condition/c2"]),
        ("Patient/rosa/Condition?_id=c2", ["Condition/c2"]),
        ("Patient/rosa/Claim", ["Claim/k1"]),
        ("Patient/otto/Condition", ["Condition/otto"]),
        ("Patient/nobody/Condition", []),
    ],
)
def test_a_search_within_the_compartment_of_a_patient(chart, path, found):
    assert sorted(chart.get(path).names) == found


def test_what_is_in_no_compartment(chart):
    assert chart.get("Patient/rosa/Organization").status == 404


VALID = patient(gender="female")
WRONG = patient(gender="martian", birthDate="yesterday")


def severities(reply):
    return {issue["severity"] for issue in reply.body["issue"]}


def parameters(**named):
    items = [
        {"name": name, "resource": value}
        if isinstance(value, dict)
        else {"name": name, "valueCode": value}
        for name, value in named.items()
    ]
    return {"resourceType": "Parameters", "parameter": items}


@pytest.mark.parametrize(
    "body", [WRONG, parameters(resource=WRONG), parameters(resource=WRONG, mode="create")]
)
def test_validate_names_every_problem(api, body):
    reply = api.post("Patient/$validate", body)
    assert (reply.status, {"Patient.gender", "Patient.birthDate"} <= set(reply.expressions)) == (
        200,
        True,
    )


def test_validate_finds_nothing_wrong_and_keeps_nothing(api):
    reply = api.post("Patient/$validate", VALID)
    assert (reply.status, severities(reply) & {"error", "fatal"}) == (200, set())
    assert api.get("Patient").entries == []


def test_validate_looks_at_the_id_of_the_address(api):
    reply = api.post("Patient/rosa/$validate", VALID | {"id": "otto"})
    assert "Patient.id" in reply.expressions


def test_validate_says_that_profiles_are_not_checked(api):
    reply = api.post("Patient/$validate?profile=urn:x", VALID)
    assert any("Profiles are not checked" in i["details"]["text"] for i in reply.body["issue"])


def test_a_deletion_needs_no_resource(api):
    assert api.post("Patient/rosa/$validate", parameters(mode="delete")).status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Patient/$validate", {"resourceType": "Basic"}),
        ("Patient/$validate", parameters()),
        ("Patient/$validate", parameters(resource=VALID, mode="nonsense")),
        ("Patient/$validate", parameters(resource=VALID, nonsense="x")),
        ("Patient/$validate?nonsense=x", VALID),
        ("Patient/$validate", {"resourceType": "Parameters", "parameter": [7]}),
        ("Patient/$validate", []),
    ],
)
def test_a_bad_request_to_validate(api, path, body):
    assert api.post(path, body).status == 400


def test_parameters_themselves_are_validated(api):
    reply = api.post("Parameters/$validate", {"resourceType": "Parameters", "parameter": [{}]})
    assert (reply.status, "error" in severities(reply)) == (200, True)
