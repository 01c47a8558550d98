"""Operations and other procedures (FHIR Procedure)."""

from django.db import models
from django.db.models import Q

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

# SNOMED CT 387713003 "Surgical procedure".
SURGICAL = "387713003"
# Most senders give no category. Endings and words of surgery, as ICD-9-CM volume 3, ICD-10-PCS
# and SNOMED CT use them; what they miss stands under "Other procedures", never nowhere.
SURGICAL_WORDS = (
    r"(ectomy|ostomy|plasty|rrhaphy|pexy|desis|amputation|bypass|transplant|arthroscop"
    r"|laparoscop|craniotomy|laparotomy|thoracotomy|replacement|resection|excision of|grafting"
    r"|ablation|caesarean|cesarean|cataract|(^| )stent|pacemaker|defibrillator|implantation of"
    r"|surg(ery|ical)|(^| )operation|open reduction|fixation|repair of|ligation)"
)
NOT_DONE = "not-done"


class ProcedureQuerySet(PatientRecordQuerySet["Procedure"]):
    def standing(self) -> "ProcedureQuerySet":
        """All but what should never have been recorded; "not done" is a fact and stays."""
        return self.exclude(status=ENTERED_IN_ERROR)

    def operations(self) -> "ProcedureQuerySet":
        """Surgery: categorised as such, or so named where nobody gave a category."""
        named = Q(code_text__iregex=SURGICAL_WORDS) | Q(code_display__iregex=SURGICAL_WORDS)
        return self.filter(
            Q(category_code=SURGICAL) | (Q(category_code="", category_text="") & named)
        )

    def others(self) -> "ProcedureQuerySet":
        """Every procedure that ``operations`` leaves out."""
        return self.exclude(pk__in=self.operations().values("pk"))


class Procedure(PatientRecord):
    """Something done to the patient: when, where, by whom, and how it ended."""

    fhir_type = "Procedure"

    status = models.CharField(max_length=40, blank=True)
    status_reason_system = models.TextField(blank=True)
    status_reason_code = models.CharField(max_length=100, blank=True)
    status_reason_display = models.TextField(blank=True)
    status_reason_text = models.TextField(blank=True)
    category_system = models.TextField(blank=True)
    category_code = models.CharField(max_length=100, blank=True)
    category_display = models.TextField(blank=True)
    category_text = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    performed_start = models.DateTimeField(null=True)
    performed_end = models.DateTimeField(null=True)
    recorder = models.TextField(blank=True)
    asserter = models.TextField(blank=True)
    performers = VerbatimJSONField(default=list)
    location = VerbatimJSONField(default=dict)
    reasons = VerbatimJSONField(default=list)
    body_sites = VerbatimJSONField(default=list)
    outcome_system = models.TextField(blank=True)
    outcome_code = models.CharField(max_length=100, blank=True)
    outcome_display = models.TextField(blank=True)
    outcome_text = models.TextField(blank=True)
    complications = VerbatimJSONField(default=list)
    focal_devices = VerbatimJSONField(default=list)
    notes = VerbatimJSONField(default=list)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fhir_id"], name="procedure_fhir_id_unique")]
        indexes = [
            models.Index(fields=["patient", "-performed_start"], name="procedure_of_patient")
        ]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Procedure"
