"""What the product itself writes is valid R4 and satisfies the US Core profile it declares."""

from collections import defaultdict

import pytest

from accounts.principals import principal_of
from fhir import changes
from fhir.models import StoredResource
from fhir.principal import SYSTEM
from fhir.registry import mapping, native_types, render
from fhir.us_core import CANONICAL
from fhir.validation import problems
from patients.tests.people.conftest import place
from patients.tests.us_core.ward_round import Round
from tests.independent_validator import told

NONE = "no profile"
# Where US Core has a profile: the profiles that the records of the round declare.
DECLARED = {
    "AllergyIntolerance": {"allergyintolerance"},
    "CarePlan": {"careplan"},
    "CareTeam": {"careteam"},
    "Condition": {"condition-encounter-diagnosis", "condition-problems-health-concerns"},
    "DiagnosticReport": {"diagnosticreport-lab", "diagnosticreport-note"},
    "DocumentReference": {"documentreference", NONE},  # the profile is for notes, not for files
    "Encounter": {"encounter"},
    "Goal": {"goal"},
    "Immunization": {"immunization"},
    "Location": {"location"},
    "MedicationRequest": {"medicationrequest"},
    "Organization": {"organization"},
    "Patient": {"patient"},
    "Procedure": {"procedure", NONE},  # the profile asks when it was done, if it was
    "RelatedPerson": {"relatedperson"},
    "ServiceRequest": {"servicerequest"},
}
OBSERVATIONS = {
    "blood-pressure",
    "body-height",
    "body-temperature",
    "body-weight",
    "heart-rate",
    "observation-lab",
    "observation-pregnancystatus",
    "pulse-oximetry",
    "respiratory-rate",
    "smokingstatus",
}


@pytest.fixture
def emitted(as_ames, as_nurse, registrar, as_administrator, harbour, settings):
    """Every resource of the house after one round, as it goes out."""
    settings.DEMO = False
    harbour.active = True
    changes.update(harbour, by=SYSTEM)
    ward = place("East", harbour)
    bed = place("Bed 1", harbour, ward)
    Round(as_ames, as_nurse, principal_of(registrar), as_administrator, harbour, bed).done()
    rows = [row for name in native_types() for row in mapping(name).queryset()]
    return [render(row) for row in (*rows, *StoredResource.objects.all())]


def profiles(resource):
    found = resource["meta"].get("profile", ())
    return {url.removeprefix(CANONICAL) for url in found if url.startswith(CANONICAL)}


def test_our_own_validation_finds_nothing(emitted):
    wrong = [
        (each["resourceType"], str(problem))
        for each in emitted
        for problem in problems(each)
        if "dom-6" not in problem.message  # advises a narrative, which nobody here writes
    ]
    assert wrong == []


@pytest.mark.needs("node", "shared_data")
def test_an_independent_validator_finds_nothing_in_r4_and_the_declared_profiles(emitted, tmp_path):
    assert told(emitted, tmp_path) == []


def test_each_type_declares_its_profile(emitted):
    declared = defaultdict(set)
    for each in emitted:
        if each["resourceType"] in DECLARED:
            declared[each["resourceType"]] |= profiles(each) or {NONE}
    assert declared == DECLARED


def test_observations_declare_the_profile_of_their_code(emitted):
    seen = [each for each in emitted if each["resourceType"] == "Observation"]
    assert set().union(*map(profiles, seen)) == OBSERVATIONS
