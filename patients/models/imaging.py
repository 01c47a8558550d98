"""Imaging studies: which pictures exist and where (FHIR ImagingStudy)."""

from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter


class ImagingStudyQuerySet(PatientRecordQuerySet["ImagingStudy"]):
    def standing(self) -> "ImagingStudyQuerySet":
        """All that still count: not entered in error, not cancelled."""
        return self.exclude(status__in=(ENTERED_IN_ERROR, "cancelled"))


class ImagingStudy(PatientRecord):
    """One examination with its series; the pictures themselves are elsewhere."""

    fhir_type = "ImagingStudy"

    identifiers = VerbatimJSONField(default=list)
    status = models.CharField(max_length=40, blank=True)
    modalities = VerbatimJSONField(default=list)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    based_on = VerbatimJSONField(default=list)
    referrer = models.TextField(blank=True)
    interpreters = VerbatimJSONField(default=list)
    endpoints = VerbatimJSONField(default=list)
    procedure_codes = VerbatimJSONField(default=list)
    reasons = VerbatimJSONField(default=list)
    reason_references = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)
    description = models.TextField(blank=True)
    series = VerbatimJSONField(default=list)

    objects = ImagingStudyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="imaging_study_fhir_id_unique")
        ]
        indexes = [
            models.Index(fields=["patient", "-started_at", "-id"], name="imaging_study_of_patient")
        ]

    def __str__(self) -> str:
        return self.description or "Imaging study"
