"""What comes with the matches, forwards and backwards, and where that ends."""

import pytest

from fhir.search import includes
from fhir.tests.search.shelf import page_of, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]

FOUND = [
    ("Observation?_id=hr&_include=Observation:subject", "Patient/ann"),
    ("Observation?_id=hr&_include=Observation:patient", "Patient/ann"),
    ("Observation?_id=hr&_include=Observation:subject:Patient", "Patient/ann"),
    ("Observation?_id=hr&_include=Observation:subject:Group", ""),
    ("Observation?_id=hr,k&_include=Observation:subject", "Patient/ann"),
    ("Observation?_id=smoke&_include=Observation:has-member", "Observation/hr"),
    ("Observation?_id=smoke,hr&_include=Observation:has-member", ""),
    (
        "Observation?_id=smoke&_include=*",
        "Observation/hr Patient/ann Practitioner/doc",
    ),
    (
        "Observation?_id=smoke&_include=Observation:*",
        "Observation/hr Patient/ann Practitioner/doc",
    ),
    (
        "Observation?_id=hr&_include=Observation:subject&_include:iterate=Patient:organization",
        "Organization/clinic Patient/ann",
    ),
    ("Observation?_id=hr&_include:iterate=Patient:organization", ""),
    (
        "Claim?_id=draft&_include=Claim:patient&_include:iterate=Patient:link",
        "Patient/ann Patient/ben",
    ),
    ("Patient?_id=ann&_revinclude=Claim:patient", "Claim/bill"),
    (
        "Patient?_id=ann&_revinclude=Observation:subject",
        "Observation/hr Observation/k Observation/smoke",
    ),
    ("Patient?_id=ann&_revinclude=Provenance:target", "Provenance/origin"),
    ("Observation?_id=hr&_revinclude=Provenance:target", "Provenance/origin"),
    ("Observation?_id=hr&_revinclude=Provenance:target:Patient", ""),
    (
        "Practitioner?_revinclude=Patient:general-practitioner&_revinclude:iterate=Claim:patient",
        "Claim/bill Patient/ann",
    ),
    ("Patient?_id=nobody&_include=*&_revinclude=Claim:patient", ""),
]


def included(query):
    return sorted(record.reference for record in page_of(query).included)


def test_what_is_referred_to_comes_along():
    wrong = [
        (query, found, got) for query, found in FOUND if (got := included(query)) != found.split()
    ]
    assert wrong == []


def test_a_circle_of_references_ends():
    put({"resourceType": "Patient", "id": "c", "link": [{"other": {"reference": "Patient/c"}}]})
    query = "Patient?_id=c&_include:iterate=Patient:link&_revinclude:iterate=Patient:link"
    assert included(query) == []


def test_too_long_a_way_is_cut_and_said():
    for n in range(8):
        link = [{"other": {"reference": f"Patient/way-{n + 1}"}, "type": "seealso"}]
        put({"resourceType": "Patient", "id": f"way-{n}", "link": link})
    page = page_of("Patient?_id=way-0&_include:iterate=Patient:link")
    assert (len(page.included), len(page.warnings)) == (includes.ROUNDS + 1, 1)


def test_too_much_is_cut_and_said(monkeypatch):
    monkeypatch.setattr(includes, "MOST", 2)
    page = page_of("Patient?_id=ann&_revinclude=Observation:subject")
    assert (len(page.included), len(page.warnings)) == (2, 1)


def test_enough_is_not_called_too_much(monkeypatch):
    monkeypatch.setattr(includes, "MOST", 3)
    assert page_of("Patient?_id=ann&_revinclude=Observation:subject").warnings == ()


def test_matches_come_first_and_each_resource_once():
    page = page_of("Patient?_revinclude=Observation:subject&_include=Patient:link")
    references = [f"{each['resourceType']}/{each['id']}" for each in page.resources]
    assert references[: len(page.matches)] == [record.reference for record in page.matches]
    assert len(set(references)) == len(references)


def test_parts_are_of_matches_only():
    page = page_of("Observation?_id=hr&_include=Observation:subject&_elements=status")
    match, patient = page.resources
    assert ("valueQuantity" in match, "name" in patient) == (False, True)


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("Observation?_include=Observation:subject", 2),
        ("Observation?_include=Observation:subject&_include=Observation:performer", 3),
        ("Patient?_revinclude=Observation:subject&_revinclude=Claim:patient", 3),
    ],
)
def test_each_type_that_comes_along_is_one_statement(django_assert_num_queries, query, statements):
    with django_assert_num_queries(statements):
        page_of(query)
