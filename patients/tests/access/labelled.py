"""Labels, teams and consents that the tests of access put on people and records."""

from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.models import CareTeam, Condition, Consent

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
RESTRICTED, EMPLOYEE, HIV = f"{CONFIDENTIALITY}|R", f"{ACT_CODE}|EMP", f"{ACT_CODE}|HIV"


def label(row, *labels):
    """Put security labels on a row, as a resource that came in would carry them."""
    security = [dict(zip(("system", "code"), each.split("|"), strict=True)) for each in labels]
    row.security = list(labels)
    row.extra = (row.extra or {}) | {"meta": {"security": security}}
    return changes.update(row, by=SYSTEM)


def secret(patient, *labels, text="Sentinel-secret"):
    """A condition that only those who treat closely may see."""
    row = Condition(patient=patient, code_text=text, clinical_status="active")
    return label(changes.create(row, by=SYSTEM), *(labels or (RESTRICTED,)))


def in_team(patient, fhir_id):
    """Put a practitioner into a care team of ``patient``."""
    member = {"member": {"reference": f"Practitioner/{fhir_id}"}}
    team = CareTeam(patient=patient, status="active", participants=[member])
    return changes.create(team, by=SYSTEM)


def refuses(patient, *actors, status="active", scope="patient-privacy", **provision):
    """A consent that keeps the chart from ``actors`` (references); nobody named: from all."""
    said = {"type": "deny"} | provision
    if actors:
        said["actor"] = [{"reference": {"reference": each}} for each in actors]
    consent = Consent(
        patient=patient,
        status=status,
        scope_code=scope,
        consented_at=timezone.now(),
        provision=said,
    )
    return changes.create(consent, by=SYSTEM)
