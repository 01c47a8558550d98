"""What is on the shelf: two patients with results, a claim, terminology, a risk, a charge."""

from decimal import Decimal

from fhir.tests.search.shelf import LOINC, coding, observation

CONTEXT = "http://terminology.hl7.org/CodeSystem/usage-context-type"

PEOPLE = (
    {"resourceType": "Organization", "id": "clinic", "name": "Seaside Clinic", "active": True},
    {
        "resourceType": "Practitioner",
        "id": "doc",
        "name": [{"family": "Ångström", "given": ["Eva"]}],
    },
    {
        "resourceType": "Patient",
        "id": "ann",
        "meta": {
            "profile": ["http://example.org/P|1"],
            "tag": [{"system": "urn:tags", "code": "study"}],
            "security": [{"system": "urn:labels", "code": "R"}],
            "source": "urn:feed:1",
        },
        "active": True,
        "identifier": [
            {
                "system": "urn:mrn",
                "value": "1,2",
                "type": coding("urn:types", "MR"),
            }
        ],
        "name": [{"family": "O'Brien, Möller", "given": ["Ann"], "text": "Ann O'Brien"}],
        "gender": "female",
        "birthDate": "1958",
        "managingOrganization": {"reference": "Organization/clinic"},
        "generalPractitioner": [{"reference": "Practitioner/doc"}],
    },
    {
        "resourceType": "Patient",
        "id": "ben",
        "name": [{"family": "Moll", "given": ["Ben"]}],
        "gender": "male",
        "birthDate": "1990-02-28",
        "link": [{"other": {"reference": "Patient/ann"}, "type": "seealso"}],
    },
)
RESULTS = (
    observation("hr", "8867-4", 72, "/min", "2024-05-01T10:00:00Z"),
    observation("hr-ben", "8867-4", 120, "/min", "2024-05-02", "Patient/ben", status="amended"),
    observation("k", "2823-3", Decimal("5.40"), "mmol/L", "2023"),
    {
        "resourceType": "Observation",
        "id": "smoke",
        "status": "final",
        "code": coding(LOINC, "72166-2", display="Tobacco smoking status"),
        "subject": {"reference": "Patient/ann"},
        "performer": [{"reference": "Practitioner/doc"}],
        "effectivePeriod": {"start": "2022-01-01"},
        "valueCodeableConcept": coding("http://snomed.info/sct", "8517006"),
        "hasMember": [{"reference": "Observation/hr"}],
    },
    {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "in-progress",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/ann"},
        "period": {"start": "2024-05-01T09:00:00Z"},
    },
)
STORED = (
    {
        "resourceType": "Claim",
        "id": "bill",
        "status": "active",
        "identifier": [{"system": "urn:claims", "value": "7"}],
        "patient": {"reference": "Patient/ann"},
        "provider": {"identifier": {"system": "urn:npi", "value": "99"}},
        "created": "2024-05-03",
    },
    {
        "resourceType": "Claim",
        "id": "draft",
        "status": "draft",
        "patient": {"reference": "Patient/ben"},
        "created": "2024-06",
    },
    {
        "resourceType": "ValueSet",
        "id": "colours",
        "status": "active",
        "url": "http://example.org/fhir/ValueSet/colours",
        "name": "Colours",
        "date": "2020-01-01",
        "useContext": [
            {
                "code": {"system": CONTEXT, "code": "age"},
                "valueQuantity": {"value": 18, "unit": "a"},
            },
            {
                "code": {"system": CONTEXT, "code": "focus"},
                "valueCodeableConcept": coding("http://snomed.info/sct", "363662004"),
            },
        ],
    },
    {
        "resourceType": "RiskAssessment",
        "id": "risk",
        "status": "final",
        "subject": {"reference": "Patient/ann"},
        "prediction": [{"probabilityDecimal": Decimal("0.25")}],
    },
    {
        "resourceType": "Provenance",
        "id": "origin",
        "target": [{"reference": "Observation/hr"}, {"reference": "Patient/ann"}],
        "recorded": "2024-05-01T10:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/doc"}}],
    },
)
EVERYTHING = (*PEOPLE, *RESULTS, *STORED)
