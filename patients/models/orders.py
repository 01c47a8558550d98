"""What is asked of laboratory, imaging and others (FHIR ServiceRequest)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

# SNOMED CT categories of US Core: what we write, and what tells laboratory from imaging.
LABORATORY_PROCEDURE, IMAGING_PROCEDURE = "108252007", "363679005"
OPEN_STATUSES = ("draft", "active", "on-hold", "unknown", "")
ORDER_INTENTS = (
    *("order", "original-order", "reflex-order", "filler-order", "instance-order"),
    *("directive", ""),
)


class ServiceRequestQuerySet(PatientRecordQuerySet["ServiceRequest"]):
    def open(self) -> "ServiceRequestQuerySet":
        """Not done yet, or nobody knows: neither completed, revoked nor entered in error."""
        return self.filter(status__in=OPEN_STATUSES)


class ServiceRequest(PatientRecord):
    """One order, proposal or plan of a test or service."""

    fhir_type = "ServiceRequest"

    identifiers = VerbatimJSONField(default=list)
    based_on = VerbatimJSONField(default=list)
    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    do_not_perform = models.BooleanField(null=True)
    priority = models.CharField(max_length=40, blank=True)
    categories = ArrayField(models.CharField(max_length=100), default=list)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    details = VerbatimJSONField(default=list)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    occurrence_start = models.DateTimeField(null=True)
    occurrence_end = models.DateTimeField(null=True)
    authored_at = models.DateTimeField(null=True)
    requester = models.TextField(blank=True)
    performers = VerbatimJSONField(default=list)
    reasons = VerbatimJSONField(default=list)
    reason_references = VerbatimJSONField(default=list)
    specimens = VerbatimJSONField(default=list)
    body_sites = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)
    patient_instruction = models.TextField(blank=True)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="service_request_fhir_id_unique")
        ]
        indexes = [
            models.Index(
                fields=["patient", "-authored_at", "-id"], name="service_request_of_patient"
            )
        ]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Order"

    @property
    def is_open(self) -> bool:
        """It may still be done."""
        return self.status in OPEN_STATUSES

    @property
    def is_imaging(self) -> bool:
        """An image or its report is asked for."""
        return IMAGING_PROCEDURE in self.categories
