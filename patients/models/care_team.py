"""Who looks after a patient together (FHIR CareTeam)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Practitioner
from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet


class CareTeam(PatientRecord):
    """A team around one patient."""

    fhir_type = "CareTeam"
    may_be_kept_back = False

    status = models.CharField(max_length=20, blank=True)
    name = models.TextField(blank=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    participants = VerbatimJSONField(default=list)

    objects = PatientRecordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="care_team_fhir_id_unique")]
        indexes = [models.Index(fields=["patient"], name="care_team_of_patient")]

    def __str__(self) -> str:
        return self.name or "Care team"


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
