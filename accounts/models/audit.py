"""Who did what, when, to which record: rows that are written once, and the seals over them."""

from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone

from fhir.fields import VerbatimJSONField
from fhir.models.record import new_id


class AuditEvent(models.Model):
    """One act, look or refusal. Append-only: the application's database role cannot alter it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20, default="success")
    principal = models.CharField(max_length=120)
    patient_id = models.UUIDField(null=True)
    # FHIR references of what was touched, such as Observation/0190….
    entities = models.JSONField(default=list)
    detail = VerbatimJSONField(default=dict)
    # The address the request came from; empty for what the house does by itself.
    network = models.CharField(max_length=45, blank=True, default="", db_default="")
    # Why, where it is not treatment as usual: a code of v3-ActReason, such as BTG.
    purpose = models.CharField(max_length=20, blank=True, default="", db_default="")
    # The transaction that wrote it: what has ended comes under seal in this order.
    txid = models.BigIntegerField(
        db_default=RawSQL("pg_current_xact_id()::text::int8", ()), editable=False
    )

    append_only = True
    resource_type = "AuditEvent"

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "at"], name="audit_of_patient"),
            models.Index(fields=["principal", "at"], name="audit_of_principal"),
            models.Index(fields=["txid", "id"], name="audit_in_order"),
            # Rows lie in the order of their times: 40 kB tell where a day is, and cost no insert.
            BrinIndex(fields=["at"], name="audit_by_time", pages_per_range=32, autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.principal} {self.action} {self.outcome}"

    # What the FHIR engine asks of every row; there is never a second version.
    version = 1

    @property
    def fhir_id(self) -> str:
        return str(self.pk)

    @property
    def updated_at(self) -> datetime:
        return self.at

    @property
    def reference(self) -> str:
        return f"AuditEvent/{self.pk}"

    @property
    def about(self) -> UUID | None:
        return self.patient_id


class AuditSeal(models.Model):
    """A link of the chain over the audit trail: which rows, the digest of each, and the head.

    The head is computed over the head before it, so that nothing sealed can be altered, removed,
    added or put in another order without every later head being another one.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    # How a row becomes bytes: ``accounts.trail.digests.FORMS``.
    form = models.PositiveSmallIntegerField()
    # The last row that was read; the next seal goes on behind it.
    txid = models.BigIntegerField()
    last_id = models.UUIDField()
    events = ArrayField(models.UUIDField())
    # SHA-256 of each row, one after the other.
    digests = models.BinaryField()
    head = models.BinaryField()

    append_only = True

    def __str__(self) -> str:
        return f"seal {self.number} over {len(self.events)} rows"
