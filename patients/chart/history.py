"""Problems, allergies, medications and visits in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from patients.chart.concepts import all_words, moment_words, name_of, noted, words_of
from patients.models import (
    AllergyIntolerance,
    Condition,
    Encounter,
    MedicationRequest,
    Patient,
)

CONFIRMED_WITHIN = timedelta(days=365)
VISITS_SHOWN = 12
CLASSES = {
    "AMB": "Outpatient visit",
    "EMER": "Emergency",
    "HH": "Home visit",
    "IMP": "Inpatient stay",
    "ACUTE": "Inpatient stay",
    "NONAC": "Inpatient stay",
    "OBSENC": "Observation",
    "SS": "Short stay",
    "VR": "Remote contact",
}


@dataclass(frozen=True)
class Problem:
    text: str
    code: str
    onset_text: str
    status: str
    verification: str
    uncoded: bool
    category_missing: bool
    entered_in_error: bool = False
    reason: str = ""


def problems(patient: Patient) -> dict[str, Any]:
    """Active problems, and diagnoses that are over."""
    active = Condition.objects.of(patient).active().order_by("-onset_start", "id")
    past = Condition.objects.of(patient).past().order_by("-onset_start", "id")
    return {
        "problems": [_problem(condition) for condition in active],
        "other_diagnoses": [_problem(condition) for condition in past],
    }


def _problem(condition: Condition) -> Problem:
    return Problem(
        text=noted(name_of(condition, "code"), condition),
        code=condition.code_code,
        onset_text=moment_words(condition.onset_start, condition.onset_end),
        status=condition.clinical_status or "status not recorded",
        verification=condition.verification_status,
        uncoded=not condition.code_code,
        category_missing=not condition.categories,
    )


@dataclass(frozen=True)
class Allergy:
    text: str
    reaction: str
    severity: str
    criticality: str
    recorded_at: datetime | None
    verified: str
    uncoded: bool


def allergies(patient: Patient) -> dict[str, Any]:
    """Standing allergies and the exact state: known, none known, or not recorded."""
    standing = list(AllergyIntolerance.objects.of(patient).standing().order_by("-recorded_at"))
    known = [allergy for allergy in standing if not allergy.none_known]
    state = "known" if known else "none" if standing else "unrecorded"
    return {"allergies": [_allergy(allergy) for allergy in known], "allergies_state": state}


def _allergy(allergy: AllergyIntolerance) -> Allergy:
    reactions = allergy.reactions or []
    return Allergy(
        text=noted(name_of(allergy, "code"), allergy),
        reaction=", ".join(
            filter(None, (all_words(reaction.get("manifestation")) for reaction in reactions))
        ),
        severity=next((r["severity"] for r in reactions if r.get("severity")), ""),
        criticality=allergy.criticality,
        recorded_at=allergy.recorded_at,
        verified=allergy.verification_status,
        uncoded=not allergy.code_code,
    )


@dataclass(frozen=True)
class Medication:
    text: str
    dosage: str
    status: str
    authored_on: datetime | None
    requester: str
    as_needed: bool
    not_perform: bool
    uncoded: bool


def medications(patient: Patient) -> dict[str, Any]:
    """What the patient may be taking; what nobody confirmed for a year stands apart."""
    if patient.deceased:
        return {"medications": [], "older_medications": []}
    current = MedicationRequest.objects.of(patient).current().order_by("-authored_at", "id")
    since = timezone.now() - CONFIRMED_WITHIN
    newer: list[Medication] = []
    older: list[Medication] = []
    for order in current:
        recent = order.authored_at is not None and order.authored_at >= since
        (newer if recent else older).append(_medication(order))
    return {"medications": newer, "older_medications": older}


def _medication(order: MedicationRequest) -> Medication:
    dosages = order.dosages or []
    name = name_of(order, "medication")
    if name == "not named" and order.medication_reference:
        name = "medicine described elsewhere"
    return Medication(
        text=noted(name, order),
        dosage="; ".join(filter(None, map(dosage_words, dosages))) or "dosage not recorded",
        status=order.status or "status not recorded",
        authored_on=order.authored_at,
        requester=order.extra.get("requester", {}).get("display", ""),
        as_needed=any(
            d.get("asNeededBoolean") is True or "asNeededCodeableConcept" in d for d in dosages
        ),
        not_perform=order.do_not_perform is True,
        uncoded=not order.medication_code,
    )


def dosage_words(dosage: dict[str, Any]) -> str:
    """A dosage in words: as written, else from its parts."""
    if dosage.get("text"):
        return str(dosage["text"])
    doses = dosage.get("doseAndRate") or [{}]
    dose = doses[0].get("doseQuantity") or {}
    amount = f"{dose['value']} {dose.get('unit', '')}".strip() if "value" in dose else ""
    return " ".join(
        filter(None, (amount, words_of(dosage.get("route")), _timing(dosage.get("timing") or {})))
    )


def _timing(timing: dict[str, Any]) -> str:
    repeat = timing.get("repeat") or {}
    if words_of(timing.get("code")):
        return words_of(timing.get("code"))
    if "frequency" not in repeat or "period" not in repeat:
        return ""
    every = f"{repeat['period']} {repeat.get('periodUnit', '')}".strip()
    return f"{repeat['frequency']} × per {every}"


@dataclass(frozen=True)
class Visit:
    class_text: str
    type_text: str
    start: datetime | None
    end: datetime | None
    place: str
    status: str
    reason: str


def visits(patient: Patient) -> dict[str, Any]:
    """The newest visits and stays."""
    rows = Encounter.objects.of(patient).select_related("organization", "location")
    return {"encounters": [_visit(row) for row in rows.order_by("-start", "-id")[:VISITS_SHOWN]]}


def _visit(encounter: Encounter) -> Visit:
    return Visit(
        class_text=CLASSES.get(encounter.class_code, "Encounter"),
        type_text=encounter.type_text or encounter.type_display,
        start=encounter.start,
        end=encounter.end,
        place=place_of(encounter),
        status=encounter.status,
        reason=all_words(encounter.reasons),
    )


def place_of(encounter: Encounter) -> str:
    """Ward and facility, as far as they are known."""
    parts = (encounter.location, encounter.organization)
    return ", ".join(str(part) for part in parts if part is not None)
