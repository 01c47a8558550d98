"""The sections of a chart, and what stands there when one of them cannot be loaded."""

import logging
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from django.apps import apps
from django.db import DatabaseError

from accounts.roles import DEVICE_ATTACH, OBSERVATION_ACCEPT
from fhir.principal import Principal
from patients.chart.history import allergies, medications, problems, visits
from patients.chart.person import person
from patients.chart.readings import results, vitals
from patients.models import Patient

logger = logging.getLogger(__name__)

Section: TypeAlias = Callable[[Patient], dict[str, Any]]

# Name of the list in the page → how it is loaded.
SECTIONS: dict[str, Section] = {
    "problems": problems,
    "medications": medications,
    "vitals": vitals,
    "lab_results": results,
    "encounters": visits,
}
# Apps above add theirs by a module ``chart_sections`` with a table of the same form.
_more: dict[str, Section] = {}


def discover() -> None:
    """Collect ``SECTIONS`` from the ``chart_sections`` module of every app that has one."""
    for app in apps.get_app_configs():
        name = f"{app.name}.chart_sections"
        if app.name != "patients" and find_spec(app.name) and find_spec(name):
            _more.update(import_module(name).SECTIONS)


def chart(patient: Patient, principal: Principal) -> dict[str, Any]:
    """Context of the chart page; a section that failed says so, and is never empty instead."""
    context = banner(patient)
    for name, load in (SECTIONS | _more).items():
        context |= loaded(name, load, patient)
    return context | {
        "may_accept": principal.may(OBSERVATION_ACCEPT),
        "may_attach": principal.may(DEVICE_ATTACH),
    }


def banner(patient: Patient) -> dict[str, Any]:
    """Who this is and what they must not get: on top of every page about them."""
    who = person(patient)
    context = {"patient": who, "not_understood": who.not_understood}
    try:
        return context | allergies(patient)
    except DatabaseError:
        logger.exception("Allergies could not be loaded")
        return context | {"allergies": [], "allergies_state": "unavailable"}


def loaded(name: str, load: Section, patient: Patient) -> dict[str, Any]:
    """One section, or the word that it failed."""
    try:
        return load(patient)
    except DatabaseError:
        logger.exception("Chart section %s could not be loaded", name)
        return {f"{name}_failed": True}
