"""What an import refuses: one entry at a time, by name, and nothing else is lost."""

import gzip
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from fhir.codec import dumps
from fhir.models import Change
from patients.models import Condition, Patient

pytestmark = pytest.mark.django_db

HOSPITAL = {"resourceType": "Organization", "id": "h", "name": "Harbour"}
ROSA = {"resourceType": "Patient", "id": "rosa", "name": [{"family": "Lindqvist"}]}


def bundle(*resources, **urls):
    entries = [{"resource": resource} for resource in resources]
    entries += [{"fullUrl": url, "resource": resource} for url, resource in urls.get("urls", [])]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


@pytest.fixture
def run(tmp_path):
    def import_(content, name="bundle.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else dumps(content))
        out = StringIO()
        try:
            call_command("import_fhir", path, stdout=out, stderr=StringIO())
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()

    return import_


@pytest.mark.parametrize(
    ("bad", "element"),
    [
        ({"resourceType": "Patient", "id": "x", "birthDate": "tomorrow"}, "Patient.birthDate"),
        ({"resourceType": "Patient", "id": "x", "maritalStatus": "M"}, "Patient.maritalStatus"),
        ({"resourceType": "Patient", "name": [{"family": "No Id"}]}, "Patient.id"),
        ({"resourceType": "Patient", "id": "a/b"}, "Patient.id"),
        ({"resourceType": "Condition", "id": "c"}, "Condition.subject"),
        ({"resourceType": "Observation", "id": "o", "code": {"text": "x"}}, "Observation.status"),
        ({"resourceType": "Potient", "id": "p"}, "Potient"),
        ({"id": "nothing"}, "None"),
        ("text", "JSON object"),
        (None, "JSON object"),
    ],
)
def test_a_faulty_entry_is_named(run, bad, element):
    printed = run(bundle(ROSA, bad))
    assert "bundle.json, entry 2" in printed
    assert element in printed


def test_the_other_entries_of_a_faulty_bundle_are_in(run):
    run(bundle({"resourceType": "Condition", "id": "c"}, ROSA))
    assert Patient.objects.filter(fhir_id="rosa").exists()


def test_a_reference_to_nothing_in_the_bundle_is_refused(run):
    orphan = {"resourceType": "Condition", "id": "c", "subject": {"reference": "urn:uuid:gone"}}
    assert "urn:uuid:gone" in run(bundle(orphan))


def test_a_reference_to_somebody_elsewhere_is_kept(run):
    orphan = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/far"}}
    run(bundle(orphan))
    assert Condition.objects.get(fhir_id="c").extra["subject"] == {"reference": "Patient/far"}


def test_urn_references_are_resolved(run):
    condition = {"resourceType": "Condition", "subject": {"reference": "urn:uuid:p1"}}
    patient = {"resourceType": "Patient"}
    run(bundle(urls=[("urn:uuid:c1", condition), ("urn:uuid:p1", patient)]))
    assert Condition.objects.get(fhir_id="c1").patient.fhir_id == "p1"


def test_a_cycle_of_references_is_no_trouble(run):
    def ward(key, other):
        return {
            "resourceType": "Location",
            "id": key,
            "partOf": {"reference": f"Location/{other}"},
        }

    assert "2 created" in run(bundle(ward("a", "b"), ward("b", "a")))


def test_the_same_id_twice_in_one_bundle_is_refused(run):
    assert "twice" in run(bundle(ROSA, ROSA))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(dumps(bundle(ROSA)), mtime=0)[:-20], "cannot be read to its end"),
        (b"\x1f\x8bgarbage", "cannot be read"),
        (b"{", "Not JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 200 + b"]" * 200, "JSON object"),
        (b"[" * 100_000, "nested too deep"),
        (dumps({"resourceType": "Bundle", "type": "message"}), "cannot be imported"),
        (dumps({"resourceType": "Bundle", "type": "batch", "entry": 7}), "not a list"),
    ],
    ids=["cut gzip", "no gzip", "no json", "no utf-8", "deep", "deeper", "message", "no list"],
)
def test_a_file_that_cannot_be_read_is_refused(run, content, reason):
    assert reason in run(content, "bad.json")


def test_deep_nesting_inside_a_resource_is_refused(run):
    extension: dict = {"url": "urn:x"}
    for _ in range(400):
        extension = {"url": "urn:x", "extension": [extension]}
    text = str(ROSA | {"extension": [extension]}).replace("'", '"').encode()
    assert "refused" in run(text, "deep.json")


def test_lines_of_ndjson_are_refused_one_by_one(run):
    printed = run(dumps(ROSA) + b"\n{broken\n\n", "many.ndjson")
    assert "1 created" in printed
    assert "line 2" in printed


def test_lines_in_any_order_find_each_other(run):
    problem = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/rosa"}}
    basic = {"resourceType": "Basic", "id": "b", "code": {"text": "x"}}
    assert "3 created" in run(b"\n".join(map(dumps, [problem, basic, ROSA])), "many.ndjson")
    assert Condition.objects.get().patient.fhir_id == "rosa"


def test_a_file_that_breaks_off_says_so_once_and_keeps_the_rest(run):
    packed = gzip.compress(b"\n".join(dumps(ROSA | {"id": f"p{n}"}) for n in range(2000)))
    printed = run(packed[:-30], "cut.ndjson.gz")
    assert printed.count("cannot be read to its end") == 1
    assert Patient.objects.count() >= 500


def test_a_number_that_belongs_to_somebody_else_is_refused(run):
    def numbered(key):
        number = {"system": "urn:mrn", "value": "7", "assigner": {"reference": "Organization/h"}}
        return {"resourceType": "Patient", "id": key, "identifier": [number]}

    printed = run(bundle(HOSPITAL, numbered("a"), numbered("b")))
    assert "already belongs to another patient" in printed
    assert Patient.objects.count() == 1


def test_what_depends_on_a_refused_patient_is_kept_without_one(run):
    number = {"system": "urn:mrn", "value": "7", "assigner": {"reference": "Organization/h"}}
    people = [{"resourceType": "Patient", "id": key, "identifier": [number]} for key in ("a", "b")]
    problem = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/b"}}
    run(bundle(HOSPITAL, *people, problem))
    assert Condition.objects.get(fhir_id="c").patient is None


def test_an_update_is_a_new_version(run):
    run(bundle(ROSA))
    run(bundle(ROSA | {"gender": "female"}))
    newest = Change.objects.of("Patient", "rosa").first()
    assert (newest.version, newest.op, newest.before["name"]) == (2, "update", ROSA["name"])


def test_the_origin_is_kept(run):
    run(bundle(ROSA))
    assert Change.objects.get().origin == "import"
