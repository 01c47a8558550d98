"""Who did what, when, to which record: rows that are written once."""

from django.db import models
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

    append_only = True

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "at"], name="audit_of_patient"),
            models.Index(fields=["principal", "at"], name="audit_of_principal"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.principal} {self.action} {self.outcome}"
