"""Resources and rows for the tests of what is found by what."""

from decimal import Decimal
from typing import Any

from fhir.models import StoredResource
from patients.models import Observation, Patient

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def concept(*codes: str, system: str = LOINC, **more: Any) -> dict[str, Any]:
    """A CodeableConcept with these codes of one system."""
    return {"coding": [{"system": system, "code": code} for code in codes], **more}


def amount(value: Any, code: str = "mm[Hg]", unit: str = "mmHg", **more: Any) -> dict[str, Any]:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code, **more}


def observation(**elements: Any) -> dict[str, Any]:
    """An Observation as FHIR."""
    return {"resourceType": "Observation", "status": "final", "code": {"text": "?"}, **elements}


def pressure(patient: Patient) -> Observation:
    """A systolic blood pressure of ``patient``, not saved."""
    return Observation(
        patient=patient,
        status="final",
        categories=["vital-signs"],
        code_system=LOINC,
        code_code="8480-6",
        code_display="Systolic blood pressure",
        value=Decimal(128),
        value_unit="mmHg",
        value_ucum="mm[Hg]",
    )


def stored(**elements: Any) -> StoredResource:
    """An Account, which has no table of its own, not saved."""
    return StoredResource(type="Account", extra={"status": "active", "name": "Cover", **elements})
