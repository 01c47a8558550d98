"""What is written down and planned: notes, reports, orders, plans, goals, appointments."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from textwrap import dedent

from demo.codes import codes
from demo.elements import HL7, Code, Resource, concept, given, instant, reference
from demo.staff import Facility, Worker

SERVICES = {  # HL7 v2 table 0074, by the first words of a study
    "Chest CT": ("CT", "CAT Scan"),
    "Chest X-ray": ("RX", "Radiograph"),
    "X-ray of": ("RX", "Radiograph"),
    "Ultrasound of": ("RUS", "Radiology Ultrasound"),
    "Echocardiogram": ("CUS", "Cardiac Ultrasound"),
    "24-hour ambulatory ECG": ("EC", "Electrocardiac (e.g., EKG, EEC, Holter)"),
    "Exercise test": ("EC", "Electrocardiac (e.g., EKG, EEC, Holter)"),
}


def note(kind: str, at: datetime, by: Worker, text: str, *, status: str = "final") -> Resource:
    """A clinical note (text/plain, base64) of a ``kind`` of the document table."""
    content = dedent(text).strip().encode()
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "data": b64encode(content).decode(),
        "title": kind,
        "creation": instant(at),
    }
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": status,
        "type": concept(kind, *codes("document", kind)),
        "date": instant(at),
        "author": [by.pointer],
        "content": [{"attachment": attachment}],
    }


def addendum(to: Resource, at: datetime, by: Worker, text: str) -> Resource:
    """What was added to a signed note later."""
    return note("Addendum", at, by, text) | {
        "relatesTo": [{"code": "appends", "target": reference(to)}]
    }


def report(study: str, at: datetime, conclusion: str, *, by: Worker) -> Resource:
    """An imaging study or another examination told in words."""
    service = next(code for words, code in SERVICES.items() if study.startswith(words))
    category = Code(f"{HL7}v2-0074", *service)
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "category": [concept(category.display, category)],
        "code": concept(study, *codes("study", study)),
        "effectiveDateTime": instant(at),
        "issued": instant(at + timedelta(hours=2)),
        "resultsInterpreter": [by.pointer],
        "conclusion": conclusion,
    }


def order(words: str, *, on: datetime, by: Worker, why: str, priority: str = "routine") -> Resource:
    """Something asked for and not done yet."""
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "priority": priority,
        "code": concept(words, *codes("study", words)),
        "authoredOn": instant(on),
        "requester": by.pointer,
        "reasonCode": [{"text": why}],
    }


def plan(title: str, since: str, *steps: str, by: Worker) -> Resource:
    """A treatment plan and its steps."""
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "title": title,
        "period": {"start": since},
        "author": by.pointer,
        "activity": [{"detail": {"status": "in-progress", "description": step}} for step in steps],
    }


def goal(words: str, since: str, *, due: str = "", so_far: str = "") -> Resource:
    """What doctor and patient want to reach, and how far they have come."""
    reached = Code(f"{HL7}goal-achievement", so_far, so_far.replace("-", " ").capitalize())
    return given(
        resourceType="Goal",
        lifecycleStatus="active",
        achievementStatus=concept(reached.display, reached) if so_far else None,
        description={"text": words},
        startDate=since,
        target=[{"dueDate": due}] if due else None,
    )


def appointment(
    words: str, at: datetime, *, by: Worker, minutes: int = 20, facility: Facility | None = None
) -> Resource:
    """A booked visit; ``Chart.write`` adds the patient."""
    place = (facility or by.facility).name
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "description": f"{words}, {place}",
        "start": instant(at),
        "end": instant(at + timedelta(minutes=minutes)),
        "participant": [{"actor": by.pointer, "status": "accepted"}],
    }
