"""What was given, and what was not (FHIR MedicationAdministration)."""

from django.db import models
from django.db.models import Q

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet

GIVEN = ("completed", "in-progress", "stopped")
NOT_GIVEN = "not-done"


class MedicationAdministrationQuerySet(PatientRecordQuerySet["MedicationAdministration"]):
    def standing(self) -> "MedicationAdministrationQuerySet":
        """All that was really written."""
        return self.exclude(status=ENTERED_IN_ERROR)

    def given(self) -> "MedicationAdministrationQuerySet":
        """Doses that went in, wholly or partly; an unknown status counts: it may have."""
        return self.filter(status__in=(*GIVEN, "unknown", ""))

    def newest_of_each(self) -> "MedicationAdministrationQuerySet":
        """The newest row of each order."""
        return (
            self.exclude(request="")
            .order_by("request", "-effective_start", "-id")
            .distinct("request")
        )


class MedicationAdministration(PatientRecord):
    """One dose: given, withheld or refused."""

    fhir_type = "MedicationAdministration"

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
    performers = VerbatimJSONField(default=list)
    reasons = VerbatimJSONField(default=list)
    request = models.TextField(blank=True)
    notes = VerbatimJSONField(default=list)
    dosage = VerbatimJSONField(default=dict)
    # Holds, among others, for which due time the dose was.
    extensions = VerbatimJSONField(default=list)

    # Derived from the extensions.
    due_at = models.DateTimeField(null=True, editable=False)

    objects = MedicationAdministrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fhir_id"], name="medication_administration_fhir_id_unique"
            )
        ]
        indexes = [
            models.Index(fields=["patient", "-effective_start"], name="administration_of_patient"),
            models.Index(
                fields=["request", "-effective_start", "-id"],
                condition=~Q(request=""),
                name="administration_of_request",
            ),
        ]

    def __str__(self) -> str:
        return self.medication_text or self.medication_display or self.medication_code or "Dose"
