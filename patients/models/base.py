"""What every record about a patient has."""

from typing import ClassVar, Generic, Self, TypeVar
from uuid import UUID

from django.db import models

from fhir.models import Record, RecordQuerySet
from patients.models.labels import IsSensitive
from patients.models.patient import Patient

ENTERED_IN_ERROR = "entered-in-error"


R = TypeVar("R", bound="PatientRecord", covariant=True)


class PatientRecordQuerySet(RecordQuerySet[R], Generic[R]):
    def of(self, patient: Patient) -> Self:
        """The rows of one chart, for whoever opened it."""
        rows = self.all_of(patient)
        return rows.open_to_all() if patient.keeps_back else rows

    def beside(self, row: "PatientRecord") -> Self:
        """The rows of the chart in which ``row`` stands, for whoever opened ``row``."""
        return self.of(row.patient) if row.patient is not None else self.none()

    def all_of(self, patient: Patient) -> Self:
        """Every row of one chart: for what must be compared even where it may not be shown."""
        return self.filter(patient=patient)

    def open_to_all(self) -> Self:
        """Without the labelled ones, which are for those who treat the patient closely."""
        return self.exclude(IsSensitive("security")) if self.model.may_be_kept_back else self


class PatientRecord(Record):
    """A record with a patient; None when its subject is not here (it is kept all the same)."""

    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")

    # False: what nobody who opens a chart may miss (allergies, warnings), and what the desk sees.
    may_be_kept_back: ClassVar[bool] = True

    class Meta:
        abstract = True

    @property
    def about(self) -> UUID | None:
        return self.patient_id
