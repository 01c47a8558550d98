"""Who wore which device when. Data belongs to a patient through this and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fhir.models.record import new_id
from patients.models import Patient
from vitals.models.device import Device

if TYPE_CHECKING:
    from datetime import datetime

    from fhir.principal import Principal


class PairingQuerySet(models.QuerySet["Pairing"]):
    def visible_to(self, principal: Principal) -> PairingQuerySet:
        """Pairings of the patients one may see."""
        return self.filter(patient__in=Patient.objects.visible_to(principal))

    def open(self) -> PairingQuerySet:
        """Devices that are worn now, or will be."""
        return self.filter(end__isnull=True)

    def covering(self, moment: datetime) -> PairingQuerySet:
        """Pairings during which ``moment`` fell; for one device at most one."""
        return self.filter(Q(start__lte=moment), Q(end__isnull=True) | Q(end__gt=moment))


class Pairing(models.Model):
    """A device on a patient, from ``start`` until ``end`` (open: still there).

    Periods of one device never overlap; a trigger holds that against every writer.
    """

    class Pacemaker(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        UNKNOWN = "unknown", _("Unknown")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="pairings")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="pairings")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    lead = models.CharField(max_length=40, blank=True)
    wear_site = models.CharField(max_length=40, blank=True)
    pacemaker = models.CharField(max_length=7, choices=Pacemaker, default=Pacemaker.UNKNOWN)
    attached_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    attached_at = models.DateTimeField(default=timezone.now)
    detached_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    detached_at = models.DateTimeField(null=True)
    detach_reason = models.CharField(max_length=200, blank=True)
    # Why the whole wearing came here from another chart; empty: it was attached here.
    moved_reason = models.CharField(max_length=500, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=F("start")),
                name="pairing_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["device"], condition=Q(end__isnull=True), name="one_open_pairing"
            ),
        ]
        indexes = [
            models.Index(fields=["device", "-start"], name="pairing_of_device"),
            models.Index(fields=["patient", "-start"], name="pairing_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} from {self.start:%Y-%m-%d %H:%M}"
