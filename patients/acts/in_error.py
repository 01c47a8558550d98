"""Entering any record of a chart in error: who may, and which types can."""

from functools import cache

from django.apps import apps

from accounts.roles import (
    CHART_WRITE,
    ENCOUNTER_MANAGE,
    MEDICATION_ADMINISTER,
    MEDICATION_PRESCRIBE,
    NOTE_SIGN,
    ORDER_WRITE,
)
from fhir.errors import NotFound
from fhir.principal import Principal
from patients.acts.charting import STATUS_COLUMNS, enter_in_error
from patients.acts.flags import strike_flag
from patients.models import Flag, PatientRecord

# What it takes to take a record back is what it takes to make it; the rest needs CHART_WRITE.
SCOPES = {
    "DocumentReference": NOTE_SIGN,
    "Encounter": ENCOUNTER_MANAGE,
    "MedicationAdministration": MEDICATION_ADMINISTER,
    "MedicationRequest": MEDICATION_PRESCRIBE,
    "ServiceRequest": ORDER_WRITE,
}


@cache
def _models() -> dict[str, type[PatientRecord]]:
    records = [m for m in apps.get_models() if issubclass(m, PatientRecord)]
    return {
        model.fhir_type: model
        for model in records
        if hasattr(model, STATUS_COLUMNS.get(model.fhir_type, "status"))
    }


def model_of(type_: str) -> type[PatientRecord]:
    """The table of a type whose records can be entered in error.

    Raises:
        NotFound: no table here holds that type, or its FHIR knows no such status.
    """
    model = _models().get(type_)
    if model is None:
        raise NotFound
    return model


def scope_of(type_: str) -> str:
    """The permission it takes."""
    return SCOPES.get(type_, CHART_WRITE)


def strike(*, by: Principal, row: PatientRecord, reason: str, expected: int) -> PatientRecord:
    """Say that ``row`` should never have been recorded.

    Raises:
        NotAllowed, NotFound, VersionConflict, InErrorAlready: nothing is changed.
    """
    if isinstance(row, Flag):
        return strike_flag(by=by, flag=row, reason=reason, expected=expected)
    scope = scope_of(row.fhir_type)
    return enter_in_error(row, by=by, reason=reason, expected=expected, scope=scope)
