"""Charts that were opened in an emergency, why, until when, and what the review found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import ACCESS_REVIEW, CHART_READ
from fhir.models.record import new_id
from patients.models.patient import Patient

if TYPE_CHECKING:
    from fhir.principal import Principal


class Reason(models.TextChoices):
    """Why somebody opens a chart that is closed to them."""

    EMERGENCY = "emergency", _("Emergency: the patient needs care now")
    COVER = "cover", _("I cover for the treating team")
    CONSULT = "consult", _("I was asked for advice about this patient")
    PATIENT_ASKED = "patient-asked", _("The patient asked me to look")
    SAFETY = "safety", _("Safety of others, or a duty to report")
    OTHER = "other", _("Another reason, in words")


class Overrode(models.TextChoices):
    """What kept the chart, or a part of it, closed."""

    ELSEWHERE = "elsewhere", _("not under the reader's care")
    RESTRICTION = "restriction", _("restricted by the patient")
    LABEL = "label", _("sensitive person")


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def standing(self) -> BreakGlassQuerySet:
        """Still open."""
        now = timezone.now()
        return self.filter(Q(ended_at__isnull=True), began__lte=now, until__gt=now)

    def held_by(self, principal: Principal) -> BreakGlassQuerySet:
        """Standing, of this person, at a facility where they still read charts."""
        mine = principal.facilities_with(CHART_READ)
        return self.standing().filter(user_id=principal.id, facility__in=mine)

    def reviewed_by(self, principal: Principal) -> BreakGlassQuerySet:
        """Those that ``principal`` judges: at facilities where they are privacy officer."""
        return self.filter(facility__in=principal.facilities_with(ACCESS_REVIEW))

    def waiting(self) -> BreakGlassQuerySet:
        """Nobody has closed the review."""
        closed = GlassReview.objects.filter(glass=OuterRef("pk"), outcome__in=CLOSING)
        return self.filter(~Q(Exists(closed)))


class BreakGlass(models.Model):
    """One person's opening of one chart for an emergency, until the shift ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    facility = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason)
    words = models.CharField(max_length=500)
    overrode = ArrayField(models.CharField(max_length=20, choices=Overrode), default=list)
    began = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    # Ended before its time, by the person or by a privacy officer.
    ended_at = models.DateTimeField(null=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("began")), name="glass_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="glass_says_why"),
        ]
        indexes = [
            models.Index(fields=["patient", "user", "-until"], name="glass_of_patient"),
            models.Index(fields=["facility", "-began"], name="glass_of_facility"),
        ]

    def __str__(self) -> str:
        return f"{self.user} opened the chart of {self.patient}, {self.began:%d-%b-%Y %H:%M}"

    @property
    def stands(self) -> bool:
        """It still opens the chart."""
        return self.ended_at is None and self.began <= timezone.now() < self.until


class GlassReview(models.Model):
    """What a privacy officer found. Written once; a follow-up adds a row."""

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", _("Justified")
        NOT_JUSTIFIED = "not-justified", _("Not justified")
        FOLLOW_UP = "follow-up", _("Needs follow-up")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    glass = models.ForeignKey(BreakGlass, models.PROTECT, related_name="reviews")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=20, choices=Outcome)
    remark = models.CharField(max_length=1000, blank=True)

    append_only = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="justified") | ~Q(remark=""), name="glass_review_says_why"
            )
        ]
        indexes = [models.Index(fields=["glass", "-at"], name="review_of_glass")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.by}, {self.at:%d-%b-%Y})"


CLOSING = (GlassReview.Outcome.JUSTIFIED, GlassReview.Outcome.NOT_JUSTIFIED)
