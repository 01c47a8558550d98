"""Results, orders and reports to look at."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.acts.orders import Wanted, order
from patients.acts.results import Found, Value
from patients.models import DiagnosticReport, ImagingStudy, InboxItem, Observation
from patients.terminology.coded import Coded

LOINC = "http://loinc.org"
V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
POTASSIUM = Coded(LOINC, "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "Potassium")


@pytest.fixture
def lab():
    """Writes a laboratory result as if it came from outside."""

    def write(patient, value="4.2", *, days_ago=0.1, **columns):
        at = timezone.now() - timedelta(days=days_ago)
        number = Decimal(value) if value is not None else None
        usual = {
            "status": "final",
            "categories": ["laboratory"],
            "effective_start": at,
            "effective_end": at,
            "value": number,
            "value_ucum": "mmol/L" if number is not None else "",
            "value_unit": "mmol/L" if number is not None else "",
            **POTASSIUM.columns("code"),
        }
        return changes.create(Observation(patient=patient, **usual | columns), by=SYSTEM)

    return write


@pytest.fixture
def report():
    """Writes a report as if it came from outside."""

    def write(patient, *results, section="LAB", days_ago=0.1, **columns):
        at = timezone.now() - timedelta(days=days_ago)
        usual = {
            "status": "final",
            "categories": [{"coding": [{"system": V2_0074, "code": section}]}],
            "effective_start": at,
            "effective_end": at,
            "issued_at": at,
            "code_text": "Electrolytes",
            "results": [{"reference": row.reference, "display": str(row)} for row in results],
        }
        return changes.create(DiagnosticReport(patient=patient, **usual | columns), by=SYSTEM)

    return write


@pytest.fixture
def study():
    """Writes an imaging study as if it came from outside."""

    def write(patient, **columns):
        usual = {"status": "available", "started_at": timezone.now(), "description": "Chest X-ray"}
        return changes.create(ImagingStudy(patient=patient, **usual | columns), by=SYSTEM)

    return write


@pytest.fixture
def ordered(as_ames, rosa):
    """Dr Ames ordered a potassium for Rosa."""
    return order(
        by=as_ames, patient=rosa, wanted=Wanted(POTASSIUM, "laboratory", "On an ACE inhibitor")
    )


def item_of(record):
    """What waits in an inbox about ``record``."""
    return InboxItem.objects.get(record_id=record.pk)


def found(value="4.2", unit="mmol/L", **more):
    """What a laboratory found just now."""
    return Found(Value.typed(value, unit), timezone.now(), **more)
