"""The chart at one glance: what a reader with thirty seconds needs, in the order they ask."""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fhir.principal import Principal
from patients.chart.history import active_problems, diagnoses_recorded, visits
from patients.chart.medicines import current_medications
from patients.chart.news import News, news
from patients.chart.notes import last_note
from patients.chart.plans import next_steps
from patients.chart.procedures import major_operations
from patients.chart.readings import vitals
from patients.chart.results import key_results
from patients.models import Patient

Section: TypeAlias = Callable[[Patient], dict[str, Any]]

RECORDED_SHOWN = 8


def problems(patient: Patient) -> dict[str, Any]:
    """The problem list; beside it what was recorded without ever being put on the list."""
    return {
        "problems": active_problems(patient),
        "recorded": diagnoses_recorded(patient, RECORDED_SHOWN),
    }


def medications(patient: Patient) -> dict[str, Any]:
    """What the patient takes."""
    return {"medicines": current_medications(patient)}


SECTIONS: dict[str, Section] = {
    "problems": problems,
    "operations": lambda patient: {"operations": major_operations(patient, 4)},
    "medications": medications,
    "results": lambda patient: {"lab_results": key_results(patient)},
    "vitals": vitals,
    "note": lambda patient: {"note": last_note(patient)},
    "next_steps": next_steps,
    "encounters": visits,
}


def since_words(found: News) -> str:
    """What is new, by kind: ``2 results, 1 note``; empty when nothing is."""
    counted = Counter({_GROUPS.get(kind, "other"): 0 for kind in found.kinds})
    for kind, count in found.kinds.items():
        counted[_GROUPS.get(kind, "other")] += count
    return ", ".join(_counted(group, n) for group, n in counted.most_common())


# Kind of record → the word for it in the line "Since you last opened".
_GROUPS = {
    "laboratory": "result",
    "DiagnosticReport": "report",
    "ImagingStudy": "report",
    "vital-signs": "vital",
    "MedicationRequest": "prescription",
    "MedicationStatement": "prescription",
    "MedicationAdministration": "dose",
    "DocumentReference": "note",
    "Condition": "problem",
    "AllergyIntolerance": "allergy",
    "Task": "task",
    "CarePlan": "task",
    "ServiceRequest": "order",
    "Encounter": "visit",
    "Appointment": "visit",
}


def _counted(group: str, n: int) -> str:
    words = {
        "result": ngettext("%d result", "%d results", n),
        "report": ngettext("%d report", "%d reports", n),
        "vital": ngettext("%d vital sign", "%d vital signs", n),
        "prescription": ngettext("%d prescription", "%d prescriptions", n),
        "dose": ngettext("%d dose given", "%d doses given", n),
        "note": ngettext("%d note", "%d notes", n),
        "problem": ngettext("%d problem", "%d problems", n),
        "allergy": ngettext("%d allergy", "%d allergies", n),
        "task": ngettext("%d follow-up", "%d follow-ups", n),
        "order": ngettext("%d order", "%d orders", n),
        "visit": ngettext("%d visit", "%d visits", n),
        "other": ngettext("%d other entry", "%d other entries", n),
    }
    return words[group] % n


def since_last_look(patient: Patient, by: Principal) -> dict[str, Any]:
    """The line above the summary."""
    found = news(patient, by)
    return {"since": found.since, "news": since_words(found) or _("nothing new")}
