"""One chart that holds a record of every kind, each with words that betray whose it is."""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
TERMS = "http://terminology.hl7.org/CodeSystem"


@dataclass(frozen=True)
class Subject:
    """A patient of the matrix.

    Attributes:
        key: What the table calls the patient; it begins the id of every record.
        family: A name that nobody else bears: whoever may not know the patient never reads it.
        word: Stands in every clinical record: whoever may not open the chart never reads it.
        facility: FHIR id of the place that knows the patient.
        here: Whether there is a visit now; else it ended long ago.
    """

    key: str
    family: str
    word: str
    facility: str
    here: bool

    @property
    def secrets(self) -> tuple[str, str]:
        """What no answer to a stranger holds."""
        return self.family, self.word


SUBJECTS = {
    each.key: each
    for each in (
        Subject("own", "Ownquill", "zebraown", "harbour", here=True),
        Subject("other", "Otherquill", "zebraother", "harbour", here=False),
        Subject("restricted", "Shyquill", "zebrashy", "harbour", here=True),
        Subject("broken", "Glassquill", "zebraglass", "harbour", here=False),
        Subject("elsewhere", "Hillquill", "zebrahill", "hill", here=True),
    )
}

# Labelled records of the first patient: for nobody here but the keeper, who is of the team.
KEPT = Subject("kept", "Ownquill", "zebrakept", "harbour", here=True)
LABEL = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}


def ago(**length: float) -> str:
    """A moment before now, as FHIR writes it."""
    return (timezone.now() - timedelta(**length)).isoformat(timespec="seconds")


def resources(subject: Subject) -> list[dict[str, Any]]:
    """The patient and a record of every kind, as FHIR."""
    return [_person(subject), *(_about(subject, *each) for each in _records(subject))]


def kinds() -> dict[str, str]:
    """The FHIR type of each record of a chart, by the record's name."""
    return {name: type_ for name, type_, _ in _records(KEPT)}


def labelled(names: set[str]) -> list[dict[str, Any]]:
    """A record of each kind that a label keeps back, in the chart of the first patient."""
    said = (json.dumps(_about(KEPT, *each)) for each in _records(KEPT) if each[0] in names)
    first = f"Patient/{next(iter(SUBJECTS))}"
    found = [json.loads(each.replace(f"Patient/{KEPT.key}", first)) for each in said]
    label = {"meta": {"security": [LABEL]}}
    # A file bears no label: that of the document which names it counts.
    return [each | ({} if each["resourceType"] == "Binary" else label) for each in found]


def _person(subject: Subject) -> dict[str, Any]:
    place = {"reference": f"Organization/{subject.facility}"}
    other = {"reference": "Organization/hill"}
    elsewhere = [{"value": "M-far", "system": "urn:test:far", "assigner": other}]
    return {
        "resourceType": "Patient",
        "id": subject.key,
        "active": True,
        "name": [{"use": "official", "family": subject.family, "given": ["Pia"]}],
        "gender": "female",
        "birthDate": "1971-02-03",
        "managingOrganization": place,
        "identifier": [
            {
                "type": {"coding": [{"code": "MR"}]},
                "system": "urn:test:matrix",
                "value": f"M-{subject.key}",
                "assigner": place,
            },
            *(elsewhere if subject.key == "own" else []),
        ],
    }


def _about(subject: Subject, name: str, type_: str, body: dict[str, Any]) -> dict[str, Any]:
    """A record of the chart: its id is the patient's key and the record's name."""
    whose = "patient" if type_ in _PATIENT_ELEMENT else "subject"
    link = {} if type_ == "Appointment" else {whose: {"reference": f"Patient/{subject.key}"}}
    if type_ in _LINKS:
        link = {_LINKS[type_]: {"reference": f"Patient/{subject.key}"}}
    return {"resourceType": type_, "id": f"{subject.key}-{name}"} | link | body


_LINKS = {"Task": "for", "Binary": "securityContext"}
_PATIENT_ELEMENT = {
    "AllergyIntolerance",
    "Immunization",
    "FamilyMemberHistory",
    "RelatedPerson",
    "Consent",
    "Device",
}


def concept(text: str, code: str = "x", system: str = "urn:test:codes") -> dict[str, Any]:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _term(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{TERMS}/{system}", "code": code}]}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _observation(category: str, code: str, text: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "status": "final",
        "category": [_term("observation-category", category)],
        "code": concept(text, code, LOINC),
        "effectiveDateTime": ago(hours=1),
        "valueQuantity": _quantity(value, unit),
    }


def _records(subject: Subject) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        *_visits(subject),
        *_history(subject),
        *_medicines(subject.word),
        *_results(subject.word),
        *_papers(subject),
        *_plans(subject),
        *_belonging(subject.word),
    ]


