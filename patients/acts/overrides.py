"""Why a prescriber went on although a check interrupted (FHIR DetectedIssue with mitigation).

FHIR has a resource for exactly this, so it is one and no table of our own: the prescription
names it in ``detectedIssue``, it goes wherever the prescription goes, it has versions and cannot
be deleted, and nothing needs to find it but the page of its prescription.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.errors import Invalid
from fhir.known import Known
from fhir.models import StoredResource
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.times import moment_range, moment_text
from patients.acts.charting import author
from patients.models import MedicationRequest
from patients.prescribing.comparison import (
    OVERRIDE_REASONS,
    Comparison,
    Finding,
    Kind,
    Severity,
)

RULES = "urn:chartwave:prescribing-rule"
REASONS = "urn:chartwave:override-reason"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CODES = {
    Kind.ALLERGY: ("ALGY", "Allergy Alert"),
    Kind.DUPLICATE: ("DUPTHPY", "Duplicate Therapy Alert"),
    Kind.INTERACTION: ("DRG", "Drug Interaction Alert"),
    Kind.DOSE: ("DOSE", "Dosage problem"),
}
SEVERITIES = {Severity.CONTRAINDICATED: "high", Severity.SERIOUS: "moderate"}


@dataclass(frozen=True)
class Override:
    """A reason to go on: one of the codes, and words where the code alone says nothing."""

    code: str
    words: str = ""

    @property
    def text(self) -> str:
        """As people read it."""
        said = OVERRIDE_REASONS[self.code]
        if self.code == "other":
            return self.words
        return f"{said}: {self.words}" if self.words else said


@dataclass(frozen=True)
class Kept:
    """An override as a page shows it."""

    title: str
    detail: str
    reason: str
    source: str
    by: str
    at: datetime | None
    severity: str


def unanswered(comparison: Comparison, overrides: Mapping[str, Override]) -> list[Finding]:
    """Interrupting findings without a reason.

    Raises:
        Invalid: a reason that is not on the list, or "other" without words.
    """
    for override in overrides.values():
        if override.code not in OVERRIDE_REASONS:
            raise Invalid(_("Reason to go on: choose one of the list."))
        if override.code == "other" and not override.words.strip():
            raise Invalid(_("Reason to go on: you chose another reason; write it."))
    return [each for each in comparison.interrupting if each.rule_id not in overrides]


def keep(
    by: Principal, order: MedicationRequest, finding: Finding, override: Override, key: UUID
) -> StoredResource:
    """The finding and the reason as a record, not yet saved."""
    now, patient = moment_text(timezone.now()), order.patient
    code, display = CODES.get(finding.kind, ("", ""))
    coding = [{"system": ACT_CODE, "code": code, "display": display}] if code else []
    rule = [{"system": RULES, "code": finding.rule_id}]
    reason = [{"system": REASONS, "code": override.code}]
    body: dict[str, Any] = {
        "resourceType": "DetectedIssue",
        "id": str(key),
        "status": "final",
        "code": {"coding": coding + rule, "text": finding.title},
        "severity": SEVERITIES.get(finding.severity, "low"),
        "patient": {"reference": patient.reference if patient else ""},
        "identifiedDateTime": now,
        "author": author(by),
        "implicated": [{"reference": each} for each in (order.reference, *finding.about)],
        "detail": " ".join(filter(None, (finding.text, finding.advice, finding.source))),
        "mitigation": [
            {
                "action": {"coding": reason, "text": override.text},
                "date": now,
                "author": author(by),
            }
        ],
    }
    known = Known()
    if patient is not None:
        known.add(patient)
    issue: StoredResource = mapping("DetectedIssue").read(body, known)
    return issue


def kept(order: MedicationRequest) -> list[Kept]:
    """What was overridden when ``order`` was signed; one query."""
    ids = [_id(each.get("reference", "")) for each in order.detected_issues or []]
    rows = StoredResource.objects.filter(type="DetectedIssue", fhir_id__in=filter(None, ids))
    return [_shown(row.extra) for row in rows.order_by("pk")] if any(ids) else []


def _id(reference: str) -> str:
    kind, _slash, fhir_id = reference.partition("/")
    return fhir_id if kind == "DetectedIssue" else ""


def _shown(body: Mapping[str, Any]) -> Kept:
    mitigations: Iterable[Mapping[str, Any]] = body.get("mitigation") or []
    reasons = [(each.get("action") or {}).get("text", "") for each in mitigations]
    return Kept(
        title=(body.get("code") or {}).get("text", ""),
        detail=body.get("detail", ""),
        reason="; ".join(filter(None, reasons)),
        source=body.get("reference", ""),
        by=(body.get("author") or {}).get("display", ""),
        at=moment_range(str(body.get("identifiedDateTime", "")))[0],
        severity=body.get("severity", ""),
    )
