"""The history of every record: one row for each version, written in the same transaction."""

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone

from fhir.fields import VerbatimJSONField


class Op(models.TextChoices):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class ChangeQuerySet(models.QuerySet["Change"]):
    def committed(self) -> "ChangeQuerySet":
        """Rows that no running transaction can still slip in before.

        ``seq`` is taken before commit, so a reader that trusted it alone would skip a row whose
        transaction ends late.
        """
        return self.filter(
            txid__lt=RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::int8", ())
        )

    def after(self, seq: int) -> "ChangeQuerySet":
        """Rows written after ``seq``, oldest first."""
        return self.filter(seq__gt=seq).order_by("seq")

    def of(self, type_: str, fhir_id: str) -> "ChangeQuerySet":
        """The versions of one resource, newest first."""
        return self.filter(type=type_, fhir_id=fhir_id).order_by("-version")


class Change(models.Model):
    """One version of one record. Append-only: the application's database role cannot alter it.

    ``before`` is the resource that this change replaced, None for the first version.
    ``origin`` names where the change came from, so that it is never pushed back there.
    """

    seq = models.BigAutoField(primary_key=True)
    txid = models.BigIntegerField(
        db_default=RawSQL("pg_current_xact_id()::text::int8", ()), editable=False
    )
    type = models.CharField(max_length=64)
    fhir_id = models.CharField(max_length=64)
    record_id = models.UUIDField()
    patient_id = models.UUIDField(null=True)
    version = models.PositiveBigIntegerField()
    op = models.CharField(max_length=6, choices=Op)
    at = models.DateTimeField(default=timezone.now)
    principal = models.CharField(max_length=120)
    origin = models.CharField(max_length=200, blank=True)
    before = VerbatimJSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type", "fhir_id", "version"], name="one_change_per_version"
            )
        ]
        indexes = [
            models.Index(fields=["patient_id", "seq"], name="change_of_patient"),
            models.Index(fields=["patient_id", "at"], name="change_of_patient_by_time"),
            models.Index(fields=["type", "seq"], name="change_of_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type}/{self.fhir_id} v{self.version} {self.op}"
