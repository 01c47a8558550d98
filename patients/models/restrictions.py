"""Whom a patient, or a label on a patient, keeps from the chart although the rule opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership, Organization, Practitioner
from accounts.roles import CHART_READ, Role
from patients.models.consent import Consent
from patients.models.patient import Patient

if TYPE_CHECKING:
    from uuid import UUID

    from fhir.principal import Principal


EVERYBODY = Q(practitioner=None, organization=None)


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self) -> RestrictionQuerySet:
        """Begun and not over."""
        now = timezone.now()
        return self.filter(
            Q(start__isnull=True) | Q(start__lte=now), Q(end__isnull=True) | Q(end__gt=now)
        )

    def of_reading(self) -> RestrictionQuerySet:
        """Those that keep people and programs of this house away."""
        return self.filter(sending=False)

    def of_everybody(self) -> RestrictionQuerySet:
        """Everybody but those who treat the patient closely."""
        return self.filter(EVERYBODY)

    def of_user(self, principal: Principal) -> RestrictionQuerySet:
        """Those that name ``principal``, a facility of theirs, or their role there."""
        mine = principal.facilities_with(CHART_READ)
        held = Membership.objects.current().filter(
            user_id=principal.id, facility=OuterRef("organization"), role=OuterRef("role")
        )
        here = Q(organization__in=mine) & (Q(role="") | Q(Exists(held)))
        named = Q(practitioner__user_id=principal.id) & (Q(organization=None) | here)
        return self.filter(named | Q(practitioner=None) & here)

    def of_places(self, places: list[UUID]) -> RestrictionQuerySet:
        """Those that keep a program of these facilities away."""
        mine = Q(practitioner=None, organization__in=places, role="")
        return self.filter(EVERYBODY | mine)


class Restriction(models.Model):
    """One refusal, resolved: who is meant. It follows the consent or the labels of the patient.

    Nobody named: everybody outside the treating team. No consent: it follows a label.
    """

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="restrictions")
    consent = models.ForeignKey(Consent, models.CASCADE, null=True, related_name="restrictions")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role, blank=True)
    # It refuses only that the record is sent elsewhere; who works here goes on reading it.
    sending = models.BooleanField(default=False)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["patient"], name="restriction_of_patient")]

    def __str__(self) -> str:
        whom = self.practitioner or self.organization or "everybody outside the treating team"
        return f"{self.patient} keeps the chart from {whom}"
