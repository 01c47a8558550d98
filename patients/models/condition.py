"""Problems and diagnoses (FHIR Condition)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

ACTIVE = ("active", "recurrence", "relapse")
RULED_OUT = (ENTERED_IN_ERROR, "refuted")
PROBLEM_LIST = "problem-list-item"
ENCOUNTER_DIAGNOSIS = "encounter-diagnosis"
# US Core's "health-concern" stands on the problem list too.
ON_THE_LIST = [PROBLEM_LIST, "health-concern"]


class ConditionQuerySet(PatientRecordQuerySet["Condition"]):
    def active(self) -> "ConditionQuerySet":
        """Problems today. A status that nobody recorded counts as active: unknown is not well."""
        return self.filter(clinical_status__in=(*ACTIVE, "")).exclude(
            verification_status__in=RULED_OUT
        )

    def past(self) -> "ConditionQuerySet":
        """Problems that are over."""
        return self.exclude(clinical_status__in=(*ACTIVE, "")).exclude(
            verification_status__in=RULED_OUT
        )

    def ruled_out(self) -> "ConditionQuerySet":
        """Refuted, or entered in error: never a problem, kept all the same."""
        return self.filter(verification_status__in=RULED_OUT)

    def on_problem_list(self) -> "ConditionQuerySet":
        """What somebody put on the problem list."""
        return self.filter(categories__overlap=ON_THE_LIST)

    def recorded_only(self) -> "ConditionQuerySet":
        """Diagnoses without a category, or of one visit: nobody put them on the problem list."""
        return self.exclude(categories__overlap=ON_THE_LIST)


class Condition(PatientRecord):
    """A problem, diagnosis or health concern."""

    fhir_type = "Condition"

    clinical_status = models.CharField(max_length=40, blank=True)
    verification_status = models.CharField(max_length=40, blank=True)
    categories = ArrayField(models.CharField(max_length=100), default=list)
    severity_system = models.TextField(blank=True)
    severity_code = models.CharField(max_length=100, blank=True)
    severity_display = models.TextField(blank=True)
    severity_text = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    body_sites = VerbatimJSONField(default=list)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    onset_start = models.DateTimeField(null=True)
    onset_end = models.DateTimeField(null=True)
    abatement_start = models.DateTimeField(null=True)
    abatement_end = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    recorder = models.TextField(blank=True)
    asserter = models.TextField(blank=True)
    stages = VerbatimJSONField(default=list)
    evidence = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="condition_fhir_id_unique")]
        indexes = [models.Index(fields=["patient", "-onset_start"], name="condition_of_patient")]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Condition"

    @property
    def is_on_problem_list(self) -> bool:
        """Somebody put it there."""
        return not set(ON_THE_LIST).isdisjoint(self.categories)

    @property
    def is_active(self) -> bool:
        """A problem today; a status that nobody recorded counts as active."""
        return self.clinical_status in (*ACTIVE, "") and self.verification_status not in RULED_OUT