def _visits(subject: Subject) -> list[tuple[str, str, dict[str, Any]]]:
    place = {"serviceProvider": {"reference": f"Organization/{subject.facility}"}}
    ended = {"end": ago(days=399)}
    period = {"start": ago(hours=2)} if subject.here else {"start": ago(days=400)} | ended
    status = "in-progress" if subject.here else "finished"
    reason = {"reasonCode": [concept(subject.word)]}
    ambulatory = {"class": {"system": f"{TERMS}/v3-ActCode", "code": "AMB"}}
    in_bed = {"class": {"system": f"{TERMS}/v3-ActCode", "code": "IMP"}}
    seen = {"status": status, "period": period} | place | reason
    away = seen | {"period": {"start": ago(hours=3)}}
    away |= {"serviceProvider": {"reference": "Organization/hill"}}
    booked = _appointment(subject)
    nowhere = {"participant": booked["participant"][:1]}
    return [
        ("visit", "Encounter", seen | ambulatory),
        ("stay", "Encounter", seen | in_bed),
        ("appointment", "Appointment", booked),
        *([("away", "Encounter", away | ambulatory)] if subject.key == "own" else []),
        *([("unplaced", "Appointment", booked | nowhere)] if subject.key == "own" else []),
        *([("far", "Appointment", _appointment(subject, "hill"))] if subject.key == "own" else []),
    ]


def _appointment(subject: Subject, place: str = "") -> dict[str, Any]:
    start = timezone.now() + timedelta(hours=6)  # still to come when all is asked
    return {
        "status": "booked",
        "start": start.isoformat(timespec="seconds"),
        "end": (start + timedelta(minutes=20)).isoformat(timespec="seconds"),
        "minutesDuration": 20,
        "description": f"Check {subject.key}",
        "reasonCode": [concept(subject.word)],
        "participant": [
            {"actor": {"reference": f"Patient/{subject.key}"}, "status": "accepted"},
            {
                "actor": {"reference": f"Location/{place or subject.facility}-room"},
                "status": "accepted",
            },
        ],
    }


def _history(subject: Subject) -> list[tuple[str, str, dict[str, Any]]]:
    word = subject.word
    problem = {"verificationStatus": _term("condition-ver-status", "confirmed")}
    problem |= {"clinicalStatus": _term("condition-clinical", "active")}
    listed = {"category": [_term("condition-category", "problem-list-item")]}
    met = {"category": [_term("condition-category", "encounter-diagnosis")]}
    visit = {"encounter": {"reference": f"Encounter/{subject.key}-visit"}}
    during = {} if subject is KEPT else visit
    over = {"clinicalStatus": _term("condition-clinical", "resolved")}
    allergy = {
        "clinicalStatus": _term("allergyintolerance-clinical", "active"),
        "verificationStatus": _term("allergyintolerance-verification", "confirmed"),
        "code": concept(word),
    }
    cured = {"clinicalStatus": _term("allergyintolerance-clinical", "resolved")}
    social = _observation("social-history", "11331-6", word, 1, "/d")
    del social["valueQuantity"]
    shot = {"status": "completed", "vaccineCode": concept(word), "occurrenceDateTime": "2020-01-02"}
    father = {"relationship": concept("father", "FTH", f"{TERMS}/v3-RoleCode")}
    illness = {"condition": [{"code": concept(word)}]}
    return [
        ("problem", "Condition", problem | listed | {"code": concept(word)}),
        ("diagnosis", "Condition", problem | met | during | {"code": concept(word)}),
        ("past-problem", "Condition", problem | listed | over | {"code": concept(word)}),
        ("allergy", "AllergyIntolerance", allergy),
        ("past-allergy", "AllergyIntolerance", allergy | cured),
        ("immunization", "Immunization", shot),
        (
            "procedure",
            "Procedure",
            {"status": "completed", "code": concept(word), "performedDateTime": "2019-03-04"},
        ),
        ("relative", "FamilyMemberHistory", {"status": "completed"} | father | illness),
        ("social", "Observation", social | {"valueString": word}),
    ]


def _medicines(word: str) -> list[tuple[str, str, dict[str, Any]]]:
    dose = {
        "text": "1 tablet twice a day",
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    }
    order = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept(word),
        "authoredOn": ago(days=2),
        "dosageInstruction": [dose],
    }
    told = {
        "status": "active",
        "medicationCodeableConcept": concept(word),
        "dateAsserted": ago(days=3),
    }
    given = {
        "status": "completed",
        "medicationCodeableConcept": concept(word),
        "effectiveDateTime": ago(hours=1),
        "dosage": {"dose": {"value": 1, "unit": "tablet"}},
    }
    return [
        ("medication", "MedicationRequest", order),
        ("statement", "MedicationStatement", told),
        ("administration", "MedicationAdministration", given),
    ]


