"""What is prescribed (FHIR MedicationRequest)."""

from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

CURRENT = ("active", "on-hold", "unknown", "")
ORDERS = ("order", "original-order", "instance-order", "filler-order", "reflex-order", "plan", "")


class MedicationRequestQuerySet(PatientRecordQuerySet["MedicationRequest"]):
    def current(self) -> "MedicationRequestQuerySet":
        """What the patient may be taking: active, on hold, or of unknown status."""
        return self.filter(status__in=CURRENT)


class MedicationRequest(PatientRecord):
    """A prescription or plan of one medicine."""

    fhir_type = "MedicationRequest"

    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    do_not_perform = models.BooleanField(null=True)
    priority = models.CharField(max_length=40, blank=True)
    medication_system = models.TextField(blank=True)
    medication_code = models.CharField(max_length=100, blank=True)
    medication_display = models.TextField(blank=True)
    medication_text = models.TextField(blank=True)
    medication_reference = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    authored_at = models.DateTimeField(null=True)
    requester = models.TextField(blank=True)
    reasons = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)
    dosages = VerbatimJSONField(default=list)

    objects = MedicationRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="medication_request_fhir_id_unique")
        ]
        indexes = [models.Index(fields=["patient", "-authored_at"], name="medication_of_patient")]

    def __str__(self) -> str:
        return self.medication_text or self.medication_display or self.medication_code or "Medicine"
