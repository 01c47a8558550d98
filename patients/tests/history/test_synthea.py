"""Patients of another maker fill the pages of the history."""

import pytest

from fhir.files import batches
from fhir.importing import take_in
from fhir.principal import SYSTEM
from fhir.together import load
from patients.chart.history import active_problems, allergies, diagnoses_recorded
from patients.chart.immunizations import immunizations
from patients.chart.procedures import major_operations
from patients.chart.social import social
from patients.models import AllergyIntolerance, Patient
from tests.shared_data import DATA

BUNDLES = sorted((DATA / "synthea").glob("*.json.gz"))
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]


@pytest.fixture
def patients():
    for path in (BUNDLES[0], BUNDLES[4]):
        for entries in batches(path):
            take_in(entries, by=SYSTEM, origin="synthea")
    return list(Patient.objects.all())


def test_synthetic_patients_fill_every_part_of_the_history(patients):
    found = {
        "diagnoses": any(diagnoses_recorded(each) for each in patients),
        "immunizations": any(immunizations(each) for each in patients),
        "operations": any(load(major_operations(each))["operations"] for each in patients),
        "social": any(social(each) for each in patients),
    }
    assert found == dict.fromkeys(found, True)


def test_their_diagnoses_have_no_category_and_are_not_on_the_problem_list(patients):
    assert [each for patient in patients for each in active_problems(patient)] == []


def test_their_allergies_are_known(patients):
    allergic = {row.patient for row in AllergyIntolerance.objects.select_related("patient")}
    states = {load(allergies(patient))["allergies_state"] for patient in allergic}
    assert states <= {"known"}
