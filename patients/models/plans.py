"""What is planned for a patient, and towards what (FHIR CarePlan, Goal)."""

from django.db import models
from django.db.models import F

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

PLAN_OVER = ("completed", "revoked")
GOAL_OVER = ("completed", "cancelled", "rejected")


class CarePlanQuerySet(PatientRecordQuerySet["CarePlan"]):
    def standing(self) -> "CarePlanQuerySet":
        """Never entered in error."""
        return self.exclude(status=ENTERED_IN_ERROR)

    def current(self) -> "CarePlanQuerySet":
        """Neither completed nor revoked; a status that nobody recorded counts as current."""
        return self.standing().exclude(status__in=PLAN_OVER)


class CarePlan(PatientRecord):
    """A plan of care: what it is about, its goals, and each thing to do or not to do."""

    fhir_type = "CarePlan"

    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    categories = VerbatimJSONField(default=list)
    title = models.TextField(blank=True)
    description = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    author = VerbatimJSONField(default=dict)
    addresses = VerbatimJSONField(default=list)
    goals = VerbatimJSONField(default=list)
    activities = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="care_plan_fhir_id_unique")]
        indexes = [models.Index(fields=["patient", "-start"], name="care_plan_of_patient")]

    def __str__(self) -> str:
        categories = self.categories or [{}]
        return self.title or str(categories[0].get("text") or "") or "Care plan"


class GoalQuerySet(PatientRecordQuerySet["Goal"]):
    def standing(self) -> "GoalQuerySet":
        """Never entered in error."""
        return self.exclude(lifecycle_status=ENTERED_IN_ERROR)

    def current(self) -> "GoalQuerySet":
        """Still pursued, the one due first on top; a status nobody recorded counts as current."""
        rows = self.standing().exclude(lifecycle_status__in=GOAL_OVER)
        return rows.order_by(F("due_on").asc(nulls_last=True), "-start_low", "id")


class Goal(PatientRecord):
    """What the patient and the team want to reach."""

    fhir_type = "Goal"

    lifecycle_status = models.CharField(max_length=40, blank=True)
    achievement_status = models.CharField(max_length=40, blank=True)
    categories = VerbatimJSONField(default=list)
    description_system = models.TextField(blank=True)
    description_code = models.CharField(max_length=100, blank=True)
    description_display = models.TextField(blank=True)
    description_text = models.TextField(blank=True)
    start_low = models.DateField(null=True)
    start_high = models.DateField(null=True)
    targets = VerbatimJSONField(default=list)
    # First due date of ``targets``; follows them.
    due_on = models.DateField(null=True)
    status_date_low = models.DateField(null=True)
    status_date_high = models.DateField(null=True)
    status_reason = models.TextField(blank=True)
    expressed_by = VerbatimJSONField(default=dict)
    addresses = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = GoalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="goal_fhir_id_unique")]
        indexes = [models.Index(fields=["patient", "due_on"], name="goal_of_patient")]

    def __str__(self) -> str:
        named = (self.description_text, self.description_display, self.description_code)
        return next(filter(None, named), "Goal")
