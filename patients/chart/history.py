"""Problems, allergies and visits in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Location, Organization
from fhir.together import Loading
from patients.chart.choices import last_note, sent_status, span_or_words
from patients.chart.concepts import all_words, name_of, noted, understood
from patients.models import AllergyIntolerance, Condition, Encounter, Patient
from patients.models.allergy import NO_KNOWN_ALLERGY
from patients.models.base import ENTERED_IN_ERROR

SEVERITIES = ("severe", "moderate", "mild")
VISITS_SHOWN = 12
RECORDED_SHOWN = 8
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
# Categories of an allergy whose code is not the word that its form asks with.
KINDS = {"medication": "medicine"}


@dataclass(frozen=True)
class Problem:
    """One problem or diagnosis as shown.

    Attributes:
        verification: ``confirmed``, ``provisional``, ``differential`` …; the sender's words where
            the code is not one that is known here; empty when nobody said.
        category_missing: Nobody put it on the problem list: a diagnosis recorded only.
        reason: Newest note, for what was ruled out.
        of_visit: It was filed as the diagnosis of one visit.
    """

    text: str
    code: str
    onset_text: str
    status: str
    verification: str
    uncoded: bool
    category_missing: bool
    entered_in_error: bool = False
    reason: str = ""
    id: UUID | None = None
    version: int = 0
    ended_text: str = ""
    severity: str = ""
    is_active: bool = True
    of_visit: bool = False


def active_problems(patient: Patient) -> list[Problem]:
    """Problems of today that somebody put on the problem list, the newest first."""
    return [problem(row) for row in _on_problem_list(patient)]


def diagnoses_recorded(patient: Patient, limit: int | None = None) -> list[Problem]:
    """Diagnoses of today that nobody put on the problem list: no category, or of one visit."""
    return [problem(row) for row in _recorded(patient)[:limit]]


def problems(patient: Patient) -> Loading[dict[str, Any]]:
    """The problem list; beside it what was recorded without ever being put on the list."""
    found = yield {
        "problems": _on_problem_list(patient),
        "recorded": _recorded(patient)[:RECORDED_SHOWN],
    }
    return {name: [problem(row) for row in rows] for name, rows in found.items()}


def _on_problem_list(patient: Patient) -> QuerySet[Condition]:
    rows = Condition.objects.of(patient).active().on_problem_list()
    return rows.order_by("-onset_start", "id")


def _recorded(patient: Patient) -> QuerySet[Condition]:
    rows = Condition.objects.of(patient).active().recorded_only()
    return rows.order_by("-onset_start", "id")


def problem(condition: Condition) -> Problem:
    """One condition in words."""
    return Problem(
        id=condition.id,
        version=condition.version,
        text=noted(name_of(condition, "code"), condition),
        code=condition.code_code,
        onset_text=span_or_words(condition, "onset"),
        ended_text=span_or_words(condition, "abatement"),
        status=sent_status(condition, "clinical_status", "clinicalStatus") or "status not recorded",
        verification=sent_status(condition, "verification_status", "verificationStatus"),
        severity=condition.severity_text or condition.severity_display,
        uncoded=not condition.code_code,
        category_missing=not condition.is_on_problem_list,
        entered_in_error=condition.verification_status == ENTERED_IN_ERROR,
        is_active=condition.is_active,
        of_visit="encounter-diagnosis" in condition.categories,
        reason=last_note(condition),
    )


@dataclass(frozen=True)
class Allergy:
    """One allergy, intolerance or statement as shown.

    Attributes:
        reaction: What happened, all reactions in one line; empty where nobody recorded any.
        severity: The worst severity of its reactions.
        verified: As for a problem.
        status: ``active``, ``inactive``, ``resolved``; empty when nobody said, which counts.
    """

    text: str
    reaction: str
    severity: str
    criticality: str
    recorded_at: datetime | None
    verified: str
    uncoded: bool
    id: UUID | None = None
    version: int = 0
    type: str = ""
    categories: str = ""
    status: str = ""
    entered_in_error: bool = False
    none_known: bool = False
    reason: str = ""


def allergies(patient: Patient) -> Loading[dict[str, Any]]:
    """Standing allergies and the exact state: known, none known, or not recorded.

    "No known drug allergy" says nothing about food: alone it leaves the state unrecorded.
    """
    rows = AllergyIntolerance.objects.of(patient).standing().order_by("-recorded_at")
    return _allergy_list((yield {"allergies": rows})["allergies"])


def allergies_of(patients: Iterable[Patient]) -> dict[UUID, dict[str, Any]]:
    """The same for several patients, in one query."""
    found: dict[UUID, list[AllergyIntolerance]] = {patient.pk: [] for patient in patients}
    rows = AllergyIntolerance.objects.filter(patient__in=list(found)).standing()
    for row in rows.order_by("-recorded_at"):
        if row.patient_id is not None:
            found[row.patient_id].append(row)
    return {key: _allergy_list(standing) for key, standing in found.items()}


def _allergy_list(standing: list[AllergyIntolerance]) -> dict[str, Any]:
    known = [allergy for allergy in standing if not allergy.none_known]
    none = any(row.code_code == NO_KNOWN_ALLERGY and understood(row) for row in standing)
    state = "known" if known else "none" if none else "unrecorded"
    return {"allergies": [allergy(row) for row in known], "allergies_state": state}


def allergy(row: AllergyIntolerance) -> Allergy:
    """One allergy in words."""
    reactions = row.reactions or []
    said = {reaction.get("severity") for reaction in reactions}
    return Allergy(
        id=row.id,
        version=row.version,
        text=noted(name_of(row, "code"), row),
        reaction=", ".join(
            filter(None, (all_words(reaction.get("manifestation")) for reaction in reactions))
        ),
        severity=next((each for each in SEVERITIES if each in said), ""),
        criticality=row.criticality,
        recorded_at=row.recorded_at,
        verified=sent_status(row, "verification_status", "verificationStatus"),
        uncoded=not row.code_code,
        type=row.type,
        categories=", ".join(KINDS.get(each, each) for each in row.categories),
        status=sent_status(row, "clinical_status", "clinicalStatus"),
        entered_in_error=row.verification_status == ENTERED_IN_ERROR,
        none_known=row.none_known,
        reason=last_note(row),
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


def visits(patient: Patient) -> Loading[dict[str, Any]]:
    """The newest visits and stays."""
    rows = Encounter.objects.of(patient).order_by("-start", "-id")[:VISITS_SHOWN]
    stays = (yield {"stays": rows})["stays"]
    places = yield {
        "locations": Location.objects.filter(pk__in=[row.location_id for row in stays]),
        "organizations": Organization.objects.filter(pk__in=[r.organization_id for r in stays]),
    }
    known = {place.pk: place for rows in places.values() for place in rows}
    for row in stays:
        row.location = known.get(row.location_id)
        row.organization = known.get(row.organization_id)
    return {"encounters": [_visit(row) for row in stays]}


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
