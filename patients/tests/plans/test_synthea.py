"""Plans and goals of another maker fill the page."""

import gzip

import pytest

from fhir.codec import loads
from fhir.files import batches
from fhir.importing import take_in
from fhir.principal import SYSTEM
from patients.chart.plans import plans
from patients.models import CarePlan, Goal, Patient
from tests.shared_data import DATA

BUNDLES = sorted((DATA / "synthea").glob("*.json.gz"))
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]


def with_goals():
    """The smallest bundle whose patient has goals."""
    for path in sorted(BUNDLES, key=lambda path: path.stat().st_size):
        kinds = [
            e["resource"]["resourceType"]
            for e in loads(gzip.decompress(path.read_bytes()))["entry"]
        ]
        if "Goal" in kinds:
            return path
    raise LookupError("no bundle has a goal")


@pytest.fixture
def patient():
    for entries in batches(with_goals()):
        take_in(entries, by=SYSTEM, origin="synthea")
    return Patient.objects.get()


def test_every_plan_and_goal_is_on_the_page(patient):
    found = plans(patient)
    assert len(found["plans"]) + len(found["plans_over"]) == CarePlan.objects.count()
    assert len(found["goals"]) + len(found["goals_over"]) == Goal.objects.count()


def test_no_plan_is_without_a_name(patient):
    found = plans(patient)
    assert all(row.text for row in found["plans"] + found["plans_over"])


def test_activities_have_words_and_a_status(patient):
    found = plans(patient)
    each = [a for row in found["plans"] + found["plans_over"] for a in row.activities]
    assert each
    assert all(a.text and a.status for a in each)


def test_a_plan_names_its_problem_and_goals(patient):
    found = plans(patient)
    rows = found["plans"] + found["plans_over"]
    assert all(row.addresses != "another record" for row in rows)
    assert any(row.goals for row in rows)
