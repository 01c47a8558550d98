"""What the patient permits and refuses, and their advance directives (FHIR Consent)."""

from typing import Any

from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import PatientRecord, PatientRecordQuerySet

# Scope of a statement about resuscitation and treatment at the end of life.
ADVANCE_DIRECTIVE = "adr"
# Scope of a statement about who may see the record.
PRIVACY = "patient-privacy"


class Consent(PatientRecord):
    """One statement of the patient, or of somebody who may decide for them."""

    fhir_type = "Consent"
    may_be_kept_back = False

    status = models.CharField(max_length=20, blank=True)
    scope_system = models.TextField(blank=True)
    scope_code = models.CharField(max_length=100, blank=True)
    scope_display = models.TextField(blank=True)
    scope_text = models.TextField(blank=True)
    categories = VerbatimJSONField(default=list)
    consented_at = models.DateTimeField(null=True)
    performers = VerbatimJSONField(default=list)
    organizations = VerbatimJSONField(default=list)
    policies = VerbatimJSONField(default=list)
    policy_rule_system = models.TextField(blank=True)
    policy_rule_code = models.CharField(max_length=100, blank=True)
    policy_rule_display = models.TextField(blank=True)
    policy_rule_text = models.TextField(blank=True)
    provision = VerbatimJSONField(default=dict)

    objects = PatientRecordQuerySet["Consent"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="consent_fhir_id_unique")]
        indexes = [models.Index(fields=["patient", "-consented_at"], name="consent_of_patient")]

    def __str__(self) -> str:
        return self.scope_text or self.scope_display or self.scope_code or "Consent"

    @property
    def decision(self) -> str:
        """``permit`` or ``deny`` of the root provision; empty when it says neither."""
        provision: dict[str, Any] = self.provision or {}
        return str(provision.get("type", ""))
