"""Vaccines given, and those that were not (FHIR Immunization)."""

from django.db import models

from fhir.fields import NumericField, VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter


class ImmunizationQuerySet(PatientRecordQuerySet["Immunization"]):
    def standing(self) -> "ImmunizationQuerySet":
        """All but what should never have been recorded; "not given" is a fact and stays."""
        return self.exclude(status=ENTERED_IN_ERROR)


class Immunization(PatientRecord):
    """One vaccine on one day: given, or not given and why."""

    fhir_type = "Immunization"

    status = models.CharField(max_length=40, blank=True)
    status_reason_system = models.TextField(blank=True)
    status_reason_code = models.CharField(max_length=100, blank=True)
    status_reason_display = models.TextField(blank=True)
    status_reason_text = models.TextField(blank=True)
    vaccine_system = models.TextField(blank=True)
    vaccine_code = models.CharField(max_length=100, blank=True)
    vaccine_display = models.TextField(blank=True)
    vaccine_text = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    occurrence_start = models.DateTimeField(null=True)
    occurrence_end = models.DateTimeField(null=True)
    occurrence_text = models.TextField(blank=True)
    recorded_at = models.DateTimeField(null=True)
    primary_source = models.BooleanField(null=True)
    manufacturer = VerbatimJSONField(default=dict)
    lot_number = models.TextField(blank=True)
    expiry_low = models.DateField(null=True)
    expiry_high = models.DateField(null=True)
    site_system = models.TextField(blank=True)
    site_code = models.CharField(max_length=100, blank=True)
    site_display = models.TextField(blank=True)
    site_text = models.TextField(blank=True)
    dose = NumericField(null=True)
    dose_unit = models.TextField(blank=True)
    dose_ucum = models.CharField(max_length=100, blank=True)
    dose_comparator = models.CharField(max_length=4, blank=True)
    performers = VerbatimJSONField(default=list)
    reasons = VerbatimJSONField(default=list)
    is_subpotent = models.BooleanField(null=True)
    subpotent_reasons = VerbatimJSONField(default=list)
    education = VerbatimJSONField(default=list)
    reactions = VerbatimJSONField(default=list)
    protocols = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = ImmunizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="immunization_fhir_id_unique")
        ]
        indexes = [
            models.Index(fields=["patient", "-occurrence_start"], name="immunization_of_patient")
        ]

    def __str__(self) -> str:
        return self.vaccine_text or self.vaccine_display or self.vaccine_code or "Immunization"
