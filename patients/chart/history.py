"""Problems, allergies and visits in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patients.chart.concepts import all_words, moment_words, name_of, noted
from patients.models import (
    AllergyIntolerance,
    Condition,
    Encounter,
    Patient,
)

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
