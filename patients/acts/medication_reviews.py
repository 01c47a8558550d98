"""What a patient takes from elsewhere, and walking through the whole list of medicines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.roles import CHART_WRITE
from fhir.errors import Invalid, NotFound, VersionConflict
from fhir.principal import Principal
from fhir.times import span_text
from patients.acts.charting import annotate, annotation, author, create, open_chart, update
from patients.acts.medications import PatientDied, stop
from patients.chart.medicines import is_dead
from patients.models import (
    MedicationRequest,
    MedicationReview,
    MedicationStatement,
    Patient,
)
from patients.prescribing.sig import Sig
from patients.terminology.coded import Coded

CONFIRMED, CHANGED, STOPPED, UNCLEAR = "confirmed", "changed", "stopped", "unclear"
OUTCOMES = (CONFIRMED, CHANGED, STOPPED, UNCLEAR)


@dataclass(frozen=True)
class Told:
    """A medicine that somebody says the patient takes, or does not take.

    Attributes:
        medicine: Code and words, or words alone.
        sig: How, as far as it is known.
        status: "active", "on-hold", "stopped", "completed", "not-taken" or "unknown".
        since: From when, first and last moment that it can mean.
        source: Who says so, in words.
        reason: What for.
    """

    medicine: Coded
    sig: Sig
    status: str = "active"
    since: tuple[datetime | None, datetime | None] = (None, None)
    source: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Reviewed:
    """What the walk through the list said of one line.

    Attributes:
        reference: Of the prescription or statement.
        version: That the person saw.
        outcome: One of OUTCOMES.
        reason: Kept with it; needed for all but a plain confirmation.
    """

    reference: str
    version: int
    outcome: str
    reason: str = ""


@transaction.atomic
def record_elsewhere(*, by: Principal, patient: Patient, told: Told) -> MedicationStatement:
    """Record a medicine that was not prescribed here.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        Invalid: it has no name.
    """
    if not told.medicine.words:
        raise Invalid(_("Medicine: write its name."))
    low, high = told.since
    row = MedicationStatement(
        patient=patient,
        status=told.status,
        effective_start=low,
        asserted_at=timezone.now(),
        information_source=author(by).get("reference", ""),
        reasons=[{"text": told.reason}] if told.reason else [],
        notes=[annotation(by, _("Said by: %(who)s") % {"who": told.source})] if told.source else [],
        dosages=[told.sig.dosage()] if told.sig.instructions else [],
        **told.medicine.columns("medication"),
    )
    row.extra = {"informationSource": author(by)}
    if since := span_text(low, high):
        row.extra["effectivePeriod"] = {"start": since}  # as precise as it was said
    return create(row, by=by, action="record-medicine")


@transaction.atomic
def end_elsewhere(
    *,
    by: Principal,
    told: MedicationStatement,
    reason: str,
    expected: int,
    status: str = "stopped",
) -> MedicationStatement:
    """Say that it is not taken any more, and why.

    Raises:
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid(_("Reason: say why. It is kept with the medicine."))
    told.status = status
    told.status_reasons = [{"text": reason.strip()}]
    annotate(told, by, reason.strip())
    return update(told, by=by, expected=expected, action="stop")


@transaction.atomic
def reconcile(
    *, by: Principal, patient: Patient, lines: Sequence[Reviewed], source: str = ""
) -> MedicationReview:
    """Keep what a walk through the list said of each line, all of it or nothing.

    Stopping a prescription needs the permission to prescribe; a nurse confirms, or notes what
    the patient does otherwise for the prescriber to see.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        PatientDied: the list has ended.
        Invalid: a line without an answer, or an answer without the reason it needs.
        VersionConflict: a line changed since it was shown.
    """
    require(by, CHART_WRITE)
    open_chart(by, patient)
    if is_dead(patient):
        raise PatientDied
    kept = [_line(by, patient, line) for line in lines]
    review = MedicationReview.objects.create(
        patient=patient,
        principal=by.label,
        by_name=by.name,
        source=source.strip()[:500],
        lines=kept,
    )
    audit.record(
        by,
        "reconcile-medicines",
        patient_id=patient.id,
        entities=[patient.reference, *(line.reference for line in lines)],
    )
    return review


def _line(by: Principal, patient: Patient, line: Reviewed) -> dict[str, Any]:
    row = _row(patient, line.reference)
    if line.outcome not in OUTCOMES:
        raise Invalid(_("%(name)s: say what became of it.") % {"name": row})
    if line.outcome != CONFIRMED and not line.reason.strip():
        raise Invalid(_("%(name)s: give the reason.") % {"name": row})
    if row.version != line.version:
        raise VersionConflict
    said = {
        "reference": line.reference,
        "text": str(row),
        "outcome": line.outcome,
        "reason": line.reason.strip(),
    }
    if line.outcome == STOPPED:
        _stop(by, row, line)
    elif line.outcome == CHANGED:
        annotate(row, by, _("Taken otherwise: %(how)s") % {"how": line.reason.strip()})
        update(row, by=by, expected=line.version, action="reconcile")
    return said


def _stop(by: Principal, row: MedicationRequest | MedicationStatement, line: Reviewed) -> None:
    if isinstance(row, MedicationStatement):
        end_elsewhere(by=by, told=row, reason=line.reason, expected=line.version)
        return
    stop(by=by, order=row, reason=line.reason, expected=line.version)


def _row(patient: Patient, reference: str) -> MedicationRequest | MedicationStatement:
    kind, _slash, fhir_id = reference.partition("/")
    if kind == "MedicationStatement":
        told = MedicationStatement.objects.of(patient).filter(fhir_id=fhir_id).first()
        if told is not None:
            return told
    order = MedicationRequest.objects.of(patient).filter(fhir_id=fhir_id).first()
    if kind != "MedicationRequest" or order is None:
        raise NotFound
    return order
