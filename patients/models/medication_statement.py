"""What a patient takes by somebody's word (FHIR MedicationStatement)."""

from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet

TAKEN = ("active", "intended", "on-hold", "unknown", "")


class MedicationStatementQuerySet(PatientRecordQuerySet["MedicationStatement"]):
    def current(self) -> "MedicationStatementQuerySet":
        """What the patient may be taking by this word; "not taken" and "completed" are not."""
        return self.filter(status__in=TAKEN)

    def standing(self) -> "MedicationStatementQuerySet":
        """All that was really said, whatever became of it."""
        return self.exclude(status=ENTERED_IN_ERROR)


class MedicationStatement(PatientRecord):
    """A medicine from elsewhere: over the counter, of another house, or told by the family."""

    fhir_type = "MedicationStatement"

    status = models.CharField(max_length=40, blank=True)
    status_reasons = VerbatimJSONField(default=list)
    category_system = models.TextField(blank=True)
    category_code = models.CharField(max_length=100, blank=True)
    category_display = models.TextField(blank=True)
    category_text = models.TextField(blank=True)
    medication_system = models.TextField(blank=True)
    medication_code = models.CharField(max_length=100, blank=True)
    medication_display = models.TextField(blank=True)
    medication_text = models.TextField(blank=True)
    medication_reference = models.TextField(blank=True)
    context = models.TextField(blank=True)
    effective_start = models.DateTimeField(null=True)
    effective_end = models.DateTimeField(null=True)
    asserted_at = models.DateTimeField(null=True)
    information_source = models.TextField(blank=True)
    derived_from = VerbatimJSONField(default=list)
    reasons = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)
    dosages = VerbatimJSONField(default=list)

    objects = MedicationStatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="medication_statement_fhir_id_unique")
        ]
        indexes = [models.Index(fields=["patient", "-asserted_at"], name="statement_of_patient")]

    def __str__(self) -> str:
        return self.medication_text or self.medication_display or self.medication_code or "Medicine"
