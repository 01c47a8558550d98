"""Whatever a resource holds, the mapping gives it back: columns and remainder make the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.codec import dumps, loads, same
from fhir.errors import Refusal
from fhir.known import Known
from fhir.mapping import OUR_META
from fhir.registry import mapping, native_types
from fhir.validation import validate

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
dates = st.sampled_from(
    ["1958", "1958-04", "1958-04-01", "2024-02-29T10:00:00+02:00", "2024-01-01T00:00:00.000Z", "?"]
)
numbers = st.sampled_from(["1", "1.0", "1.50", "1.0E-5", "-0", "12345678901234567890.10"]).map(
    loads
)
concepts = st.fixed_dictionaries(
    {},
    optional={
        "coding": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "system": st.sampled_from(["http://loinc.org", "urn:own"]),
                    "code": texts,
                    "display": texts,
                    "userSelected": st.booleans(),
                },
            ),
            max_size=3,
        ),
        "text": texts,
    },
)
references = st.fixed_dictionaries(
    {"reference": st.sampled_from(["Patient/rosa", "Patient/nobody", "#here", "urn:uuid:1"])},
    optional={"display": texts},
)
quantities = st.fixed_dictionaries(
    {"value": numbers},
    optional={
        "unit": texts,
        "system": st.sampled_from(["http://unitsofmeasure.org", "urn:own"]),
        "code": texts,
        "comparator": st.sampled_from(["<", ">"]),
    },
)
values = st.one_of(
    texts, st.booleans(), dates, concepts, references, quantities, st.lists(concepts, max_size=2)
)


def elements(type_):
    """Names a resource of the type may carry: what the mapping knows, and what it does not."""
    stems = [element.name for element in mapping(type_).elements]
    choices = [s.replace("[x]", end) for s in stems for end in ("DateTime", "Period", "Boolean")]
    return sorted(
        {*stems, *choices, "_birthDate", "text", "contained", "valueQuantity", "extension"}
    )


@pytest.mark.django_db
@pytest.mark.parametrize("type_", native_types())
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_resource_comes_back_as_it_was_sent(type_, data):
    body = data.draw(st.dictionaries(st.sampled_from(elements(type_)), values, max_size=8))
    sent = {"resourceType": type_, "id": "x"} | {
        name: value for name, value in body.items() if plausible(type_, name, value)
    }
    rules = mapping(type_)
    got = rules.render(rules.read(loads(dumps(sent)), Known()))
    got["meta"] = {k: v for k, v in got["meta"].items() if k not in OUR_META}
    assert same(sent | {"meta": {}}, got)


def plausible(type_, name, value):
    """Only shapes that the official schema lets through reach a mapping."""
    try:
        validate({"resourceType": type_, "id": "x"} | REQUIRED.get(type_, {}) | {name: value})
    except Refusal:
        return False
    return True


SUBJECT = {"reference": "Patient/rosa"}
REQUIRED = {
    "AllergyIntolerance": {"patient": SUBJECT},
    "CarePlan": {"status": "active", "intent": "plan", "subject": SUBJECT},
    "Condition": {"subject": SUBJECT},
    "Device": {},
    "Encounter": {"status": "finished", "class": {"code": "AMB"}},
    "FamilyMemberHistory": {
        "status": "completed",
        "patient": SUBJECT,
        "relationship": {"text": "mother"},
    },
    "Flag": {"status": "active", "code": {"text": "x"}, "subject": SUBJECT},
    "Goal": {"lifecycleStatus": "active", "description": {"text": "x"}, "subject": SUBJECT},
    "Immunization": {
        "status": "completed",
        "vaccineCode": {"text": "x"},
        "patient": SUBJECT,
        "occurrenceString": "x",
    },
    "Medication": {},
    "MedicationAdministration": {
        "status": "completed",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "x"},
        "effectiveDateTime": "2024",
    },
    "MedicationStatement": {
        "status": "active",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "x"},
    },
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "x"},
    },
    "Observation": {"status": "final", "code": {"text": "x"}},
    "Task": {"status": "requested", "intent": "order"},
    "Procedure": {"status": "completed", "subject": SUBJECT},
}
