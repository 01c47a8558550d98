"""Resources that break an invariant and nothing else of their kind, written by hand."""

from typing import Any

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CODE = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
ITEM = {"linkId": "1", "type": "display", "text": "x"}
DEFINITION = {
    "resourceType": "StructureDefinition",
    "url": "http://example.org/x",
    "name": "X",
    "status": "draft",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
}


def narrative(content: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": DIV.format(content)},
    }


def consent(code: str) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": "something", "code": code}]},
        "category": [{"text": "x"}],
        "policyRule": {"text": "x"},
    }


def questionnaire(*items: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Questionnaire", "status": "draft", "item": list(items)}


def contained(inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "contained": [inner], **more}


def differing(element: dict[str, Any]) -> dict[str, Any]:
    return DEFINITION | {"differential": {"element": [{"id": "a", "path": "Patient.x"} | element]}}


PRACTITIONER = {"resourceType": "Practitioner", "id": "a"}
TEAM = {
    "resourceType": "CareTeam",
    "contained": [{"resourceType": "Patient", "id": "p"}],
    "participant": [{"member": {"reference": "#p"}, "onBehalfOf": {"display": "x"}}],
}

BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("txt-1", narrative("<p>a<script>x</script></p>")),
    ("txt-1", narrative("<p onclick='x'>a</p>")),
    ("txt-1", narrative("<p>a")),
    ("txt-1", narrative("<a href='javascript:x'>a</a>")),
    ("txt-1", narrative("<form>a</form>")),
    ("txt-1", narrative("<!DOCTYPE x>a")),
    ("txt-1", narrative("&nbsp;")),
    ("txt-2", narrative("")),
    ("txt-2", narrative(" \n<p> </p>")),
    ("txt-2", narrative("<!-- only for the eyes of programs -->")),
    ("dom-3", contained(PRACTITIONER)),
    ("dom-3", contained(PRACTITIONER, generalPractitioner=[{"reference": "Practitioner/a"}])),
    ("dom-2", contained(PRACTITIONER | {"contained": [PRACTITIONER]})),
    ("dom-4", contained(PRACTITIONER | {"meta": {"versionId": "1"}})),
    ("dom-4", contained(PRACTITIONER | {"meta": {"lastUpdated": "2024-01-01T00:00:00Z"}})),
    ("dom-5", contained(PRACTITIONER | {"meta": {"security": [{"code": "R"}]}})),
    ("ref-1", {"resourceType": "Patient", "generalPractitioner": [{"reference": "#a"}]}),
    ("ctm-1", TEAM),
    (
        "rng-2",
        {
            "resourceType": "Group",
            "type": "person",
            "actual": False,
            "characteristic": [
                {
                    "code": {"text": "age"},
                    "valueRange": {
                        "low": {"value": 2, "unit": "a"},
                        "high": {"value": 1, "unit": "a"},
                    },
                    "exclude": False,
                }
            ],
        },
    ),
    (
        "que-7",
        questionnaire(
            ITEM | {"enableWhen": [{"question": "x", "operator": "exists", "answerString": "true"}]}
        ),
    ),
    (
        "obs-7",
        {
            "resourceType": "Observation",
            "status": "final",
            "code": CODE,
            "valueInteger": 1,
            "component": [{"code": CODE, "valueInteger": 2}],
        },
    ),
    (
        "con-5",
        {
            "resourceType": "Condition",
            "subject": {"display": "x"},
            "clinicalStatus": {"text": "x"},
            "verificationStatus": {
                "coding": [{"system": VERIFICATION, "code": "entered-in-error"}]
            },
        },
    ),
    ("ppc-2", {**consent("patient-privacy")}),
    ("ppc-3", {**consent("research")}),
    ("ppc-4", {**consent("adr")}),
    ("ppc-5", {**consent("treatment")}),
    ("que-1", questionnaire(ITEM | {"type": "group"})),
    ("que-1", questionnaire(ITEM | {"item": [ITEM | {"linkId": "2"}]})),
    ("que-2", questionnaire(ITEM, ITEM)),
    ("que-2", questionnaire(ITEM | {"type": "group", "item": [ITEM]})),
    ("que-3", questionnaire(ITEM | {"code": [{"code": "x"}]})),
    ("que-6", questionnaire(ITEM | {"required": False})),
    ("que-8", questionnaire(ITEM | {"initial": [{"valueString": "x"}]})),
    ("que-9", questionnaire(ITEM | {"readOnly": True})),
    (
        "que-12",
        questionnaire(
            ITEM
            | {"enableWhen": [{"question": "x", "operator": "exists", "answerBoolean": True}] * 3}
        ),
    ),
    (
        "sdf-1",
        DEFINITION
        | {
            "derivation": "specialization",
            "snapshot": {
                "element": [
                    {"id": n, "path": "Patient", "definition": "x", "min": 0, "max": "1"}
                    for n in "ab"
                ]
            },
        },
    ),
    ("sdf-5", DEFINITION | {"type": "Extension"}),
    (
        "sdf-15a",
        DEFINITION
        | {
            "differential": {"element": [{"id": "a", "path": "Patient", "type": [{"code": "x"}]}]},
        },
    ),
    (
        "bdl-11",
        {
            "resourceType": "Bundle",
            "type": "document",
            "identifier": {"system": "urn:x", "value": "1"},
            "timestamp": "2024-01-01T00:00:00Z",
            "entry": [{"fullUrl": "urn:x", "resource": {"resourceType": "Patient"}}],
        },
    ),
    ("eld-2", differing({"min": 2, "max": "1"})),
    ("eld-13", differing({"type": [{"code": "string"}, {"code": "string"}]})),
    (
        "sdf-19",
        differing({"type": [{"code": "no-type"}]})
        | {"url": "http://hl7.org/fhir/StructureDefinition/x"},
    ),
    (
        "eld-14",
        DEFINITION
        | {
            "differential": {
                "element": [
                    {
                        "id": "a",
                        "path": "Patient.x",
                        "constraint": [{"key": "a", "severity": "error", "human": "x"}] * 2,
                    }
                ]
            },
        },
    ),
]
