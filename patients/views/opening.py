"""Opening a chart or one record of it: visible or not there, and every look on record."""

from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import principal
from fhir.errors import NotFound
from patients.models import Patient, PatientRecord

R = TypeVar("R", bound=PatientRecord)


def open_patient(request: HttpRequest, patient_id: UUID) -> Patient:
    """The patient, or NotFound: a stranger cannot tell "no such" from "not yours"."""
    patient = Patient.objects.visible_to(principal(request)).filter(id=patient_id).first()
    if patient is None:
        raise NotFound(
            _(
                "No chart here that you may open. Search for the patient by name; "
                "a chart opens while the patient is, or lately was, under your facility's care."
            )
        )
    return patient


def open_record(request: HttpRequest, model: type[R], record_id: UUID) -> tuple[R, Patient]:
    """One record and its patient; NotFound for whoever may not see it."""
    rows: Any = model._default_manager
    found = rows.visible_to(principal(request)).select_related("patient").filter(id=record_id)
    row: R | None = found.first()
    if row is None or row.patient is None:
        raise NotFound
    return row, row.patient


def looked(request: HttpRequest, patient: Patient, *records: PatientRecord) -> None:
    """Note that these records of ``patient``, or else the chart itself, were looked at."""
    audit.record_access(
        by=principal(request),
        action="read",
        entities=[row.reference for row in records] or [patient.reference],
        patient_id=patient.id,
    )
