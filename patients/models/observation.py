"""Everything measured or observed (FHIR Observation): vital signs, laboratory, devices."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from fhir.fields import NumericField, VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

LABORATORY = "laboratory"
VITAL_SIGNS = "vital-signs"


class ObservationQuerySet(PatientRecordQuerySet["Observation"]):
    def standing(self) -> "ObservationQuerySet":
        """All that still counts: not entered in error, not cancelled."""
        return self.exclude(status__in=(ENTERED_IN_ERROR, "cancelled"))

    def category(self, code: str) -> "ObservationQuerySet":
        """Of one category of the FHIR code system, such as ``laboratory``."""
        return self.filter(categories__contains=[code])

    def unconfirmed(self) -> "ObservationQuerySet":
        """Device readings that no clinician has accepted yet."""
        return self.filter(status="preliminary").exclude(device="")

    def newest_of_each(self) -> "ObservationQuerySet":
        """The newest row of each code: one index walk per code, whatever the history's length."""
        return self.order_by("code_code", "-effective_start", "-id").distinct("code_code")


class Observation(PatientRecord):
    """One observation; ``categories`` tells vital sign from laboratory from the rest."""

    fhir_type = "Observation"

    status = models.CharField(max_length=40, blank=True)
    categories = ArrayField(models.CharField(max_length=100), default=list)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    effective_start = models.DateTimeField(null=True)
    effective_end = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    performers = VerbatimJSONField(default=list)
    value = NumericField(null=True)
    value_unit = models.TextField(blank=True)
    value_ucum = models.CharField(max_length=100, blank=True)
    value_comparator = models.CharField(max_length=4, blank=True)
    value_string = models.TextField(blank=True)
    value_concept_system = models.TextField(blank=True)
    value_concept_code = models.CharField(max_length=100, blank=True)
    value_concept_display = models.TextField(blank=True)
    value_concept_text = models.TextField(blank=True)
    interpretations = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)
    device = models.TextField(blank=True)
    reference_ranges = VerbatimJSONField(default=list)
    derived_from = VerbatimJSONField(default=list)
    components = VerbatimJSONField(default=list)
    # The order that it answers, where there is one: its FHIR reference.
    based_on = models.TextField(blank=True, db_default="")

    objects = ObservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="observation_fhir_id_unique")
        ]
        indexes = [
            models.Index(
                fields=["patient", "code_code", "-effective_start", "-id"],
                name="observation_of_patient",
            ),
            models.Index(fields=["patient", "-effective_start", "-id"], name="observation_by_time"),
            # Laboratory results are few among all that devices send: they have indexes of their
            # own, which find the newest of each test, and the newest days.
            models.Index(
                fields=["patient", "code_code", "-effective_start", "-id"],
                condition=Q(categories__contains=[LABORATORY]),
                name="result_of_patient",
            ),
            models.Index(
                fields=["patient", "-effective_start", "-id"],
                condition=Q(categories__contains=[LABORATORY]),
                name="result_by_time",
            ),
            models.Index(fields=["based_on"], condition=~Q(based_on=""), name="result_of_order"),
            # Programs ask again and again what is new; rows lie in the order of their writing.
            BrinIndex(
                fields=["updated_at"],
                name="observation_updated",
                autosummarize=True,
                pages_per_range=32,
            ),
        ]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Observation"

    @property
    def is_unconfirmed(self) -> bool:
        """A device said so and no clinician has accepted it."""
        return self.status == "preliminary" and bool(self.device)
