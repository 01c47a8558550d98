"""Reports of laboratory, imaging and other examinations (FHIR DiagnosticReport)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from fhir.fields import VerbatimJSONField
from patients.models.base import ENTERED_IN_ERROR, PatientRecord, PatientRecordQuerySet
from patients.models.encounter import Encounter

# HL7 v2 table 0074, and the LOINC part that US Core uses for radiology.
IMAGING = frozenset(
    {"RAD", "RX", "CT", "NMR", "NMS", "CUS", "RUS", "OUS", "VUS", "XRC", "LP29684-5"}
)
LABORATORY_SECTIONS = frozenset(
    {"LAB", "HM", "CH", "MB", "BLB", "SR", "IMM", "TX", "PAT", "SP", "CP", "GE", "VR", "PHR"}
    | {"laboratory", "LP29693-6"}
)
WITHOUT_RESULT = (ENTERED_IN_ERROR, "cancelled")
# R4 reports have no note; this is how R5's is written in R4.
NOTE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-DiagnosticReport.note"


class DiagnosticReportQuerySet(PatientRecordQuerySet["DiagnosticReport"]):
    def standing(self) -> "DiagnosticReportQuerySet":
        """All that still count: not entered in error, not cancelled."""
        return self.exclude(status__in=WITHOUT_RESULT)

    def imaging(self) -> "DiagnosticReportQuerySet":
        """Of radiology and other images."""
        return self.filter(category_codes__overlap=sorted(IMAGING))


class DiagnosticReport(PatientRecord):
    """One report: its results, its text, or both."""

    fhir_type = "DiagnosticReport"

    identifiers = VerbatimJSONField(default=list)
    based_on = VerbatimJSONField(default=list)
    status = models.CharField(max_length=40, blank=True)
    categories = VerbatimJSONField(default=list)
    code_system = models.TextField(blank=True)
    code_code = models.CharField(max_length=100, blank=True)
    code_display = models.TextField(blank=True)
    code_text = models.TextField(blank=True)
    encounter = models.ForeignKey(Encounter, models.PROTECT, null=True, related_name="+")
    effective_start = models.DateTimeField(null=True)
    effective_end = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    performers = VerbatimJSONField(default=list)
    interpreters = VerbatimJSONField(default=list)
    specimens = VerbatimJSONField(default=list)
    results = VerbatimJSONField(default=list)
    imaging_studies = VerbatimJSONField(default=list)
    media = VerbatimJSONField(default=list)
    conclusion = models.TextField(blank=True)
    conclusion_codes = VerbatimJSONField(default=list)
    presented_forms = VerbatimJSONField(default=list)
    # Every code of every category, for lists and search; derived.
    category_codes = ArrayField(models.TextField(), default=list, editable=False)
    # FHIR references of what was ordered and of the results, for looking up; derived.
    order_references = ArrayField(models.TextField(), default=list, editable=False)
    result_references = ArrayField(models.TextField(), default=list, editable=False)

    objects = DiagnosticReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fhir_id"], name="diagnostic_report_fhir_id_unique")
        ]
        indexes = [
            models.Index(fields=["patient", "-effective_start", "-id"], name="report_of_patient"),
            GinIndex(fields=["order_references"], name="report_of_order"),
            GinIndex(fields=["result_references"], name="report_of_result"),
        ]

    def __str__(self) -> str:
        return self.code_text or self.code_display or self.code_code or "Report"

    @property
    def notes(self) -> list[dict[str, Any]]:
        """Annotations, such as why it was corrected; they stand in extensions."""
        return [
            each["valueAnnotation"]
            for each in self.extra.get("extension") or []
            if each.get("url") == NOTE and "valueAnnotation" in each
        ]

    @notes.setter
    def notes(self, said: list[dict[str, Any]]) -> None:
        kept = [e for e in self.extra.get("extension") or [] if e.get("url") != NOTE]
        written = [{"url": NOTE, "valueAnnotation": note} for note in said]
        self.extra = self.extra | {"extension": [*kept, *written]}

    @property
    def is_imaging(self) -> bool:
        """A report of images."""
        return bool(self.imaging_studies) or not IMAGING.isdisjoint(self.category_codes)

    @property
    def is_laboratory(self) -> bool:
        """A report of a laboratory, pathology included."""
        return not LABORATORY_SECTIONS.isdisjoint(self.category_codes)
