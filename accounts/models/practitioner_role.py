"""Where a practitioner works, and as what (FHIR PractitionerRole)."""

from uuid import UUID

from django.db import models

from accounts.models.facility import Organization
from accounts.models.people import Practitioner
from fhir.fields import VerbatimJSONField
from fhir.models import Record, RecordQuerySet


class PractitionerRole(Record):
    """A practitioner's work at one facility; an account and its rights are another thing."""

    fhir_type = "PractitionerRole"

    identifiers = VerbatimJSONField(default=list, blank=True)
    active = models.BooleanField(null=True)
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="roles"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    codes = VerbatimJSONField(default=list, blank=True)
    specialties = VerbatimJSONField(default=list, blank=True)
    locations = VerbatimJSONField(default=list, blank=True)
    telecom = VerbatimJSONField(default=list, blank=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="practitioner_role_fhir_id_unique")
        ]

    def __str__(self) -> str:
        return f"{self.practitioner or 'Somebody'} at {self.organization or 'a facility'}"

    @property
    def about(self) -> UUID | None:
        return None
