"""Results that wait for somebody: one owner each, and who reads for whom while away."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from fhir.models.record import new_id
from patients.models.patient import Patient


class State(models.TextChoices):
    NEW = "new", _("new")
    SEEN = "seen", _("seen")
    ACTED = "acted", _("acted on")
    CLOSED = "closed", _("closed")


class InboxItemQuerySet(models.QuerySet["InboxItem"]):
    def waiting(self) -> "InboxItemQuerySet":
        """What somebody still has to look at; a result within a report waits as that report."""
        return self.exclude(state=State.CLOSED).filter(part_of__isnull=True)

    def unacknowledged(self) -> "InboxItemQuerySet":
        """Nobody has seen it, or not since it was corrected."""
        return self.filter(state=State.NEW, part_of__isnull=True)

    def overdue(self) -> "InboxItemQuerySet":
        """Critical and not acknowledged in time: everybody there is to see it."""
        return self.unacknowledged().filter(critical=True, due_at__lte=timezone.now())


class InboxItem(models.Model):
    """One result or report that waits for its owner.

    ``record_id`` is the id of an Observation or DiagnosticReport, without a foreign key: results
    are many, and nothing may hold on to them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    # The report that holds this result: they are acknowledged together.
    part_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="parts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    facility = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    # Status of the result when it came last: a change of it is news.
    result_status = models.CharField(max_length=40, blank=True)
    critical = models.BooleanField(default=False)
    arrived_at = models.DateTimeField(default=timezone.now)
    # When a critical one that nobody has seen goes to everybody of the facility.
    due_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    # What was done about it: the FHIR reference of a note, order or task.
    acted_reference = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = InboxItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "record_id"], name="one_item_per_result")
        ]
        indexes = [
            models.Index(
                fields=["owner", "state", "-arrived_at"],
                condition=~Q(state="closed") & Q(part_of__isnull=True),
                name="inbox_of_owner",
            ),
            models.Index(
                fields=["facility", "state", "-arrived_at"],
                condition=~Q(state="closed") & Q(part_of__isnull=True),
                name="inbox_of_facility",
            ),
            models.Index(fields=["patient"], name="inbox_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.state}"


class InboxEvent(models.Model):
    """One step of an item. Append-only: who did what stays."""

    item = models.ForeignKey(InboxItem, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    principal = models.CharField(max_length=120)
    name = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=40)
    reference = models.TextField(blank=True)

    append_only = True

    class Meta:
        indexes = [models.Index(fields=["item", "at"], name="inbox_history")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.state}"


class CoverQuerySet(models.QuerySet["Cover"]):
    def now(self) -> "CoverQuerySet":
        """Absences that run at this moment."""
        moment = timezone.now()
        return self.filter(start__lte=moment, end__gt=moment)


class Cover(models.Model):
    """Somebody is away: a colleague, or every doctor of the facility, reads their results."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("away")
    )
    covered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("colleague"),
    )
    team = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("every doctor of"),
    )
    start = models.DateTimeField(_("from"), default=timezone.now)
    end = models.DateTimeField(_("until"))

    objects = CoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("cover")
        verbose_name_plural = _("covers")
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="cover_ends_after_start"),
            models.CheckConstraint(
                condition=Q(covered_by__isnull=True) ^ Q(team__isnull=True),
                name="covered_by_one_or_team",
            ),
            models.CheckConstraint(
                condition=Q(covered_by__isnull=True) | ~Q(covered_by=F("user")),
                name="covered_by_somebody_else",
            ),
        ]
        indexes = [models.Index(fields=["end"], name="cover_running")]

    def __str__(self) -> str:
        return f"{self.user}: {self.covered_by or self.team}"
