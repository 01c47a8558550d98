"""Interactions by condition: create, update, patch and delete what a question finds."""

import pytest

from fhir.tests.http.conftest import patient


def numbered(value, **elements):
    return patient(identifier=[{"system": "urn:n", "value": value}], **elements)


@pytest.fixture
def some(api):
    """One patient with the number 1, two with the number 2."""
    api.put("Patient/one", numbered("1", id="one"))
    api.put("Patient/two", numbered("2", id="two"))
    api.put("Patient/twin", numbered("2", id="twin"))
    return api


def count(api):
    return len(api.get("Patient").entries)


@pytest.mark.parametrize(
    ("condition", "status", "made"),
    [
        ("identifier=urn:n|9", 201, 1),
        ("identifier=urn:n|1", 200, 0),
        ("?identifier=urn:n|1", 200, 0),
        ("Patient?identifier=urn:n|1", 200, 0),
        ("identifier=urn:n|2", 412, 0),
        ("password=x", 400, 0),
        ("_sort=birthdate", 400, 0),
        ("?", 400, 0),
    ],
)
def test_conditional_create(some, condition, status, made):
    before = count(some)
    reply = some.post("Patient", numbered("9"), If_None_Exist=condition)
    assert (reply.status, count(some) - before) == (status, made)


def test_what_is_there_already_is_named(some):
    reply = some.post("Patient", numbered("1"), If_None_Exist="identifier=urn:n|1")
    assert reply["Location"].endswith("/fhir/Patient/one/_history/1")
    assert reply.body["id"] == "one"


@pytest.mark.parametrize(
    ("query", "resource", "status", "id_"),
    [
        ("identifier=urn:n|1", numbered("1", gender="male"), 200, "one"),
        ("identifier=urn:n|1", numbered("1", id="one", gender="male"), 200, "one"),
        ("identifier=urn:n|9", numbered("9", id="nine"), 201, "nine"),
        ("identifier=urn:n|1", numbered("1", id="other"), 400, None),
        ("identifier=urn:n|2", numbered("2"), 412, None),
        ("", numbered("2"), 400, None),
        ("nonsense=1", numbered("2"), 400, None),
    ],
)
def test_conditional_update(some, query, resource, status, id_):
    reply = some.put(f"Patient?{query}", resource)
    assert (reply.status, reply.body.get("id")) == (status, id_)


def test_conditional_update_makes_what_nothing_matches(some):
    reply = some.put("Patient?identifier=urn:n|9", numbered("9"))
    assert (reply.status, reply.body["meta"]["versionId"]) == (201, "1")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("identifier=urn:n|1", 200),
        ("identifier=urn:n|2", 412),
        ("identifier=urn:n|9", 404),
        ("", 400),
    ],
)
def test_conditional_patch(some, query, status):
    operation = {"op": "add", "path": "/gender", "value": "male"}
    assert some.patch(f"Patient?{query}", [operation]).status == status


@pytest.mark.parametrize(
    ("query", "status", "left"),
    [
        ("identifier=urn:n|1", 204, 2),
        ("identifier=urn:n|9", 204, 3),
        ("identifier=urn:n|2", 412, 3),
        ("", 400, 3),
    ],
)
def test_conditional_delete(some, query, status, left):
    assert (some.delete(f"Patient?{query}").status, count(some)) == (status, left)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_condition_needs_the_right_to_search(program, method):
    blind = program("system/*.crud")
    reply = blind.ask(
        method,
        "Patient" if method == "POST" else "Patient?identifier=urn:n|1",
        [] if method == "PATCH" else numbered("1"),
        "application/json-patch+json" if method == "PATCH" else "application/fhir+json",
        **({"If_None_Exist": "identifier=urn:n|1"} if method == "POST" else {}),
    )
    assert reply.status == 403
