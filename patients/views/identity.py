"""Pages about who a person is: for those who treat them, and for those who only know them."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import principal
from fhir.errors import NotFound, Refusal
from patients.access import opened, opening_of
from patients.acts.identity import known_person
from patients.chart.person import person
from patients.chart.sections import banner
from patients.models import Patient
from patients.views.opening import remember

CHART_PAGE, IDENTITY_PAGE = "patients/page.html", "people/identity.html"


def open_identity(request: HttpRequest, patient_id: UUID) -> Patient:
    """A person known at the reader's facilities, whether or not the chart is open to them.

    Raises:
        NotFound: nobody here has that id, or the reader may not know them.
    """
    patient = Patient.objects.filter(pk=patient_id).first()
    try:
        known = known_person(principal(request), patient)
    except NotFound:
        raise NotFound(
            _("Nobody here that you may look up. Search for the person by name or number.")
        ) from None
    return remember(request, known)


def opens_chart(request: HttpRequest, patient: Patient) -> bool:
    """Whether the reader may see more than who this is."""
    return Patient.objects.visible_to(principal(request)).filter(pk=patient.pk).exists()


def frame(request: HttpRequest, patient: Patient, tab: str) -> dict[str, Any]:
    """Context of a page: in the chart for those who may open it, else with identity only."""
    by = principal(request)
    rows = Patient.objects.visible_to(by).filter(pk=patient.pk)
    found: Any = opened(rows.only("pk"), by).first()
    if found is not None:
        patient.opening = opening_of(found)
        return banner(patient) | {"frame": CHART_PAGE, "tab": tab, "chart_open": True}
    return {"frame": IDENTITY_PAGE, "tab": tab, "patient": person(patient), "chart_open": False}


def looked_at(request: HttpRequest, patient: Patient) -> None:
    """Note that the identity of ``patient`` was looked at."""
    audit.record_access(
        by=principal(request),
        action="read-identity",
        entities=[patient.reference],
        patient_id=patient.id,
    )


def say_refusal(
    request: HttpRequest, form: forms.Form, refusal: Refusal, fields: dict[str, str] | None = None
) -> None:
    """Put what an act refused beside the field at fault, and on record; nothing typed is lost."""
    field = (fields or {}).get(refusal.code)
    form.add_error(field if field in form.fields else None, refusal.message)
    match = request.resolver_match
    audit.record(
        principal(request),
        (match and match.url_name) or "unknown",
        outcome="refused",
        detail={"code": refusal.code, "method": request.method},
    )


def merge_identity(
    request: HttpRequest,
    form: forms.Form,
    patient: Patient,
    now: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    """What the person wrote beside what stands ``now``; saving again saves over the newest."""
    data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data["version"] = str(patient.version)
    form.data = data
    rows = [
        {"bound": form[name], "now": now[name], "yours": form[name].value()}
        for name in form.fields
        if name in now and name != "version"
    ]
    different = [row for row in rows if str(row["now"] or "") != str(row["yours"] or "")]
    context |= {"form": form, "different": different}
    return render(request, "people/merge.html", context, status=409)
