"""Visits and admissions (FHIR Encounter)."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Location, Organization, Practitioner
from accounts.roles import ENCOUNTER_MANAGE
from fhir.fields import VerbatimJSONField
from fhir.principal import Principal
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet

OPEN = ("arrived", "triaged", "in-progress", "onleave")
RECENT = timedelta(days=30)


class EncounterQuerySet(PatientRecordQuerySet["Encounter"]):
    def open(self) -> "EncounterQuerySet":
        """Patients who are here now."""
        return self.filter(status__in=OPEN, end__isnull=True)

    def giving_access(self) -> "EncounterQuerySet":
        """Open, or ended no longer than 30 days ago: the facility's clinicians see the chart."""
        recent = Q(end__gte=timezone.now() - RECENT, start__lte=timezone.now())
        return self.filter(recent | Q(end__isnull=True, status__in=OPEN)).exclude(
            status__in=(ENTERED_IN_ERROR, "cancelled")
        )

    def managed_by(self, principal: Principal) -> "EncounterQuerySet":
        """Visits at the facilities where ``principal`` moves patients: who, where and when only."""
        if principal.sees_everything:
            return self
        return self.filter(organization__in=principal.facilities_with(ENCOUNTER_MANAGE))


class Encounter(PatientRecord):
    """A visit, an admission or a stay in bed."""

    fhir_type = "Encounter"
    may_be_kept_back = False

    status = models.CharField(max_length=20, blank=True)
    class_code = models.CharField(max_length=40, blank=True)
    type_system = models.TextField(blank=True)
    type_code = models.CharField(max_length=100, blank=True)
    type_display = models.TextField(blank=True)
    type_text = models.TextField(blank=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    reasons = VerbatimJSONField(default=list)
    participants = VerbatimJSONField(default=list)
    locations = VerbatimJSONField(default=list)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    status_history = VerbatimJSONField(default=list)
    hospitalization = VerbatimJSONField(default=dict)
    diagnoses = VerbatimJSONField(default=list)
    appointments = VerbatimJSONField(default=list)
    priority_system = models.TextField(blank=True)
    priority_code = models.CharField(max_length=100, blank=True)
    priority_display = models.TextField(blank=True)
    priority_text = models.TextField(blank=True)
    # The attender among the participants, else the first practitioner, resolved.
    attending = models.ForeignKey(Practitioner, models.PROTECT, null=True, related_name="+")
    # Where the patient lies or sits now: the active location, resolved.
    location = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+")

    objects = EncounterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="encounter_fhir_id_unique")]
        indexes = [
            models.Index(fields=["patient", "-start"], name="encounter_of_patient"),
            models.Index(fields=["organization", "end", "patient"], name="encounter_gives_access"),
            models.Index(
                fields=["location"], condition=Q(end__isnull=True), name="encounter_in_bed"
            ),
        ]

    def __str__(self) -> str:
        return self.type_text or self.type_display or "Encounter"

    @property
    def is_open(self) -> bool:
        """The patient is here, or on leave from here."""
        return self.status in OPEN and self.end is None
