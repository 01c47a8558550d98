"""The chart at one glance: what a reader with thirty seconds needs, in the order they ask."""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fhir.principal import Principal
from fhir.together import Loading
from patients.chart.access import glass_lately, kept_back
from patients.chart.flags import banner_flags
from patients.chart.history import allergies, problems, visits
from patients.chart.medicines import current_medications
from patients.chart.news import News, news
from patients.chart.notes import last_note
from patients.chart.plans import next_steps
from patients.chart.procedures import major_operations
from patients.chart.readings import vitals
from patients.chart.results import key_results
from patients.models import Patient

Section: TypeAlias = Callable[[Patient], Loading[dict[str, Any]]]


def named(name: str, load: Callable[[Patient], Loading[Any]]) -> Section:
    """The section of one thing, under the name that the page knows it by."""

    def section(patient: Patient) -> Loading[dict[str, Any]]:
        return {name: (yield from load(patient))}

    return section


# What stands above every page of a chart.
BANNER: dict[str, Section] = {
    "allergies": allergies,
    "flags": named("flags", banner_flags),
    "kept_back": named("kept_back", kept_back),
}

# Name of the section, for when it fails → how it is loaded.
SECTIONS: dict[str, Section] = {
    "problems": problems,
    "operations": major_operations,
    "medications": named("medicines", current_medications),
    "results": named("lab_results", key_results),
    "vitals": vitals,
    "note": named("note", last_note),
    "next_steps": next_steps,
    "encounters": visits,
    "glass_lately": named("glass_lately", glass_lately),
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
