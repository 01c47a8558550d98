"""Visits: admissions with ward and bed, clinic visits, the emergency room (FHIR Encounter)."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.elements import HL7, Code, Resource, coding, concept, given, period
from demo.staff import CLINIC, Facility, Place, Worker

CLASSES = {
    "AMB": "ambulatory",
    "IMP": "inpatient encounter",
    "EMER": "emergency",
    "VR": "virtual",
    "HH": "home health",
}


def visit(
    kind: str,
    start: datetime,
    why: str,
    *,
    by: Worker,
    facility: Facility | None = None,
    end: datetime | None = None,
    places: tuple[Place, ...] = (),
    words: str = "Visit",
) -> Resource:
    """An encounter: open until it has an ``end``."""
    place = facility or by.facility
    encounter = given(
        resourceType="Encounter",
        status="finished" if end else "in-progress",
        type=[{"text": words}],
        participant=[{"individual": by.pointer}],
        period=period(start, end),
        reasonCode=[{"text": why}],
        location=_locations(places, start, end),
        serviceProvider=place.pointer,
    )
    return encounter | {"class": coding(Code(f"{HL7}v3-ActCode", kind, CLASSES[kind]))}


def admission(
    start: datetime, why: str, *, bed: Place, by: Worker, end: datetime | None = None
) -> Resource:
    """A stay in a bed."""
    return visit("IMP", start, why, by=by, end=end, places=(bed,), words="Hospital admission")


def emergency_visit(
    start: datetime, why: str, *, bed: Place, by: Worker, end: datetime | None = None
) -> Resource:
    """A stay in the emergency room."""
    return visit("EMER", start, why, by=by, end=end, places=(bed,), words="Emergency visit")


def clinic_visit(
    at: datetime, why: str, *, by: Worker, minutes: int = 20, facility: Facility | None = None
) -> Resource:
    """An appointment that took place."""
    words = "Clinic visit" if (facility or by.facility) is CLINIC else "Outpatient visit"
    end = at + timedelta(minutes=minutes)
    return visit("AMB", at, why, by=by, facility=facility, end=end, words=words)


def home_care(start: datetime, why: str, *, by: Worker) -> Resource:
    """An open episode of care at home: monitoring, wound care, dialysis."""
    return visit("HH", start, why, by=by, words="Home monitoring")


def attending(by: Worker) -> Resource:
    """Who answers for the patient during a visit, when somebody else took them in."""
    role = Code(f"{HL7}v3-ParticipationType", "ATND", "attender")
    return {"type": [concept(role.display, role)], "individual": by.pointer}


def _locations(places: tuple[Place, ...], start: datetime, end: datetime | None) -> list[Resource]:
    status = "completed" if end else "active"
    return [
        {"location": place.pointer, "status": status, "period": period(start, end)}
        for place in places
    ]
