"""Histories: of one resource, of a type, of everything, in pages."""

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from fhir.tests.http.conftest import patient
from patients.models import Condition, Patient
from tests.cast import visit


def lived(api, fhir_id="rosa"):
    """Made, changed, taken away, made again."""
    api.put(f"Patient/{fhir_id}", patient(id=fhir_id))
    api.put(f"Patient/{fhir_id}", patient(id=fhir_id, gender="female"))
    api.delete(f"Patient/{fhir_id}")
    api.put(f"Patient/{fhir_id}", patient(id=fhir_id, gender="unknown"))


def told(bundle):
    return [
        (
            entry["request"]["method"],
            entry["response"]["status"],
            entry["response"]["etag"],
            entry.get("resource", {}).get("gender"),
        )
        for entry in bundle.entries
    ]


LIFE = [
    ("POST", "201", 'W/"4"', "unknown"),
    ("DELETE", "204", 'W/"3"', None),
    ("PUT", "200", 'W/"2"', "female"),
    ("POST", "201", 'W/"1"', None),
]


@pytest.mark.parametrize("path", ["Patient/rosa/_history", "Patient/_history", "_history"])
def test_a_history_tells_every_version_newest_first(api, path):
    lived(api)
    found = api.get(path)
    assert (found.status, found.body["type"], told(found)) == (200, "history", LIFE)


def test_a_version_in_a_history_is_whole(api):
    lived(api)
    newest = api.get("Patient/rosa/_history").entries[0]
    assert newest["resource"] == api.get("Patient/rosa").body
    assert newest["response"]["lastModified"] == newest["resource"]["meta"]["lastUpdated"]


@pytest.mark.parametrize("path", ["Patient/rosa/_history", "Patient/_history", "_history"])
def test_pages_of_a_history_follow_each_other(api, path):
    lived(api)
    seen = []
    path = f"{path}?_count=3"
    while path:
        page = api.get(path)
        seen += told(page)
        links = {link["relation"]: link["url"] for link in page.body["link"]}
        path = links.get("next", "").partition("/fhir/")[2]
    assert seen == LIFE


def test_a_history_since_a_moment(api):
    api.put("Patient/rosa", patient(id="rosa"))
    moment = timezone.now()
    api.put("Patient/rosa", patient(id="rosa", gender="male"))
    since = moment.isoformat().replace("+", "%2B")
    assert len(api.get(f"Patient/_history?_since={since}").entries) == 1


@pytest.mark.parametrize(
    "query",
    ["_since=yesterday", "_count=0", "_count=x", "_cursor=forged", "_at=2020", "name=x"],
)
def test_a_bad_question_about_history_is_refused(api, query):
    api.put("Patient/rosa", patient(id="rosa"))
    assert api.get(f"Patient/rosa/_history?{query}").status == 400


def test_a_cursor_opens_its_own_history_only(api):
    lived(api)
    page = api.get("Patient/rosa/_history?_count=1").body
    following = {link["relation"]: link["url"] for link in page["link"]}["next"]
    cursor = following.partition("?")[2]
    assert api.get(f"Patient/rosa/_history?{cursor}").status == 200
    assert api.get(f"Patient/_history?{cursor}").status == 400


def test_the_history_of_nobody_is_not_found(api):
    assert api.get("Patient/nobody/_history").status == 404


@pytest.fixture
def harbour_only(program, harbour):
    return program("system/*.cruds", harbour)


def test_a_program_of_one_facility_sees_that_history_only(harbour_only, api, rosa):
    api.put("Patient/elsewhere", patient(id="elsewhere"))
    assert harbour_only.get("Patient/_history").names == ["Patient/rosa"]
    assert harbour_only.get("Patient/elsewhere/_history").status == 404
    assert harbour_only.get("Patient/elsewhere/_history/1").status == 404


def test_the_history_of_everything_is_for_programs_of_every_facility(harbour_only):
    assert harbour_only.get("_history").status == 403


def test_what_was_about_another_patient_stays_in_her_history(harbour_only, api, rosa, hill):
    """A record moved from one chart to another does not carry its past with it."""
    stranger = changes.create(Patient(fhir_id="stranger"), by=SYSTEM)
    visit(stranger, hill)
    condition = Condition(fhir_id="moved", patient=stranger, code_text="Secret")
    changes.create(condition, by=SYSTEM)
    condition.patient, condition.code_text = rosa, "Open"
    changes.update(condition, by=SYSTEM)
    assert len(api.get("Condition/moved/_history").entries) == 2
    found = harbour_only.get("Condition/moved/_history")
    assert [each["code"]["text"] for each in found.resources] == ["Open"]
    assert harbour_only.get("Condition/moved/_history/1").status == 404
    assert harbour_only.get("Condition/_history").names == ["Condition/moved"]


def test_a_deleted_record_is_gone_for_whoever_sees_its_patient_and_unknown_to_others(
    program, harbour_only, api, rosa, hill
):
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/rosa"},
    }
    api.put("Condition/c", condition)
    api.delete("Condition/c")
    assert harbour_only.get("Condition/c").status == 410
    assert program("system/*.rs", hill).get("Condition/c").status == 404
