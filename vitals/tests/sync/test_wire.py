"""What a resource looks like when it leaves: ids, references, and what it says."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.codec import dumps, loads
from vitals.sync.recall import is_in_error, taken_back
from vitals.sync.wire import RECORD_SYSTEM, digest, needs, outgoing, references

ID = UUID("01900000-0000-7000-8000-000000000001")
KNOWN = {("Patient", "rosa"): "p-1", ("Device", "cuff"): "d-1"}


def sent(resource: dict[str, object], *, identified: bool = False) -> dict[str, object]:
    return outgoing({"resourceType": "Observation"} | resource, ID, KNOWN, identified=identified)


def test_our_id_and_version_stay_here() -> None:
    meta = {"versionId": "3", "lastUpdated": "2026-01-01T00:00:00Z", "profile": ["p"]}
    assert sent({"id": "x", "meta": meta})["meta"] == {"profile": ["p"]}


def test_a_known_reference_leads_to_the_other_side() -> None:
    assert sent({"subject": {"reference": "Patient/rosa"}})["subject"] == {
        "reference": "Patient/p-1"
    }


def test_a_reference_to_a_version_leads_to_the_resource() -> None:
    found = sent({"device": {"reference": "Device/cuff/_history/2"}})
    assert found["device"] == {"reference": "Device/d-1"}


def test_who_is_not_there_keeps_a_name() -> None:
    found = sent({"performer": [{"reference": "Practitioner/x", "display": "Dr Lind"}]})
    assert found["performer"] == [{"type": "Practitioner", "display": "Dr Lind"}]


def test_another_patient_is_not_named() -> None:
    found = sent({"focus": [{"reference": "Patient/other", "display": "DAHL, Per"}]})
    assert found["focus"] == [{"type": "Patient", "display": "not disclosed"}]


@pytest.mark.parametrize("reference", ["#contained", "urn:uuid:1", "https://x.example/Patient/1"])
def test_other_references_stay_as_they_are(reference: str) -> None:
    assert sent({"subject": {"reference": reference}})["subject"] == {"reference": reference}


def test_our_identifier_is_added_once() -> None:
    once = sent({"identifier": [{"system": "urn:x", "value": "1"}]}, identified=True)
    twice = sent(once, identified=True)
    assert twice["identifier"] == [
        {"system": "urn:x", "value": "1"},
        {"system": RECORD_SYSTEM, "value": str(ID)},
    ]


def test_references_are_found_at_any_depth() -> None:
    deep = {"a": [{"b": {"reference": "Patient/1"}}], "c": {"reference": "Device/2"}}
    assert set(references(deep)) == {("Patient", "1"), ("Device", "2")}


def test_only_lower_ranks_are_waited_for() -> None:
    visit = {"subject": {"reference": "Patient/1"}, "diagnosis": {"reference": "Condition/2"}}
    assert needs(visit, 5) == {("Patient", "1")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"value": 1.0}', '{"value": 1}'),
        ('{"value": 1.0E-5}', '{"value": 0.00001}'),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'),
        ('{"a": 1, "meta": {"versionId": "1"}}', '{"a": 1}'),
        ('{"a": 1, "id": "x"}', '{"a": 1, "id": "y"}'),
    ],
)
def test_the_same_words_have_the_same_digest(one: str, other: str) -> None:
    assert digest(loads(one)) == digest(loads(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"value": 1}', '{"value": 2}'),
        ('{"value": 1}', '{"value": "1"}'),
        ('{"value": true}', '{"value": 1}'),
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": null}', "{}"),
    ],
)
def test_other_words_have_another_digest(one: str, other: str) -> None:
    assert digest(loads(one)) != digest(loads(other))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.decimals(-(10**9), 10**9, places=4)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdef", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_the_digest_survives_the_wire(value: object) -> None:
    assert digest({"x": value}) == digest(loads(dumps({"x": value})))


@given(st.decimals(-(10**9), 10**9, places=3))
def test_the_digest_does_not_see_trailing_zeros(number: Decimal) -> None:
    assert digest({"x": number}) == digest({"x": number * Decimal("1.000")})


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "status": "final"},
        {"resourceType": "Goal", "lifecycleStatus": "active"},
        {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "active"}]}},
        {"resourceType": "AllergyIntolerance"},
    ],
    ids=lambda resource: str(resource["resourceType"]),
)
def test_what_is_taken_back_says_so(resource: dict[str, object]) -> None:
    assert not is_in_error(resource)
    assert is_in_error(taken_back(resource))


def test_a_patient_cannot_say_it() -> None:
    assert not is_in_error({"resourceType": "Patient", "status": "entered-in-error"})
