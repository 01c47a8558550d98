"""What can have been done about a result: the patient's newest notes, orders and tasks."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Model
from django.utils import timezone

from fhir.registry import mapping
from patients.acts.inbox import ACTED_WITH
from patients.models import Patient, PatientRecord

OF_EACH: Final = 10


def choices(patient: Patient) -> list[tuple[str, str]]:
    """FHIR reference and words of what was written lately, newest first of each kind."""
    found: list[tuple[str, str]] = []
    for kind in ACTED_WITH:
        found += [(row.reference, words(row)) for row in _newest(kind, patient)]
    return found


def in_words(patient: Patient, references: Iterable[str]) -> dict[str, str]:
    """What was linked, by its reference; a reference that is not here stays as it is."""
    found = {}
    for reference in set(references) - {""}:
        kind, _, fhir_id = reference.partition("/")
        rows: Any = mapping(kind).model._default_manager if kind in ACTED_WITH else None
        row = rows.of(patient).filter(fhir_id=fhir_id).first() if rows is not None else None
        found[reference] = words(row) if row is not None else reference
    return found


def _newest(kind: str, patient: Patient) -> list[Any]:
    model: type[Model] = mapping(kind).model
    if not issubclass(model, PatientRecord):
        return []
    rows: Any = model._default_manager
    return list(rows.of(patient).order_by("-created_at", "-pk")[:OF_EACH])


def words(row: PatientRecord) -> str:
    """One record in a list of choices."""
    day = timezone.localtime(row.created_at)
    return f"{row.resource_type}: {row}, {day:%d-%b-%Y %H:%M}"