def _results(word: str) -> list[tuple[str, str, dict[str, Any]]]:
    lab = _observation("laboratory", "2823-3", f"Potassium {word}", 4.1, "mmol/L")
    pulse = _observation("vital-signs", "8867-4", "Heart rate", 72, "/min")
    waiting = pulse | {"status": "preliminary", "note": [{"text": word}]}
    report = {
        "status": "final",
        "category": [concept("Laboratory", "LAB", f"{TERMS}/v2-0074")],
        "code": concept(word),
        "effectiveDateTime": ago(hours=1),
        "conclusion": word,
    }
    order = {"status": "active", "intent": "order", "code": concept(word, "2823-3", LOINC)}
    order |= {"authoredOn": ago(hours=3)}
    study = {"status": "available", "description": word, "started": ago(days=1)}
    return [
        ("result", "Observation", lab),
        ("earlier-result", "Observation", lab | {"effectiveDateTime": ago(days=1)}),
        ("gone", "Observation", pulse | {"note": [{"text": word}]}),
        ("sign", "Observation", pulse | {"note": [{"text": word}]}),
        ("reading", "Observation", waiting | {"effectiveDateTime": ago(minutes=30)}),
        ("report", "DiagnosticReport", report),
        ("order", "ServiceRequest", order),
        ("study", "ImagingStudy", study),
    ]


def _papers(subject: Subject) -> list[tuple[str, str, dict[str, Any]]]:
    word = subject.word
    text = base64.b64encode(word.encode()).decode()
    content = [{"attachment": {"contentType": "text/plain", "data": text, "title": word}}]
    paper = {"status": "current", "content": content, "date": ago(days=1), "description": word}
    note = {"type": concept("Progress note", "11506-3", LOINC)}
    note |= {"category": [concept("Clinical note", "clinical-note")]}
    scan = {"type": concept("Letter", "51899-3", LOINC)}
    return [
        ("note", "DocumentReference", paper | note),
        ("document", "DocumentReference", paper | scan | {"content": _picture(word)}),
        ("file", "Binary", {"contentType": "text/plain", "data": text}),
        ("scan", "DocumentReference", paper | scan | {"content": _by_name(subject)}),
        ("answers", "QuestionnaireResponse", _answers(word)),
    ]


def _by_name(subject: Subject) -> list[dict[str, Any]]:
    """A file that has an address of its own."""
    url = f"Binary/{subject.key}-file"
    return [{"attachment": {"contentType": "text/plain", "url": url, "title": subject.word}}]


def _answers(word: str) -> dict[str, Any]:
    """A type that has no table of its own."""
    said = {"linkId": "1", "answer": [{"valueString": word}]}
    return {"status": "completed", "item": [said]}


def _picture(word: str) -> list[dict[str, Any]]:
    data = base64.b64encode(b"%PDF-1.4 " + word.encode()).decode()
    return [{"attachment": {"contentType": "application/pdf", "data": data, "title": word}}]


def _plans(subject: Subject) -> list[tuple[str, str, dict[str, Any]]]:
    word = subject.word
    plan = {"status": "active", "intent": "plan", "title": word, "period": {"start": "2024-01-01"}}
    goal = {"lifecycleStatus": "active", "description": {"text": word}}
    place = {"reference": f"Organization/{subject.facility}"}
    task = {
        "status": "requested",
        "intent": "order",
        "description": word,
        "authoredOn": ago(days=1),
        "owner": place,
        "restriction": {"period": {"end": ago(hours=1)}},
    }
    flag = {"status": "active", "code": concept(word), "period": {"start": "2024-01-01"}}
    return [
        ("plan", "CarePlan", plan),
        ("goal", "Goal", goal),
        ("task", "Task", task),
        ("to-do", "Task", task | {"owner": {"reference": "Practitioner/dee"}}),
        ("flag", "Flag", flag),
    ]


def _belonging(word: str) -> list[tuple[str, str, dict[str, Any]]]:
    consent = {
        "status": "active",
        "scope": _term("consentscope", "treatment"),
        "category": [_term("consentcategorycodes", "hipaa-auth")],
        "dateTime": ago(days=3),
        "provision": {"type": "permit"},
        "policyRule": {"text": "x"},
    }
    directive = consent | {"scope": _term("consentscope", "adr")}
    colleague = {"reference": {"reference": "PractitionerRole/dee-at-hill"}}
    colleague |= {"role": concept("recipient", "PRCP", f"{TERMS}/v3-ParticipationType")}
    refusal = consent | {"scope": _term("consentscope", "patient-privacy")}
    note = {"text": word}
    return [
        ("related", "RelatedPerson", {"active": True, "name": [{"family": "Kin"}]}),
        ("consent", "Consent", consent),
        ("refusal", "Consent", refusal | {"provision": {"type": "deny", "actor": [colleague]}}),
        ("implant", "Device", {"deviceName": [{"name": word, "type": "user-friendly-name"}]}),
        ("directive", "Consent", directive | {"provision": {"type": "deny", "code": [note]}}),
    ]
