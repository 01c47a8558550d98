"""The sections of a chart, and what stands there when one of them cannot be loaded."""

import logging
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias
from uuid import UUID

from django.apps import apps
from django.db import DatabaseError, transaction

from accounts.roles import DEVICE_ATTACH, OBSERVATION_ACCEPT
from fhir.principal import Principal
from fhir.together import load, together
from patients.chart.person import person
from patients.chart.readings import vitals_now
from patients.chart.summary import BANNER, SECTIONS, Section, since_last_look
from patients.chart.worklist import COUNTERS
from patients.models import Patient

logger = logging.getLogger(__name__)

Columns: TypeAlias = Callable[[list[UUID]], dict[UUID, dict[str, Any]]]

# Apps above add theirs by a module ``chart_sections``: a table of the same form, and what they
# know of each patient of a worklist.
_more: dict[str, Section] = {}
_columns: list[Columns] = []
_attention: list[Callable[[Principal], list[Any]]] = []


def discover() -> None:
    """Collect what every app that has ``chart_sections`` adds to charts and worklists."""
    for app in apps.get_app_configs():
        name = f"{app.name}.chart_sections"
        if app.name != "patients" and find_spec(app.name) and find_spec(name):
            module = import_module(name)
            _more.update(module.SECTIONS)
            _columns.append(module.worklist_columns)
            _attention.append(module.attention)
            COUNTERS.extend(module.COUNTERS)


def chart(patient: Patient, principal: Principal) -> dict[str, Any]:
    """Context of the chart page; a section that failed says so, and is never empty instead."""
    return (
        _about(patient, BANNER | SECTIONS | _more)
        | _since(patient, principal)
        | {
            "tab": "summary",
            "may_accept": principal.may(OBSERVATION_ACCEPT),
            "may_attach": principal.may(DEVICE_ATTACH),
        }
    )


def recordings_needing_attention(by: Principal) -> list[Any]:
    """What apps above say should be looked after, among the reader's patients."""
    return [each for found in _attention for each in found(by)]


def worklist_columns(patient_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """What to say of each patient on a worklist, in a few queries for all of them."""
    rows: dict[UUID, dict[str, Any]] = {key: {} for key in patient_ids}
    for columns in (vitals_now, *_columns):
        for key, said in columns(patient_ids).items():
            rows[key] |= said
    return rows


def banner(patient: Patient) -> dict[str, Any]:
    """Who this is and what everybody must know first: on top of every page about them."""
    return _about(patient, BANNER)


def _about(patient: Patient, sections: dict[str, Section]) -> dict[str, Any]:
    who = person(patient)
    context: dict[str, Any] = {"patient": who, "not_understood": who.not_understood}
    context["opening"] = patient.opening
    context |= {"allergies": [], "allergies_state": "unavailable"}
    try:
        found = together({name: section(patient) for name, section in sections.items()})
    except DatabaseError:
        logger.exception("A chart could not be loaded as a whole")
        found = {
            name: loaded(name, partial(_alone, section), patient)
            for name, section in sections.items()
        }
    for said in found.values():
        context |= said
    return context


def _alone(section: Section, patient: Patient) -> dict[str, Any]:
    return load(section(patient))


def loaded(
    name: str, section: Callable[[Patient], dict[str, Any]], patient: Patient
) -> dict[str, Any]:
    """What ``section`` gives, or the word that it failed."""
    try:
        with transaction.atomic():
            return section(patient)
    except DatabaseError:
        logger.exception("Chart section %s could not be loaded", name)
        return {f"{name}_failed": True}


def _since(patient: Patient, principal: Principal) -> dict[str, Any]:
    try:
        return since_last_look(patient, principal)
    except DatabaseError:
        logger.exception("What is new in a chart could not be loaded")
        return {"since_failed": True}
