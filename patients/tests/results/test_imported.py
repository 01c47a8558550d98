"""Synthetic patients of another maker: every report and result can be read, none is news."""

import pytest

from fhir.files import batches
from fhir.importing import take_in
from fhir.principal import SYSTEM
from patients.chart.reports import PAGE, report_in_full, reports, studies
from patients.chart.results import latest_results
from patients.models import DiagnosticReport, ImagingStudy, InboxItem, Observation, Patient
from tests.shared_data import DATA

pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]
BUNDLES = sorted((DATA / "synthea").glob("*.json.gz"))[:2]


def paged(page, patient, column):
    """Every row that the pages of a list show, however many pages there are."""
    seen, after = [], None
    while True:
        rows = page(patient, after)
        seen += rows[:PAGE]
        if len(rows) <= PAGE:
            return seen
        after = (getattr(rows[PAGE - 1], column), rows[PAGE - 1].pk)


@pytest.fixture(params=BUNDLES, ids=lambda path: path.name.split("_")[1])
def patient(request):
    for entries in batches(request.param):
        take_in(entries, by=SYSTEM, origin="synthea")
    return Patient.objects.get()


def test_every_report_is_on_a_page_with_all_its_results(patient):
    shown = paged(
        lambda who, after: reports(who, imaging=False, after=after), patient, "effective_start"
    )
    assert {row.pk for row in shown} == set(DiagnosticReport.objects.values_list("pk", flat=True))
    assert all(result.reading for row in shown for result in report_in_full(row).results)


def test_every_study_is_on_a_page(patient):
    shown = paged(studies, patient, "started_at")
    assert len(shown) == ImagingStudy.objects.count()


def test_every_test_is_on_the_page_of_results(patient):
    codes = Observation.objects.category("laboratory").values_list("code_code", flat=True)
    shown = Observation.objects.in_bulk([row.latest.id for row in latest_results(patient)])
    assert {row.code_code for row in shown.values()} == set(codes)


def test_nothing_that_old_waits_in_an_inbox(patient):
    assert not InboxItem.objects.exists()
