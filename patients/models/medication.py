"""What is prescribed (FHIR MedicationRequest), and the medicine itself (FHIR Medication)."""

from django.db import models
from django.db.models import F, Q

from fhir.fields import VerbatimJSONField
from fhir.models import Record, RecordQuerySet
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

CURRENT = ("active", "on-hold", "unknown", "")
# Written down without being an order: listed, and said to be what it is.
NOT_ORDERED = ("proposal", "plan", "option")


class Medication(Record):
    """A medicine as a thing: its code, form and ingredients. It belongs to no patient."""

    fhir_type = "Medication"

    status = models.CharField(max_length=40, blank=True)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    form_system = models.TextField(blank=True)
    form_code = models.CharField(max_length=100, blank=True)
    form_display = models.TextField(blank=True)
    form_text = models.TextField(blank=True)
    manufacturer = models.TextField(blank=True)
    ingredients = VerbatimJSONField(default=list)
    batch = VerbatimJSONField(default=dict)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="medication_fhir_id_unique")
        ]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Medicine"


class MedicationRequestQuerySet(PatientRecordQuerySet["MedicationRequest"]):
    def current(self) -> "MedicationRequestQuerySet":
        """What the patient may be taking: active, on hold, or of unknown status."""
        return self.filter(status__in=CURRENT)

    def standing(self) -> "MedicationRequestQuerySet":
        """All that was really written, whatever became of it."""
        return self.exclude(status=ENTERED_IN_ERROR)

    def to_give(self) -> "MedicationRequestQuerySet":
        """Orders a nurse may act on: active, ordered, and not "do not give"."""
        return self.filter(status="active").exclude(
            Q(intent__in=NOT_ORDERED) | Q(do_not_perform=True)
        )


class MedicationRequest(PatientRecord):
    """A prescription or plan of one medicine."""

    fhir_type = "MedicationRequest"

    status = models.CharField(max_length=40, blank=True)
    status_reason_system = models.TextField(blank=True)
    status_reason_code = models.CharField(max_length=100, blank=True)
    status_reason_display = models.TextField(blank=True)
    status_reason_text = models.TextField(blank=True)
    intent = models.CharField(max_length=40, blank=True)
    categories = VerbatimJSONField(default=list)
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
    recorder = models.TextField(blank=True)
    reasons = VerbatimJSONField(default=list)
    reason_references = VerbatimJSONField(default=list)
    course_system = models.TextField(blank=True)
    course_code = models.CharField(max_length=100, blank=True)
    course_display = models.TextField(blank=True)
    course_text = models.TextField(blank=True)
    notes = VerbatimJSONField(default=list)
    dosages = VerbatimJSONField(default=list)
    dispense = VerbatimJSONField(default=dict)
    substitution = VerbatimJSONField(default=dict)
    prior_prescription = models.TextField(blank=True)
    detected_issues = VerbatimJSONField(default=list)
    # Holds, among others, when the status last changed (an element of FHIR R5).
    extensions = VerbatimJSONField(default=list)

    # Derived from the dosages and extensions.
    starts_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)
    status_changed_at = models.DateTimeField(null=True, editable=False)

    objects = MedicationRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="medication_request_fhir_id_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="medication_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-authored_at"], name="medication_of_patient")]

    def __str__(self) -> str:
        return self.medication_text or self.medication_display or self.medication_code or "Medicine"
