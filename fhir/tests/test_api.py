"""The FHIR API to a signed-in browser: read, versions, search, and what it refuses."""

import pytest

from fhir import changes
from fhir.codec import loads
from fhir.principal import SYSTEM
from patients.models import Condition, Observation


@pytest.fixture
def ask(client, dr_ames, rosa):
    client.force_login(dr_ames)

    def get(path):
        answer = client.get(f"/fhir/{path}")
        return answer.status_code, loads(answer.content)

    return get


def gout(patient, **columns):
    return changes.create(
        Condition(patient=patient, code_text="Gout", **{"clinical_status": "active"} | columns),
        by=SYSTEM,
    )


def test_a_patient_is_read(ask, rosa):
    status, found = ask("Patient/rosa")
    assert (status, found["id"], found["birthDate"]) == (200, "rosa", "1960-03-12")


def test_the_version_is_in_the_etag(client, ask, rosa):
    assert client.get("/fhir/Patient/rosa")["ETag"] == 'W/"1"'


def test_a_stranger_is_asked_to_sign_in(client, rosa):
    assert client.get("/fhir/Patient/rosa").status_code == 401


@pytest.mark.parametrize("path", ["Patient/rosa", "Patient/rosa/_history/1", "Patient/nobody"])
def test_another_facility_cannot_tell_hers_from_nobody(client, dr_baum, rosa, path):
    client.force_login(dr_baum)
    assert client.get(f"/fhir/{path}").status_code == 404


def test_an_old_version_is_what_it_was(ask, rosa):
    condition = gout(rosa)
    _, first = ask(f"Condition/{condition.fhir_id}")
    condition.clinical_status = "resolved"
    changes.update(condition, by=SYSTEM)
    assert ask(f"Condition/{condition.fhir_id}/_history/1") == (200, first)


@pytest.mark.parametrize("version", [0, 2, 99999999999])
def test_a_version_that_never_was_is_not_found(ask, version):
    assert ask(f"Patient/rosa/_history/{version}")[0] == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Condition?patient=rosa", 1),
        ("Condition?patient=Patient/rosa", 1),
        ("Condition?subject:Patient=rosa", 1),
        ("Condition?patient=Group/rosa", 0),
        ("Condition?clinical-status=active,resolved", 1),
        ("Condition?clinical-status=resolved", 0),
        ("Condition?clinical-status=active&clinical-status=resolved", 0),
        ("Condition?_lastUpdated=ge2020", 1),
        ("Condition?_lastUpdated=lt2020", 0),
        ("Patient?name=lindqvist", 1),
        ("Patient?name=LINDQVIST&name=rosa", 1),
        ("Patient?name=lind", 1),
        ("Patient?name=qvist", 0),
        ("Patient?name:contains=qvist", 1),
        ("Patient?identifier=urn:test:mrn|100-1", 1),
        ("Patient?birthdate=1960", 1),
        ("Patient?birthdate=gt1960", 0),
        ("Patient?birthdate=le1960-03-12", 1),
        ("Claim?patient=rosa", 0),
    ],
)
def test_search(ask, rosa, query, found):
    gout(rosa)
    status, bundle = ask(query)
    assert (status, len(bundle.get("entry", []))) == (200, found)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("Potion", 404),
        ("Patient?password__startswith=a", 400),
        ("Patient?user__password=a", 400),
        ("Patient?_connector=OR", 400),
        ("Patient?_sort=;drop", 400),
        ("Patient?name:exactly=rosa", 400),
        ("Patient?birthdate=yesterday", 400),
        ("Patient?birthdate=zz2020", 400),
        ("Patient?_count=-1", 400),
        ("Patient?_count=many", 400),
        ("Patient?_cursor=forged", 400),
        ("Patient?name=%00", 400),
    ],
)
def test_a_bad_question_is_refused_with_an_outcome(ask, query, status):
    got, outcome = ask(query)
    assert (got, outcome["resourceType"]) == (status, "OperationOutcome")


def test_pages_follow_each_other_without_gap_or_repeat(client, ask, rosa):
    for number in range(7):
        changes.create(Observation(patient=rosa, code_text=str(number)), by=SYSTEM)
    seen = []
    path = "Observation?_count=3"
    while path:
        _, bundle = ask(path)
        seen += [entry["resource"]["code"]["text"] for entry in bundle["entry"]]
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        path = following[0].partition("/fhir/")[2] if following else ""
    assert sorted(seen) == list("0123456")


def test_every_search_is_on_record(ask):
    from accounts.models import AuditEvent

    ask("Patient?name=rosa")
    event = AuditEvent.objects.get(action="search")
    assert event.detail == {"type": "Patient", "query": [["name", "rosa"]]}
