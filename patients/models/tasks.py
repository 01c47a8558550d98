"""Something that somebody should do for a patient by a day (FHIR Task)."""

from django.db import models
from django.db.models import F
from django.utils import timezone

from accounts.models import Practitioner
from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

TASK_OVER = ("completed", "cancelled", "rejected", "failed")


class TaskQuerySet(PatientRecordQuerySet["Task"]):
    def standing(self) -> "TaskQuerySet":
        """Never entered in error."""
        return self.exclude(status=ENTERED_IN_ERROR)

    def open(self) -> "TaskQuerySet":
        """Still to be done, the one due first on top; an unknown status counts as open."""
        rows = self.standing().exclude(status__in=TASK_OVER)
        return rows.order_by(F("due_at").asc(nulls_last=True), "id")

    def overdue(self) -> "TaskQuerySet":
        """Open, and the last moment for it has passed."""
        return self.open().filter(due_at__lt=timezone.now())


class Task(PatientRecord):
    """A follow-up or another piece of work, with who owns it and until when."""

    fhir_type = "Task"

    status = models.CharField(max_length=40, blank=True)
    status_reason = VerbatimJSONField(default=dict)
    intent = models.CharField(max_length=40, blank=True)
    priority = models.CharField(max_length=40, blank=True)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    description = models.TextField(blank=True)
    focus = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    execution_start = models.DateTimeField(null=True)
    execution_end = models.DateTimeField(null=True)
    authored_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    requester = VerbatimJSONField(default=dict)
    owner = VerbatimJSONField(default=dict)
    # ``owner``, where it names a practitioner who is here.
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, related_name="+")
    restriction = VerbatimJSONField(default=dict)
    # Last moment of ``restriction.period``; follows it.
    due_at = models.DateTimeField(null=True)
    notes = VerbatimJSONField(default=list)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="task_fhir_id_unique")]
        indexes = [
            models.Index(fields=["patient", "due_at"], name="task_of_patient"),
            models.Index(fields=["practitioner", "due_at"], name="task_of_owner"),
            models.Index(
                fields=["due_at"],
                condition=~models.Q(status__in=(*TASK_OVER, ENTERED_IN_ERROR)),
                name="task_open",
            ),
        ]

    def __str__(self) -> str:
        named = (self.description, self.code_text, self.code_display, self.code_code)
        return next(filter(None, named), "Follow-up")

    @property
    def is_open(self) -> bool:
        """Somebody still has to do it."""
        return self.status not in (*TASK_OVER, ENTERED_IN_ERROR)
