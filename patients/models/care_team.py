"""Who looks after a patient together (FHIR CareTeam)."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Practitioner
from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet


class CareTeamQuerySet(PatientRecordQuerySet["CareTeam"]):
    def at_work(self) -> Self:
        """Active teams whose time has begun and not ended."""
        now = timezone.now()
        begun = Q(start__isnull=True) | Q(start__lte=now)
        return self.filter(begun, Q(end__isnull=True) | Q(end__gt=now), status="active")


class CareTeam(PatientRecord):
    """A team around one patient."""

    fhir_type = "CareTeam"
    may_be_kept_back = False

    status = models.CharField(max_length=20, blank=True)
    name = models.TextField(blank=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    participants = VerbatimJSONField(default=list)

    objects = CareTeamQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="care_team_fhir_id_unique")]
        indexes = [models.Index(fields=["patient"], name="care_team_of_patient")]

    def __str__(self) -> str:
        return self.name or "Care team"

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What was said about the team (FHIR CareTeam.note), which no column holds."""
        return (self.extra or {}).get("note") or []

    @notes.setter
    def notes(self, said: list[dict[str, Any]]) -> None:
        self.extra = (self.extra or {}) | {"note": said}


class CareTeamMemberQuerySet(models.QuerySet["CareTeamMember"]):
    def giving_access(self) -> "CareTeamMemberQuerySet":
        """Members of active teams whose time has begun and not ended."""
        now = timezone.now()
        return self.filter(
            Q(start__isnull=True) | Q(start__lte=now),
            Q(end__isnull=True) | Q(end__gt=now),
            Q(team__end__isnull=True) | Q(team__end__gt=now),
            team__status="active",
        )


class CareTeamMember(models.Model):
    """A practitioner in a team for a time; follows the team's ``participants``."""

    team = models.ForeignKey(CareTeam, models.CASCADE, related_name="members")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)

    objects = CareTeamMemberQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.practitioner} in {self.team}"
