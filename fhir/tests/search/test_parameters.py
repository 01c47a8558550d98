"""Each kind of parameter, modifier and prefix, over tables and over stored resources alike."""

import pytest

from fhir.search import conditions, engine
from fhir.tests.search.shelf import BASE, ids

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]

TOKENS = [
    ("Observation?code=8867-4", "hr hr-ben"),
    ("Observation?code=http://loinc.org|8867-4", "hr hr-ben"),
    ("Observation?code=http://loinc.org|", "hr hr-ben k smoke"),
    ("Observation?code=|8867-4", ""),
    ("Observation?code=urn:other|8867-4", ""),
    ("Observation?code=8867-4,2823-3", "hr hr-ben k"),
    ("Observation?code=8867-4&status=amended", "hr-ben"),
    ("Observation?code=8867-4&code=2823-3", ""),
    ("Observation?code:not=8867-4", "k smoke"),
    ("Observation?code:not=8867-4,2823-3", "smoke"),
    ("Observation?code:text=tobacco", "smoke"),
    ("Observation?value-concept:missing=false", "smoke"),
    ("Observation?value-concept:missing=true", "hr hr-ben k"),
    ("Observation?combo-code=2823-3", "k"),
    ("Patient?identifier=urn:mrn|1\\,2", "ann"),
    ("Patient?identifier=1\\,2", "ann"),
    ("Patient?identifier=urn:mrn|1,2", ""),
    ("Patient?identifier:of-type=urn:types|MR|1\\,2", "ann"),
    ("Patient?identifier:of-type=urn:types|DL|1\\,2", ""),
    ("Patient?active=true", "ann"),
    ("Patient?active:missing=true", "ben"),
    ("Patient?gender=http://hl7.org/fhir/administrative-gender|female", "ann"),
    ("Patient?_tag=urn:tags|study", "ann"),
    ("Patient?_security=urn:labels|R", "ann"),
    ("Patient?_id=ann,ben", "ann ben"),
    ("Patient?_id=ann&_id=ben", ""),
    ("Claim?status=active", "bill"),
    ("Claim?status:not=active", "draft"),
    ("Claim?identifier=urn:claims|7", "bill"),
    ("Claim?identifier:missing=true", "draft"),
    ("Claim?_id=bill,colours", "bill"),
]
STRINGS = [
    ("Patient?family=o'brien", "ann"),
    ("Patient?name=MOLL", "ben"),
    ("Patient?name:contains=moll", "ann ben"),
    ("Patient?name:contains=%25", ""),
    ("Patient?name=_nn", ""),
    ("Patient?name:exact=Ben", "ben"),
    ("Patient?name:exact=ben", ""),
    ("Patient?name=ann,ben", "ann ben"),
    ("Patient?name=ann&name=o'brien", "ann"),
    ("Practitioner?name=angstrom", "doc"),
    ("Practitioner?family=ÅNG", "doc"),
    ("ValueSet?name=col", "colours"),
    ("ValueSet?name:contains=lour", "colours"),
    ("ValueSet?name:exact=Colours", "colours"),
    ("ValueSet?name:missing=true", ""),
]
DATES = [
    ("Observation?date=2024-05-01", "hr"),
    ("Observation?date=2024-05", "hr hr-ben"),
    ("Observation?date=ne2024-05", "k smoke"),
    ("Observation?date=2024-05-01T10:00:00Z", "hr"),
    ("Observation?date=2024-05-01T12:00:00%2B02:00", "hr"),
    ("Observation?date=2024-05-01T12:00:00 02:00", "hr"),
    ("Observation?date=2023-07", ""),
    ("Observation?date=gt2024-05-01", "hr-ben smoke"),
    ("Observation?date=ge2024-05-01", "hr hr-ben smoke"),
    ("Observation?date=lt2024-05-01", "k smoke"),
    ("Observation?date=le2024-05-01", "hr k smoke"),
    ("Observation?date=sa2023-12-31", "hr hr-ben"),
    ("Observation?date=eb2024-05-01", "k"),
    ("Observation?date=ge2024-05-01&date=lt2024-05-02", "hr smoke"),
    ("Observation?date=2024-05-01,2023", "hr k"),
    ("Observation?date:missing=false", "hr hr-ben k smoke"),
    ("Observation?_lastUpdated=ge2020&code=2823-3", "k"),
    ("Observation?_lastUpdated=lt2020", ""),
    ("Patient?birthdate=1958", "ann"),
    ("Patient?birthdate=1958-03", ""),
    ("Patient?birthdate=gt1958", "ben"),
    ("Patient?birthdate=le1958", "ann"),
    ("Patient?birthdate=1990-02-28", "ben"),
    ("Encounter?date=gt2030", "visit"),
    ("Encounter?date=lt2024-05-01", ""),
    ("Encounter?date=eb2030", ""),
    ("Encounter?date=ap2025", "visit"),
    ("Claim?created=2024-05-03", "bill"),
    ("Claim?created=2024", "bill draft"),
    ("Claim?created=ne2024-06", "bill"),
    ("Claim?created=gt2024-06-15", "draft"),
    ("Claim?created=ge2024-05-03", "bill draft"),
    ("Claim?created=lt2024-06-15", "bill draft"),
    ("Claim?created=le2024-05-03", "bill"),
    ("Claim?created=sa2024-05", "draft"),
    ("Claim?created=eb2024-06", "bill"),
    ("Claim?created=ge2024-05-01&created=le2024-05-31", "bill"),
    ("Claim?created:missing=true", ""),
]
REFERENCES = [
    ("Observation?subject=Patient/ann", "hr k smoke"),
    ("Observation?subject=ann", "hr k smoke"),
    ("Observation?patient=ann", "hr k smoke"),
    ("Observation?patient=Patient/ann", "hr k smoke"),
    ("Observation?subject:Patient=ann", "hr k smoke"),
    ("Observation?subject:Device=ann", ""),
    ("Observation?subject=Device/ann", ""),
    ("Observation?patient=Device/ann", ""),
    (f"Observation?subject={BASE}/Patient/ann", "hr k smoke"),
    ("Observation?subject=https://elsewhere.test/fhir/Patient/ann", ""),
    ("Observation?subject=Patient/ann/_history/1", "hr k smoke"),
    ("Observation?subject=ann,ben", "hr hr-ben k smoke"),
    ("Observation?performer=Practitioner/doc", "smoke"),
    ("Observation?performer:missing=true", "hr hr-ben k"),
    ("Observation?has-member=hr", "smoke"),
    ("Patient?general-practitioner=doc", "ann"),
    ("Claim?patient=ann", "bill"),
    ("Claim?patient=Patient/ann,Patient/ben", "bill draft"),
    ("Claim?provider:identifier=urn:npi|99", "bill"),
    ("Claim?provider:identifier=99", "bill"),
    ("Provenance?target=Observation/hr", "origin"),
    ("Provenance?target=hr", "origin"),
    ("Provenance?target=Observation/none", ""),
]
NUMBERS = [
    ("Observation?value-quantity=72", "hr"),
    ("Observation?value-quantity=gt72", "hr-ben"),
    ("Observation?value-quantity=ge72", "hr hr-ben"),
    ("Observation?value-quantity=lt72", "k"),
    ("Observation?value-quantity=5.4", "k"),
    ("Observation?value-quantity=5.400", "k"),
    ("Observation?value-quantity=5", "k"),
    ("Observation?value-quantity=5.3", ""),
    ("Observation?value-quantity=ap5", "k"),
    ("Observation?value-quantity=ne72", "hr-ben k"),
    ("Observation?value-quantity=1.2e2", "hr-ben"),
    ("Observation?value-quantity=72|http://unitsofmeasure.org|/min", "hr"),
    ("Observation?value-quantity=72||/min", "hr"),
    ("Observation?value-quantity=72||kg", ""),
    ("Observation?value-quantity=gt1|http://unitsofmeasure.org|/min", "hr hr-ben"),
    ("Observation?combo-value-quantity=sa100", "hr-ben"),
    ("RiskAssessment?probability=0.25", "risk"),
    ("RiskAssessment?probability=0.3", "risk"),
    ("RiskAssessment?probability=gt0.25", ""),
    ("RiskAssessment?probability=le0.25", "risk"),
    ("RiskAssessment?probability=eb1", "risk"),
]
URIS = [
    ("ValueSet?url=http://example.org/fhir/ValueSet/colours", "colours"),
    ("ValueSet?url=http://example.org/fhir", ""),
    ("ValueSet?url:below=http://example.org/fhir", "colours"),
    ("ValueSet?url:below=http://example.org/fhir/", "colours"),
    ("ValueSet?url:below=http://example.org/fh", ""),
    ("ValueSet?url:above=http://example.org/fhir/ValueSet/colours/red", "colours"),
    ("ValueSet?url:above=http://example.org/fhir/ValueSet", ""),
    ("Patient?_profile=http://example.org/P", "ann"),
    ("Patient?_profile=http://example.org/P|1", "ann"),
    ("Patient?_profile=http://example.org/P|2", ""),
    ("Patient?_source=urn:feed:1", "ann"),
]
COMPOSITES = [
    ("Observation?code-value-quantity=http://loinc.org|8867-4$gt100", "hr-ben"),
    ("Observation?code-value-quantity=8867-4$72", "hr"),
    ("Observation?code-value-quantity=8867-4$72||/min", "hr"),
    ("Observation?code-value-quantity=8867-4$72||kg", ""),
    ("Observation?code-value-quantity=2823-3$72", ""),
    ("Observation?combo-code-value-quantity=8867-4$lt100", "hr"),
    ("Observation?code-value-concept=72166-2$http://snomed.info/sct|8517006", "smoke"),
    ("Observation?code-value-concept=8867-4$8517006", ""),
    ("ValueSet?context-type-quantity=age$ge18", "colours"),
    ("ValueSet?context-type-quantity=focus$ge18", ""),
    ("ValueSet?context-type-value=focus$363662004", "colours"),
]
CHAINS = [
    ("Observation?subject:Patient.name=moll", "hr-ben"),
    ("Observation?subject.name=ben", "hr-ben"),
    ("Observation?patient.birthdate=lt1980", "hr k smoke"),
    ("Observation?subject:Patient.organization.name=seaside", "hr k smoke"),
    ("Observation?patient.organization.name=nowhere", ""),
    ("Observation?performer:Practitioner.family=angstrom", "smoke"),
    ("Observation?has-member.code=8867-4", "smoke"),
    ("Observation?has-member:Observation.subject:Patient.name:exact=Ann", "smoke"),
    ("Observation?subject:Patient._id=ben", "hr-ben"),
    ("Observation?patient._has:Claim:patient:status=draft", "hr-ben"),
    ("Patient?general-practitioner:Practitioner.name=eva", "ann"),
    ("Patient?link:Patient.gender=female", "ben"),
    ("Claim?patient.name=ann", "bill"),
    ("Claim?patient.general-practitioner:Practitioner.name=eva", "bill"),
    ("Provenance?target:Observation.code=8867-4", "origin"),
]
HAS = [
    ("Patient?_has:Observation:patient:code=2823-3", "ann"),
    ("Patient?_has:Observation:subject:code=8867-4", "ann ben"),
    ("Patient?_has:Observation:subject:code=8867-4&name=ben", "ben"),
    ("Patient?_has:Claim:patient:status=draft", "ben"),
    ("Patient?_has:Claim:patient:created=2024", "ann ben"),
    ("Patient?_has:Patient:link:name=ben", "ann"),
    ("Practitioner?_has:Observation:performer:code=72166-2", "doc"),
    ("Practitioner?_has:Patient:general-practitioner:_has:Claim:patient:status=active", "doc"),
    ("Observation?_has:Observation:has-member:code=72166-2", "hr"),
    ("Observation?_has:Provenance:target:agent=doc", "hr"),
    ("Observation?_has:Provenance:target:agent=nobody", ""),
    ("Organization?_has:Patient:organization:_has:Observation:patient:code=2823-3", "clinic"),
]


KINDS = {
    "token": TOKENS,
    "string": STRINGS,
    "date": DATES,
    "reference": REFERENCES,
    "number": NUMBERS,
    "uri": URIS,
    "composite": COMPOSITES,
    "chain": CHAINS,
    "has": HAS,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_finds_what_it_must(kind):
    wrong = [
        (query, found, got) for query, found in KINDS[kind] if (got := ids(query)) != found.split()
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_much_to_look_up_before_is_found_as_well(kind, monkeypatch):
    monkeypatch.setattr(conditions, "FEW", 0)
    monkeypatch.setattr(conditions, "FEW_ROWS", 0)
    monkeypatch.setattr(engine, "FEW", 0)
    wrong = [
        (query, found, got) for query, found in KINDS[kind] if (got := ids(query)) != found.split()
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("type_", "found"),
    [("Observation", "hr k smoke"), ("Claim", "bill"), ("Encounter", "visit"), ("Patient", "ben")],
)
def test_a_compartment_holds_what_is_about_the_patient(type_, found):
    assert ids(type_, within="ann") == found.split()


def test_a_compartment_is_searched_by_the_same_parameters():
    assert ids("Observation?code=8867-4", within="ann") == ["hr"]
