"""What every record about a patient has."""

from typing import Generic, Self, TypeVar
from uuid import UUID

from django.db import models

from fhir.models import Record, RecordQuerySet
from patients.models.patient import Patient

ENTERED_IN_ERROR = "entered-in-error"


R = TypeVar("R", bound="PatientRecord", covariant=True)


class PatientRecordQuerySet(RecordQuerySet[R], Generic[R]):
    def of(self, patient: Patient) -> Self:
        """The rows of one chart."""
        return self.filter(patient=patient)


class PatientRecord(Record):
    """A record with a patient; None when its subject is not here (it is kept all the same)."""

    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def about(self) -> UUID | None:
        return self.patient_id
