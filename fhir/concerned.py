"""Whom an answer tells of, so that the audit trail can name them."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from fhir.models import StoredResource, StoredSubject
from fhir.registry import patient_model


def patients_of(records: Iterable[Any]) -> Iterator[UUID | None]:
    """Keys of the patients whom the records are about; stored resources are asked together."""
    stored = []
    for record in records:
        if isinstance(record, StoredResource):
            stored.append(record.pk)
        else:
            yield record.about
    if stored:
        rows = StoredSubject.objects.filter(resource__in=stored)
        yield from rows.values_list("patient_id", flat=True)


def told(patients: Iterable[UUID | None]) -> tuple[UUID | None, list[str]]:
    """How an audit event names them.

    Returns:
        The key of the patient where it is one; else references to each of them.
    """
    ids = {key for key in patients if key is not None}
    if len(ids) <= 1:
        return next(iter(ids), None), []
    rows = patient_model().objects.filter(pk__in=ids).order_by("pk")
    return None, [f"Patient/{fhir_id}" for fhir_id in rows.values_list("fhir_id", flat=True)]
