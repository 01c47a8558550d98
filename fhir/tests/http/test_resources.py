"""One resource over HTTP: create, read, update, patch, delete, versions, headers and wishes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.http import http_date, parse_http_date

from fhir.tests.http.conftest import patient

ROSA = patient(id="rosa", name=[{"family": "Lindqvist"}], birthDate="1960-03-12")
FLAG = {
    "resourceType": "Basic",
    "id": "b1",
    "code": {"text": "a type without a table"},
    "extension": [{"url": "urn:x", "valueDecimal": 1}],
}
KINDS = pytest.mark.parametrize("resource", [ROSA, FLAG], ids=["native", "stored"])


def place(resource):
    return f"{resource['resourceType']}/{resource['id']}"


@KINDS
def test_what_is_put_is_read_again(api, resource):
    made = api.put(place(resource), resource)
    read = api.get(place(resource))
    assert (made.status, read.status) == (201, 200)
    assert {k: v for k, v in read.body.items() if k != "meta"} == resource


def test_a_create_gives_the_id_and_says_where(api):
    made = api.post("Patient", ROSA)
    fhir_id = made.body["id"]
    assert (made.status, fhir_id == "rosa") == (201, False)
    assert made["Location"].endswith(f"/fhir/Patient/{fhir_id}/_history/1")
    assert made["ETag"] == 'W/"1"'


@KINDS
def test_an_update_makes_the_next_version(api, resource):
    api.put(place(resource), resource)
    again = api.put(place(resource), resource | {"language": "sv"})
    assert (again.status, again["ETag"], again.body["meta"]["versionId"]) == (200, 'W/"2"', "2")


@KINDS
def test_an_update_that_changes_nothing_keeps_the_version(api, resource):
    api.put(place(resource), resource)
    again = api.put(place(resource), resource)
    assert (again.status, again["ETag"]) == (200, 'W/"1"')


@KINDS
def test_old_versions_are_what_they_were(api, resource):
    api.put(place(resource), resource)
    api.put(place(resource), resource | {"language": "sv"})
    old = api.get(f"{place(resource)}/_history/1")
    assert (old.status, "language" in old.body, old["ETag"]) == (200, False, 'W/"1"')


@KINDS
def test_a_deletion_leaves_a_tombstone(api, resource):
    api.put(place(resource), resource)
    gone = api.delete(place(resource))
    assert (gone.status, gone.response.content) == (204, b"")
    assert api.get(place(resource)).status == 410
    assert api.get(f"{place(resource)}/_history/1").body["id"] == resource["id"]
    assert api.get(f"{place(resource)}/_history/2").status == 410


@KINDS
def test_what_was_deleted_can_be_made_again_with_the_next_version(api, resource):
    api.put(place(resource), resource)
    api.delete(place(resource))
    again = api.put(place(resource), resource)
    assert (again.status, again["ETag"]) == (201, 'W/"3"')
    assert api.get(place(resource)).status == 200


def test_deleting_what_is_not_there_is_no_mistake(api):
    assert api.delete("Patient/nobody").status == 204


def test_what_others_refer_to_cannot_be_deleted(api):
    api.put("Patient/rosa", ROSA)
    api.put(
        "Condition/c",
        {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/rosa"}},
    )
    assert api.delete("Patient/rosa").status == 409


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('W/"1"', 200),
        ('"1"', 200),
        ("1", 200),
        ("*", 200),
        ('W/"7", W/"1"', 200),
        ('W/"2"', 412),
        ('W/"abc"', 412),
        ('W/"99999999999999999999999"', 412),
        ("abc", 400),
        ("W/", 400),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_if_match_guards_a_change(api, method, tag, status):
    api.put("Patient/rosa", ROSA)
    if method == "PUT":
        changed = api.put("Patient/rosa", ROSA | {"gender": "female"}, If_Match=tag)
    else:
        operation = {"op": "add", "path": "/gender", "value": "female"}
        changed = api.patch("Patient/rosa", [operation], If_Match=tag)
    assert changed.status == status
    assert api.get("Patient/rosa").body.get("gender") == ("female" if status == 200 else None)


def test_if_match_guards_a_deletion(api):
    api.put("Patient/rosa", ROSA)
    assert api.delete("Patient/rosa", If_Match='W/"2"').status == 412
    assert api.delete("Patient/rosa", If_Match='W/"1"').status == 204


def test_if_match_of_what_is_not_there_fails(api):
    assert api.put("Patient/rosa", ROSA, If_Match='W/"1"').status == 412
    assert api.get("Patient/rosa").status == 404


@pytest.mark.parametrize(
    ("tag", "status"), [('W/"1"', 304), ('"1"', 304), ("*", 304), ('W/"2"', 200), ('W/"x"', 200)]
)
@pytest.mark.parametrize("path", ["Patient/rosa", "Patient/rosa/_history/1"])
def test_if_none_match_saves_the_body(api, path, tag, status):
    api.put("Patient/rosa", ROSA)
    read = api.get(path, If_None_Match=tag)
    assert (read.status, bool(read.response.content)) == (status, status == 200)
    assert read["ETag"] == 'W/"1"'


def test_if_modified_since_saves_the_body(api):
    api.put("Patient/rosa", ROSA)
    modified = api.get("Patient/rosa")["Last-Modified"]
    before = http_date(parse_http_date(modified) - 60)
    assert api.get("Patient/rosa", If_Modified_Since=modified).status == 304
    assert api.get("Patient/rosa", If_Modified_Since=before).status == 200
    assert api.get("Patient/rosa", If_Modified_Since="yesterday").status == 200


def test_last_modified_is_the_time_of_the_version(api):
    made = api.put("Patient/rosa", ROSA)
    moment = parse_http_date(made["Last-Modified"])
    assert timezone.now() - timedelta(minutes=1) < timezone.datetime.fromtimestamp(
        moment, tz=timezone.get_current_timezone()
    )


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ("", "Patient"),
        ("return=representation", "Patient"),
        ("return=minimal", None),
        ("return=OperationOutcome", "OperationOutcome"),
    ],
)
def test_prefer_chooses_what_a_write_gives_back(api, wish, kind):
    made = api.put("Patient/rosa", ROSA, Prefer=wish)
    assert (made.body["resourceType"] if made.response.content else None) == kind
    assert made["ETag"] == 'W/"1"'


def test_head_is_get_without_the_body(api):
    api.put("Patient/rosa", ROSA)
    head, get = api.ask("HEAD", "Patient/rosa"), api.get("Patient/rosa")
    assert (head.status, head.response.content) == (200, b"")
    assert head["ETag"] == get["ETag"]
    assert int(head["Content-Length"]) == len(get.response.content)


def test_a_read_can_ask_for_parts(api):
    api.put("Patient/rosa", ROSA)
    part = api.get("Patient/rosa?_elements=birthDate").body
    assert "name" not in part
    assert part["birthDate"] == "1960-03-12"


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "replace", "path": "/birthDate", "value": "1961"}], "1961"),
        ([{"op": "test", "path": "/birthDate", "value": "1960-03-12"}], "1960-03-12"),
        ([{"op": "remove", "path": "/birthDate"}], None),
    ],
)
def test_a_patch_changes_parts(api, operations, expected):
    api.put("Patient/rosa", ROSA)
    changed = api.patch("Patient/rosa", operations)
    assert (changed.status, changed.body.get("birthDate")) == (200, expected)


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        ([{"op": "test", "path": "/birthDate", "value": "1999"}], 422),
        ([{"op": "replace", "path": "/nowhere/x", "value": 1}], 422),
        ([{"op": "add", "path": "/nonsense", "value": 1}], 422),
        ([{"op": "replace", "path": "/id", "value": "otto"}], 400),
        ([{"op": "replace", "path": "/resourceType", "value": "Basic"}], 400),
        ([{"op": "replace", "path": "", "value": []}], 400),
        ({"op": "add"}, 400),
    ],
)
def test_a_patch_that_cannot_be_is_refused(api, operations, status):
    api.put("Patient/rosa", ROSA)
    assert api.patch("Patient/rosa", operations).status == status
    assert api.get("Patient/rosa")["ETag"] == 'W/"1"'


@pytest.mark.parametrize(
    "content_type", ["application/fhir+json", "application/json", "application/xml-patch+xml", ""]
)
def test_only_json_patch_is_done(api, content_type):
    api.put("Patient/rosa", ROSA)
    refused = api.ask("PATCH", "Patient/rosa", {"resourceType": "Parameters"}, content_type)
    assert refused.status == 415


def test_a_patch_of_nobody_is_not_found(api):
    assert api.patch("Patient/nobody", []).status == 404
