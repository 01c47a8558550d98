"""Prescriptions of another maker: what they do not say is said to be missing."""

import pytest
from django.db import transaction

from fhir.files import batches
from fhir.importing import take_in
from fhir.principal import SYSTEM
from patients.chart.medicines import written
from patients.models import MedicationRequest
from tests.shared_data import DATA

BUNDLES = sorted((DATA / "synthea").glob("*.json.gz"))
pytestmark = [pytest.mark.needs("shared_data"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def lines(django_db_setup, django_db_blocker):
    """Every prescription and its line; gone again after this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        for path in BUNDLES:
            for entries in batches(path):
                take_in(entries, by=SYSTEM, origin="synthea")
        rows = list(MedicationRequest.objects.order_by("fhir_id"))
        yield list(zip(rows, written(rows), strict=True))
        transaction.set_rollback(True)


def test_every_prescription_without_a_dosage_reads_dosage_not_recorded(lines):
    silent = [line.dosage for row, line in lines if not row.dosages]
    assert (len(lines), silent) == (251, ["dosage not recorded"] * 171)


def test_a_dosage_that_only_says_as_needed_is_not_recorded_either(lines):
    bare = [line for row, line in lines if row.dosages and "doseAndRate" not in row.dosages[0]]
    assert {(line.dosage, line.as_needed) for line in bare} == {("dosage not recorded", True)}


def test_a_dose_without_its_unit_says_so(lines):
    dosed = [line.dosage for row, line in lines if row.dosages and "doseAndRate" in row.dosages[0]]
    assert all("unit not recorded" in words for words in dosed)
