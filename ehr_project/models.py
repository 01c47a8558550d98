"""What the house notes of itself: its backups."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fhir.models.record import new_id


class BackupQuerySet(models.QuerySet["Backup"]):
    def made(self) -> BackupQuerySet:
        """Those that were written whole, newest first."""
        return self.exclude(outcome=Backup.Outcome.FAILED).order_by("-made_at")

    def verified(self) -> BackupQuerySet:
        """Those that were restored once and were what they should be, newest first."""
        return self.filter(outcome=Backup.Outcome.VERIFIED).order_by("-made_at")


class Backup(models.Model):
    """One backup that was tried: made, verified or failed. Its file may be gone by now."""

    class Kind(models.TextChoices):
        NIGHTLY = "nightly", _("nightly")
        UPGRADE = "upgrade", _("before an upgrade")
        MANUAL = "manual", _("by hand")

    class Outcome(models.TextChoices):
        MADE = "made", _("made, not tried yet")
        VERIFIED = "verified", _("verified")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    made_at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    outcome = models.CharField(max_length=10, choices=Outcome)
    # Name of the file in the folder of backups.
    file = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    took_s = models.FloatField(default=0)
    verified_at = models.DateTimeField(null=True)
    # What went wrong, without anything of a patient.
    words = models.CharField(max_length=500, blank=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verified_at__isnull=False) ^ ~models.Q(outcome="verified"),
                name="verified_has_its_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.kind} {self.outcome}"
