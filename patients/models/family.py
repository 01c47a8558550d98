"""What runs in the family (FHIR FamilyMemberHistory)."""

from django.db import models

from fhir.fields import NumericField, VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet


class FamilyQuerySet(PatientRecordQuerySet["FamilyMemberHistory"]):
    def standing(self) -> "FamilyQuerySet":
        """All but what should never have been recorded."""
        return self.exclude(status=ENTERED_IN_ERROR)


class FamilyMemberHistory(PatientRecord):
    """One relative, and what they had."""

    fhir_type = "FamilyMemberHistory"

    status = models.CharField(max_length=40, blank=True)
    absent_reason_system = models.TextField(blank=True)
    absent_reason_code = models.CharField(max_length=100, blank=True)
    absent_reason_display = models.TextField(blank=True)
    absent_reason_text = models.TextField(blank=True)
    recorded_at = models.DateTimeField(null=True)
    name = models.TextField(blank=True)
    relationship_system = models.TextField(blank=True)
    relationship_code = models.CharField(max_length=100, blank=True)
    relationship_display = models.TextField(blank=True)
    relationship_text = models.TextField(blank=True)
    sex_system = models.TextField(blank=True)
    sex_code = models.CharField(max_length=100, blank=True)
    sex_display = models.TextField(blank=True)
    sex_text = models.TextField(blank=True)
    deceased = models.BooleanField(null=True)
    deceased_age_years = NumericField(null=True)
    reasons = VerbatimJSONField(default=list)
    conditions = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = FamilyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="family_history_fhir_id_unique")
        ]
        indexes = [models.Index(fields=["patient", "-recorded_at"], name="family_of_patient")]

    def __str__(self) -> str:
        said = (self.relationship_text, self.relationship_display, self.relationship_code)
        return next(filter(None, said), "Relative")
