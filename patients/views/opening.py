"""Opening a chart or one record of it: visible or not there, and every look on record."""

from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import principal
from fhir.errors import NotFound
from fhir.principal import Principal
from patients.access import opened, opening_of
from patients.acts.break_glass import may_break_glass
from patients.models import Patient, PatientRecord

R = TypeVar("R", bound=PatientRecord)


class ClosedChart(NotFound):
    """The chart is closed to a reader who may know the person, and may break the glass."""

    def __init__(self, patient: Patient) -> None:
        super().__init__(
            _(
                "The chart of this person is not open to you. If they need care from you now, "
                "break the glass: it opens at once, and the look is reviewed."
            )
        )
        self.way_on = reverse("break-glass", args=[patient.pk])


def open_patient(request: HttpRequest, patient_id: UUID) -> Patient:
    """The patient, or NotFound: a stranger cannot tell "no such" from "not yours"."""
    by = principal(request)
    rows = Patient.objects.visible_to(by).filter(id=patient_id)
    patient: Patient | None = opened(rows, by).first()
    if patient is None:
        _offer_glass(by, Patient.objects.filter(id=patient_id).first())
        raise NotFound(
            _(
                "No chart here that you may open. Search for the patient by name; "
                "a chart opens while the patient is, or lately was, under your facility's care."
            )
        )
    patient.opening = opening_of(patient)
    return remember(request, patient)


def remember(request: HttpRequest, patient: Patient) -> Patient:
    """This answer shows ``patient``: what the view does not note, ``patients.unnoted`` does."""
    shown: dict[UUID, str] = getattr(request, "shown_patients", {})
    request.shown_patients = shown | {patient.pk: patient.reference}  # type: ignore[attr-defined]
    return patient


def _offer_glass(by: Principal, patient: Patient | None) -> None:
    if patient is not None and may_break_glass(by, patient):
        raise ClosedChart(patient)


def open_record(request: HttpRequest, model: type[R], record_id: UUID) -> tuple[R, Patient]:
    """One record and its patient; NotFound for whoever may not see it."""
    rows: Any = model._default_manager
    by = principal(request)
    found = rows.visible_to(by).select_related("patient").filter(id=record_id)
    row: R | None = opened(found, by, "patient_id").first()
    if row is None or row.patient is None:
        _offer_glass_of(by, rows.select_related("patient").filter(id=record_id).first())
        raise NotFound
    row.patient.opening = opening_of(row)
    return row, remember(request, row.patient)


def _offer_glass_of(by: Principal, row: PatientRecord | None) -> None:
    """A record that a label keeps back, or of a closed chart: the way is the same."""
    if row is not None:
        _offer_glass(by, row.patient)


def looked(request: HttpRequest, patient: Patient, *records: PatientRecord) -> None:
    """Note that these records of ``patient``, or else the chart itself, were looked at."""
    audit.record_access(
        by=principal(request),
        action="read",
        entities=[row.reference for row in records] or [patient.reference],
        patient_id=patient.id,
    )
