"""Printed documents as PDF: each print is on record, and none stays in a cache."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import CHART_READ
from fhir.errors import NotFound
from patients.models import DocumentReference, Encounter, MedicationRequest, Patient
from patients.printing.chart import chart_summary
from patients.printing.letter import discharge_letter
from patients.printing.note import printed_draft, printed_note
from patients.printing.pdf import Document, pdf
from patients.printing.prescription import all_current, prescription
from patients.views.drafts import open_draft
from patients.views.opening import open_patient, open_record


@require_safe
@requires(CHART_READ)
def summary(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The summary of the chart."""
    patient = open_patient(request, patient_id)
    made = chart_summary(patient, principal(request))
    return answer(request, patient, made, "summary", patient.reference)


@require_safe
@requires(CHART_READ)
def prescriptions(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every current prescription, to sign."""
    patient = open_patient(request, patient_id)
    made = all_current(patient, principal(request))
    return answer(request, patient, made, "prescriptions", patient.reference)


@require_safe
@requires(CHART_READ)
def one_prescription(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """One prescription, to sign."""
    order, patient = open_record(request, MedicationRequest, medication_id)
    made = prescription(order, patient, principal(request))
    return answer(request, patient, made, "prescription", order.reference)


@require_safe
@requires(CHART_READ)
def note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One note with its addenda."""
    row, patient = open_record(request, DocumentReference, note_id)
    if not row.is_note:
        raise NotFound
    made = printed_note(row, patient, principal(request))
    return answer(request, patient, made, "note", row.reference)


@require_safe
@requires(CHART_READ)
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One unsigned note."""
    found = open_draft(request, draft_id)
    made = printed_draft(found, principal(request))
    return answer(request, found.patient, made, "draft", found.patient.reference)


@require_safe
@requires(CHART_READ)
def letter(request: HttpRequest, encounter_id: UUID) -> HttpResponse:
    """The discharge letter of one visit."""
    encounter, patient = open_record(request, Encounter, encounter_id)
    made = discharge_letter(encounter, patient, principal(request))
    return answer(request, patient, made, "letter", encounter.reference)


def answer(
    request: HttpRequest, patient: Patient, made: Document, what: str, *references: str
) -> HttpResponse:
    """The PDF, shown in the browser; its name says what and when, never who."""
    body = pdf(made)
    with transaction.atomic():
        audit.record(
            principal(request),
            "print",
            entities=references,
            patient_id=patient.id,
            detail={"document": what},
        )
    response = HttpResponse(body, content_type="application/pdf")
    name = f"{what}-{timezone.localtime():%Y%m%d-%H%M}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
