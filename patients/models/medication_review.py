"""When a patient's list of medicines was walked through, by whom, and what each line got.

A table of its own and not a FHIR List, because confirming a line changes nothing about the
prescription: it must not make a version of it, and "confirmed within a year" is asked at each
opening of a chart.
"""

from django.db import models
from django.utils import timezone

from fhir.fields import VerbatimJSONField
from fhir.models.record import new_id
from patients.models.patient import Patient


class MedicationReview(models.Model):
    """One reconciliation. ``lines`` are ``{reference, text, outcome, reason}`` in list order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    principal = models.CharField(max_length=120)
    by_name = models.CharField(max_length=300)
    # Who told: the patient, the family, a list that somebody brought.
    source = models.CharField(max_length=500, blank=True)
    lines = VerbatimJSONField(default=list)

    append_only = True

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="review_of_patient")]

    def __str__(self) -> str:
        return f"Medicines reconciled {self.at:%d-%b-%Y} by {self.by_name}"
