"""Resources and rows for the tests of what is found by what."""

from decimal import Decimal
from typing import Any

from fhir.models import StoredResource
from fhir.search.keys import key
from fhir.search.values import values_of
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


def patient(**elements: Any) -> dict[str, Any]:
    """A Patient as FHIR."""
    return {"resourceType": "Patient", **elements}


def tokens(resource, *texts, own_base=""):
    """Which of (parameter, text) the resource has as tokens."""
    values = values_of(resource, own_base)
    type_ = resource["resourceType"]
    return [text for name, text in texts if key(type_, name, text) in values.tokens]


def has(resource, name, text="", own_base=""):
    """Whether the resource has the token of ``text`` under a parameter."""
    return bool(tokens(resource, (name, text), own_base=own_base))


def texts(resource, name):
    """The texts under a parameter."""
    wanted = key(resource["resourceType"], name)
    return sorted(text for at, text in values_of(resource).strings if at == wanted)


def amounts(resource, name, text=""):
    """The amounts under a parameter, perhaps in a unit or behind a code."""
    wanted = key(resource["resourceType"], name, text)
    return sorted((low, high) for at, low, high in values_of(resource).numbers if at == wanted)
