"""What a program read from a recording: preliminary, unreviewed, with its name and version."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from vitals.models.recording import Recording


class Analysis(models.Model):
    """One program's reading of samples ``from_sample`` up to ``to_sample``."""

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="analyses")
    algorithm = models.CharField(max_length=60)
    algorithm_version = models.CharField(max_length=40)
    from_sample = models.BigIntegerField()
    to_sample = models.BigIntegerField()
    result = models.JSONField()
    final = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "algorithm", "algorithm_version", "from_sample"],
                name="analysis_once",
            ),
            models.CheckConstraint(
                condition=Q(to_sample__gt=F("from_sample")), name="analysis_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.algorithm_version} of {self.recording_id}"
