"""What a patient must not get (FHIR AllergyIntolerance)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet
from patients.models.condition import RULED_OUT

OVER = ("resolved", "inactive")
NO_KNOWN_ALLERGY = "716186003"
# SNOMED CT: what each statement that none is known speaks of; the first speaks of everything.
NONE_KNOWN = {
    NO_KNOWN_ALLERGY: frozenset({"medication", "biologic", "food", "environment", ""}),
    "409137002": frozenset({"medication", "biologic"}),  # No known drug allergy
    "429625007": frozenset({"food"}),  # No known food allergy
    "428607008": frozenset({"environment"}),  # No known environmental allergy
    "428197003": frozenset({"environment"}),  # No known insect allergy
}


class AllergyQuerySet(PatientRecordQuerySet["AllergyIntolerance"]):
    def standing(self) -> "AllergyQuerySet":
        """Allergies that count: neither ruled out nor resolved; unknown status counts."""
        return self.exclude(verification_status__in=RULED_OUT).exclude(clinical_status__in=OVER)

    def past(self) -> "AllergyQuerySet":
        """Those that are over, but were true."""
        return self.filter(clinical_status__in=OVER).exclude(verification_status__in=RULED_OUT)

    def ruled_out(self) -> "AllergyQuerySet":
        """Refuted, or entered in error: never an allergy, kept all the same."""
        return self.filter(verification_status__in=RULED_OUT)


class AllergyIntolerance(PatientRecord):
    """An allergy, an intolerance, or the statement that none is known."""

    fhir_type = "AllergyIntolerance"
    may_be_kept_back = False

    clinical_status = models.CharField(max_length=40, blank=True)
    verification_status = models.CharField(max_length=40, blank=True)
    type = models.CharField(max_length=40, blank=True)
    categories = ArrayField(models.CharField(max_length=40), default=list)
    criticality = models.CharField(max_length=40, blank=True)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    encounter_reference = models.TextField(blank=True)
    onset_start = models.DateTimeField(null=True)
    onset_end = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    last_occurred_at = models.DateTimeField(null=True)
    recorder = models.TextField(blank=True)
    asserter = models.TextField(blank=True)
    reactions = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = AllergyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="allergy_fhir_id_unique")]
        indexes = [models.Index(fields=["patient"], name="allergy_of_patient")]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Allergy"

    @property
    def none_known(self) -> bool:
        """The statement that there is no known allergy."""
        return self.code_code in NONE_KNOWN
