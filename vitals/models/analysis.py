"""What a program read from a recording: preliminary, unreviewed, with its name and version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from vitals.ecg.version import ALGORITHM, ALGORITHM_VERSION
from vitals.models.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Sequence

PIECE = "/piece"
STATED = "stated"


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

    def stating(self, names: Sequence[str]) -> AnalysisQuerySet:
        """With ``stated``: only these values of the result, and without the rest of it.

        The reading of a day with all its episodes is large, and an open page asks for a few
        numbers of it every two seconds.
        """
        parts = [part for name in names for part in (Value(name), F(f"result__{name}"))]
        stated = Func(*parts, function="jsonb_build_object", output_field=models.JSONField())
        return self.annotate(**{STATED: stated}).defer("result")

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
    # Whether the summary in the chart says what this says; kept of final readings.
    charted = models.BooleanField(default=False)

    stated: dict[str, Any]  # only what ``stating`` was asked for

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
