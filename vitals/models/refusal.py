"""Uploads that were refused, with the reason, for the clinic to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.roles import DEVICE_ATTACH, DEVICE_MANAGE
from vitals.models.device import Device

if TYPE_CHECKING:
    from fhir.principal import Principal


class UploadRefusalQuerySet(models.QuerySet["UploadRefusal"]):
    def visible_to(self, principal: Principal) -> UploadRefusalQuerySet:
        """Refusals of the devices of one's facilities, and of keys that are nobody's."""
        if principal.sees_everything:
            return self
        here = {
            *principal.facilities_with(DEVICE_ATTACH), *principal.facilities_with(DEVICE_MANAGE),
        }  # fmt: skip
        nobodys = Q(device__isnull=True) if here else Q(pk__in=[])
        return self.filter(nobodys | Q(device__in=Device.objects.at(here)))


class UploadRefusal(models.Model):
    """One refused request of a device, or of somebody with a wrong key."""

    device = models.ForeignKey(Device, models.CASCADE, null=True, related_name="refusals")
    at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    detail = models.CharField(max_length=500)

    objects = UploadRefusalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="refusal_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.code}"
