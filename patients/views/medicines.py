"""The list of medicines of a patient, one prescription, and one medicine from elsewhere."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import principal, requires
from accounts.roles import (
    CHART_READ,
    CHART_WRITE,
    MEDICATION_ADMINISTER,
    MEDICATION_PRESCRIBE,
)
from fhir.principal import Principal
from fhir.together import load
from patients.acts.overrides import kept
from patients.chart.concepts import words_of
from patients.chart.doses import given_doses, in_words
from patients.chart.medicines import (
    current_medications,
    is_dead,
    reason_words,
    stopped_medications,
    stopped_statements,
    written,
)
from patients.chart.sections import banner
from patients.chart.versions import versions
from patients.models import (
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    Patient,
)
from patients.models.medication import CURRENT
from patients.views.opening import looked, open_patient, open_record


def frame(patient: Patient, by: Principal) -> dict[str, Any]:
    """What every page of medicines needs: the banner, the tab, what this person may do."""
    return banner(patient) | {
        "tab": "medications",
        "dead": is_dead(patient),
        "may_prescribe": by.may(MEDICATION_PRESCRIBE),
        "may_administer": by.may(MEDICATION_ADMINISTER),
        "may_write": by.may(CHART_WRITE),
    }


@require_safe
@requires(CHART_READ)
def medications(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Confirmed, older and stopped medicines, and who last walked through the list."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    before = _row_of(patient, request.GET.get("before", ""))
    stopped, more = stopped_medications(patient, before)
    context = frame(patient, principal(request)) | {
        "list": load(current_medications(patient)),
        "stopped": stopped,
        "stopped_elsewhere": stopped_statements(patient) if before is None else [],
        "more_before": more,
        "paged": before is not None,
    }
    return render(request, "medicines/list.html", context)


def _row_of(patient: Patient, key: str) -> MedicationRequest | None:
    """The row of this chart that a page ended with."""
    try:
        return MedicationRequest.objects.of(patient).filter(pk=UUID(key)).first()
    except ValueError:
        return None


@require_safe
@requires(CHART_READ)
def medication(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """One prescription: the whole of it, what was overridden, doses and versions."""
    order, patient = open_record(request, MedicationRequest, medication_id)
    looked(request, patient, order)
    (line,) = written([order])
    prior = MedicationRequest.objects.of(patient).filter(
        fhir_id=order.prior_prescription.partition("/")[2]
    )
    context = frame(patient, principal(request)) | {
        "line": line,
        "order": order,
        "reasons": reason_words(order),
        "prior": prior.first() if order.prior_prescription else None,
        "dispense": dispense_words(order.dispense or {}),
        "substitution": substitution_words(order.substitution or {}),
        "overrides": kept(order),
        "doses": given_doses(order),
        "running": order.status in CURRENT,
        "in_error": order.status == "entered-in-error",
        "versions": versions(order),
    }
    return render(request, "medicines/order.html", context)


@require_safe
@requires(CHART_READ)
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One medicine from elsewhere, with who said so and its versions."""
    told, patient = open_record(request, MedicationStatement, statement_id)
    looked(request, patient, told)
    (line,) = written([told])
    context = frame(patient, principal(request)) | {
        "line": line,
        "notes": told.notes or [],
        "category": told.category_text or told.category_display or told.category_code,
        "running": told.status in ("active", "intended", "on-hold", "unknown", ""),
        "in_error": told.status == "entered-in-error",
        "versions": versions(told),
    }
    return render(request, "medicines/statement.html", context)


@require_safe
@requires(CHART_READ)
def administration(request: HttpRequest, administration_id: UUID) -> HttpResponse:
    """One dose: given or not, by whom, and its versions."""
    dose, patient = open_record(request, MedicationAdministration, administration_id)
    looked(request, patient, dose)
    order = MedicationRequest.objects.of(patient).filter(fhir_id=dose.request.partition("/")[2])
    context = frame(patient, principal(request)) | {
        "dose": in_words([dose])[0],
        "order": order.first() if dose.request else None,
        "notes": dose.notes or [],
        "in_error": dose.status == "entered-in-error",
        "versions": versions(dose),
    }
    return render(request, "medicines/dose.html", context)


def dispense_words(dispense: dict[str, Any]) -> dict[str, Any]:
    """What the pharmacy may hand out, as far as it is recorded."""
    quantity = dispense.get("quantity") or {}
    supply = dispense.get("expectedSupplyDuration") or {}
    return {
        "refills": dispense.get("numberOfRepeatsAllowed"),
        "quantity": f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip(),
        "supply": f"{supply.get('value', '')} {supply.get('unit', '')}".strip(),
    }


def substitution_words(substitution: dict[str, Any]) -> str:
    """Whether another product may be handed out: "yes", "no", or as coded."""
    allowed = substitution.get("allowedBoolean")
    if isinstance(allowed, bool):
        return "yes" if allowed else "no"
    return words_of(substitution.get("allowedCodeableConcept"))
