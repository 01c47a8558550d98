"""Synthetic patients of another maker fill every page of the chart."""

from collections import Counter
from html import unescape
from re import sub

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from ehr_project.pytest_database import application_role
from fhir import changes
from fhir.files import batches
from fhir.importing import Outcome, take_in
from fhir.principal import SYSTEM
from patients import models
from patients.chart.concepts import name_of
from patients.chart.tabs import TABS
from tests.cast import facility, staff
from tests.shared_data import DATA

BUNDLES = sorted((DATA / "synthea").glob("*.json.gz"))
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]

# What the page of a tab names, and the column that holds the name.
NAMED = {
    "summary": (models.Condition, "code"),
    "timeline": (models.Encounter, "type"),
    "problems": (models.Condition, "code"),
    "medications": (models.MedicationRequest, "medication"),
    "allergies": (models.AllergyIntolerance, "code"),
    "results": (models.DiagnosticReport, "code"),
    "vitals": (models.Observation, "code"),
    "plans": (models.Goal, "description"),
    "history": (models.Procedure, "code"),
    "immunizations": (models.Immunization, "vaccine"),
    "visits": (models.Encounter, "type"),
}
# The bundles hold none of these: the page says so for everybody.
EMPTY = ("notes", "orders", "documents")


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """Every page of every patient as a doctor of their care team reads it, by tab and patient."""
    with django_db_blocker.unblock(), transaction.atomic():
        with application_role.taken():
            bring_all()
            client = Client()
            client.force_login(doctor())
            yield {
                (tab.id, patient.pk): client.get(reverse(tab.url_name, args=[patient.pk]))
                for patient in models.Patient.objects.all()
                for tab in TABS
            }
        transaction.set_rollback(True)


def bring_all():
    outcome = Outcome()
    for path in BUNDLES:
        for entries in batches(path):
            outcome += take_in(entries, by=SYSTEM, origin="synthea")
    assert outcome.refused == []


def doctor():
    user = staff("synthia", Role.DOCTOR, facility("Harbour"))
    me = {"member": {"reference": "Practitioner/synthia"}}
    for patient in models.Patient.objects.all():
        team = models.CareTeam(patient=patient, status="active", participants=[me])
        changes.create(team, by=SYSTEM)
    return user


def text(answer):
    return " ".join(unescape(sub(r"<[^>]+>", " ", answer.content.decode())).split())


def of_tab(pages, tab):
    return {patient: answer for (each, patient), answer in pages.items() if each == tab}


@pytest.mark.parametrize("tab", [tab.id for tab in TABS])
def test_every_page_opens(pages, tab):
    answers = of_tab(pages, tab).values()
    assert Counter(answer.status_code for answer in answers) == {200: len(BUNDLES)}


@pytest.mark.parametrize("tab", [tab.id for tab in TABS])
def test_nothing_could_not_load(pages, tab):
    assert not any("could not load" in text(answer) for answer in of_tab(pages, tab).values())


def names(tab, patient):
    """Names of what the tab is about, of one patient."""
    model, column = NAMED[tab]
    return {name_of(row, column) for row in model.objects.filter(patient=patient)}


@pytest.mark.parametrize("tab", NAMED)
def test_the_page_names_what_came_in(pages, tab):
    shown = of_tab(pages, tab)
    named = [p for p, answer in shown.items() if any(n in text(answer) for n in names(tab, p))]
    assert named


def test_whoever_has_an_imaging_study_finds_it(pages):
    shown = of_tab(pages, "imaging")
    studies = list(models.ImagingStudy.objects.all())
    assert studies
    assert all(f"/studies/{s.pk}/" in shown[s.patient_id].content.decode() for s in studies)


def test_everybody_is_named_on_the_page_of_details(pages):
    shown = of_tab(pages, "details")
    assert all(p.name.family in text(shown[p.pk]) for p in models.Patient.objects.all())


@pytest.mark.parametrize("tab", EMPTY)
def test_what_the_bundles_do_not_hold_is_said_to_be_missing(pages, tab):
    assert all("none recorded" in text(answer) for answer in of_tab(pages, tab).values())


def test_a_result_without_a_range_is_never_called_normal(pages):
    answers = [text(answer) for answer in of_tab(pages, "results").values()]
    assert all("no reference range" in words for words in answers if "Value" in words)
