"""Proof that a reading arrived, and the reading itself while nobody is known to have worn it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from fhir.fields import VerbatimJSONField
from vitals.models.device import Device


class ReadingReceipt(models.Model):
    """One reading of a device; ``observation_id`` is empty until it is known whose it is."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="readings")
    client_id = models.CharField(max_length=64)
    sha256 = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=20)
    body = VerbatimJSONField()
    device_time = models.DateTimeField()
    arrived_at = models.DateTimeField(default=timezone.now)
    # None: the device did not send its clock.
    clock_offset_ms = models.BigIntegerField(null=True)
    start_time = models.DateTimeField()
    observation_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "client_id"], name="reading_once")]
        indexes = [
            models.Index(
                fields=["device", "start_time"],
                condition=models.Q(observation_id__isnull=True),
                name="reading_unassigned",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.device_id}"
