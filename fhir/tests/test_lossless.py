"""Whatever a resource holds, the mapping gives it back: columns and remainder make the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.codec import dumps, loads, same
from fhir.known import Known
from fhir.mapping import OUR_META
from fhir.registry import mapping, native_types
from fhir.validation import is_choice, validate
from fhir.validation.schema import breaches
from tests.fhir_samples import definition, least, shapes

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
odd = st.one_of(
    texts, st.booleans(), dates, concepts, references, quantities, st.lists(concepts, max_size=2)
)


def values(type_, name):
    """What the official schema describes under ``name``; of a name it does not know, anything."""
    spec = definition(type_)["properties"].get(name)
    return odd if spec is None else st.one_of(shapes(spec), odd)


def elements(type_):
    """Names a resource of the type may carry: what the mapping knows, and what it does not."""
    stems = [element.name for element in mapping(type_).elements]
    choices = [s.replace("[x]", end) for s in stems for end in ("DateTime", "Period", "Boolean")]
    official = {*definition(type_)["properties"]} - {"resourceType", "id", "meta", "contained"}
    return sorted({*stems, *choices, *official, "valueQuantity"})


@st.composite
def resources(draw, type_):
    """What must be there, and up to eight elements that the schema lets through."""
    names = draw(st.lists(st.sampled_from(elements(type_)), max_size=8, unique=True))
    body = {name: draw(values(type_, name)) for name in names}
    kept = {name: value for name, value in body.items() if plausible(type_, name, value)}
    return {"resourceType": type_, "id": "x"} | REQUIRED[type_] | kept


def test_every_type_says_what_it_needs():
    assert sorted(REQUIRED) == native_types()


@pytest.mark.parametrize("type_", native_types())
def test_what_a_type_needs_is_enough(type_):
    validate({"resourceType": type_, "id": "x"} | REQUIRED[type_])


@pytest.mark.parametrize("type_", native_types())
def test_every_element_that_a_mapping_knows_is_tried(type_):
    """Some value for each of them passes the schema: nothing is left out in silence."""
    known = {name for each in mapping(type_).elements for name in official_names(type_, each.name)}
    tried = {
        name
        for name in known
        if plausible(type_, name, least(definition(type_)["properties"][name]))
    }
    assert known
    assert tried == known


def official_names(type_, element):
    """The names in JSON of one element; a choice has several."""
    stem = element.removesuffix("[x]")
    properties = definition(type_)["properties"]
    if stem == element:
        return {element}
    return {name for name in properties if is_choice(name, stem) and not name.startswith("_")}


@pytest.mark.django_db
@pytest.mark.parametrize("type_", native_types())
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_resource_comes_back_as_it_was_sent(type_, data):
    sent = data.draw(resources(type_))
    rules = mapping(type_)
    got = rules.render(rules.read(loads(dumps(sent)), Known()))
    got["meta"] = {k: v for k, v in got["meta"].items() if k not in OUR_META}
    assert same(sent | {"meta": {}}, got)


def plausible(type_, name, value):
    """What the official schema lets through: odder than anything that may reach a mapping."""
    resource = {"resourceType": type_, "id": "x"} | REQUIRED[type_] | {name: value}
    return not any(breaches(type_, resource))


SUBJECT = {"reference": "Patient/rosa"}
REQUIRED = {
    "AllergyIntolerance": {
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                    "code": "active",
                }
            ]
        },
        "patient": SUBJECT,
    },
    "Appointment": {
        "status": "proposed",
        "participant": [{"actor": SUBJECT, "status": "accepted"}],
    },
    "Binary": {"contentType": "text/plain"},
    "CarePlan": {"status": "active", "intent": "plan", "subject": SUBJECT},
    "CareTeam": {},
    "Condition": {"subject": SUBJECT},
    "Consent": {
        "status": "active",
        "scope": {"text": "x"},
        "category": [{"text": "x"}],
        "patient": SUBJECT,
        "policyRule": {"text": "x"},
    },
    "Device": {},
    "DiagnosticReport": {"status": "final", "code": {"text": "x"}},
    "DocumentReference": {"status": "current", "content": [{"attachment": {"title": "x"}}]},
    "Encounter": {"status": "finished", "class": {"code": "AMB"}},
    "FamilyMemberHistory": {
        "status": "completed",
        "patient": SUBJECT,
        "relationship": {"text": "mother"},
    },
    "Flag": {"status": "active", "code": {"text": "x"}, "subject": SUBJECT},
    "Goal": {"lifecycleStatus": "active", "description": {"text": "x"}, "subject": SUBJECT},
    "ImagingStudy": {"status": "available", "subject": SUBJECT},
    "Immunization": {
        "status": "completed",
        "vaccineCode": {"text": "x"},
        "patient": SUBJECT,
        "occurrenceString": "x",
    },
    "Location": {},
    "Medication": {},
    "MedicationAdministration": {
        "status": "completed",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "x"},
        "effectiveDateTime": "2024",
    },
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "x"},
    },
    "MedicationStatement": {
        "status": "active",
        "subject": SUBJECT,
        "medicationCodeableConcept": {"text": "x"},
    },
    "Observation": {"status": "final", "code": {"text": "x"}},
    "Organization": {"name": "x"},
    "Patient": {},
    "Practitioner": {},
    "PractitionerRole": {},
    "Procedure": {"status": "completed", "subject": SUBJECT},
    "RelatedPerson": {"patient": SUBJECT},
    "ServiceRequest": {"status": "active", "intent": "order", "subject": SUBJECT},
    "Task": {"status": "requested", "intent": "order"},
}
