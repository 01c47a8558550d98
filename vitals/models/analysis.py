"""What a program read from a recording: preliminary, unreviewed, with its name and version."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION
from vitals.models.recording import Recording

PIECE = "/piece"


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    def readings(self) -> AnalysisQuerySet:
        """Readings of whole recordings, newest first."""
        return self.exclude(algorithm__endswith=PIECE).order_by("-at")

    def pieces(self) -> AnalysisQuerySet:
        """What was found in pieces, kept so that a growing recording is not read again."""
        return self.filter(algorithm__endswith=PIECE).order_by("from_sample")

    def current(self) -> AnalysisQuerySet:
        """What the ECG algorithm of today found; what an earlier one did is not taken over."""
        return self.filter(algorithm__startswith=ALGORITHM, algorithm_version=ALGORITHM_VERSION)

    def outdated(self) -> AnalysisQuerySet:
        """What another version of the ECG algorithm found."""
        return self.exclude(algorithm__startswith=ALGORITHM, algorithm_version=ALGORITHM_VERSION)

    def touched_by(self, first_sample: int, end_sample: int) -> AnalysisQuerySet:
        """Rows that rest on any of these samples."""
        return self.filter(from_sample__lt=end_sample, to_sample__gt=first_sample)


class Analysis(models.Model):
    """What one program found, resting on samples ``from_sample`` up to ``to_sample``."""

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="analyses")
    algorithm = models.CharField(max_length=60)
    algorithm_version = models.CharField(max_length=40)
    from_sample = models.BigIntegerField()
    to_sample = models.BigIntegerField()
    result = models.JSONField()
    final = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    # What the reading cost; the next one of the same recording waits as long.
    took_s = models.FloatField(default=0.0)

    objects = AnalysisQuerySet.as_manager()

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
