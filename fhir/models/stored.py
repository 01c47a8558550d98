"""Resources whose type has no table of its own: kept whole, with the patients they concern."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from fhir.models.record import Record, RecordQuerySet


class StoredResource(Record):
    """A resource of any R4 type without a table; ``extra`` is the whole of it."""

    type = models.CharField(max_length=64, editable=False)
    # It names a patient of its compartment; whether that patient is here, StoredSubject tells.
    about_patient = models.BooleanField(default=False, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "fhir_id"], name="stored_fhir_id_unique")
        ]
        indexes = [
            BrinIndex(
                fields=["updated_at"], name="stored_updated", autosummarize=True, pages_per_range=32
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def resource_type(self) -> str:
        return self.type

    @property
    def about(self) -> UUID | None:
        """The one patient it concerns; None for none, or for several."""
        subjects = self.subject_ids
        return subjects[0] if len(subjects) == 1 else None

    @property
    def subject_ids(self) -> list[UUID]:
        """Ids of the patients here that the resource concerns."""
        waiting: Any = getattr(self, "_subject_ids", None)
        if waiting is not None:
            return list(waiting)
        return list(self.subjects.values_list("patient_id", flat=True))

    @subject_ids.setter
    def subject_ids(self, ids: list[UUID]) -> None:
        self._subject_ids = ids


class StoredSubject(models.Model):
    """A patient whose compartment holds a stored resource (FHIR CompartmentDefinition)."""

    resource = models.ForeignKey(StoredResource, models.CASCADE, related_name="subjects")
    patient_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "patient_id"], name="stored_subject_once")
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} concerns {self.patient_id}"
