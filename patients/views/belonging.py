"""Adding and ending who belongs to a patient, and what the patient permits."""

from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import principal, requires
from accounts.roles import ACCESS_RESTRICT, CHART_WRITE, IDENTITY_WRITE
from fhir.errors import NotFound
from patients.acts import belonging
from patients.acts.belonging import Relation
from patients.acts.identity import known_person
from patients.forms.people import CONSENTS, OF_THE_CHART, ConsentForm, RelatedForm
from patients.models import Consent, Patient, PatientRecord, RelatedPerson
from patients.models.consent import ADVANCE_DIRECTIVE
from patients.views.editing import same_patient
from patients.views.identity import frame, open_identity, opens_chart
from patients.views.opening import remember
from patients.views.people import FORM, version_in

R = TypeVar("R", bound=PatientRecord)


@require_http_methods(FORM)
@requires(IDENTITY_WRITE)
def new_related(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Somebody who belongs to the patient."""
    patient = open_identity(request, patient_id)
    form = RelatedForm(request.POST or None)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            said = form.cleaned_data
            relation = Relation(said["family"], said["given"], form.concept, said["phone"])
            belonging.add_related_person(by=principal(request), patient=patient, relation=relation)
            return redirect("details", patient.id)
    title = _("Somebody who belongs to the patient")
    return _page(request, patient, form, title)


@require_http_methods(FORM)
@requires(IDENTITY_WRITE)
def new_consent(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What the patient permits or refuses."""
    by = principal(request)
    patient = open_identity(request, patient_id)
    clinical = by.may(CHART_WRITE) and opens_chart(request, patient)
    kinds = [kind for kind in CONSENTS if clinical or kind not in OF_THE_CHART]
    initial = {"at": timezone.localtime().replace(second=0, microsecond=0)}
    form = ConsentForm(request.POST or None, kinds=kinds, initial=initial)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            said = form.cleaned_data
            belonging.record_consent(
                by=by,
                patient=patient,
                scope=form.scope,
                category=form.category,
                decision=said["decision"],
                at=said["at"],
            )
            return redirect("details", patient.id)
    return _page(request, patient, form, _("Consent or refusal"))


def _page(request: HttpRequest, patient: Patient, form: Any, title: str) -> HttpResponse:
    context = frame(request, patient, "details") | {"form": form, "title": title}
    return render(request, "people/add.html", context, status=422 if form.errors else 200)


@require_POST
@requires(IDENTITY_WRITE)
def end_related(request: HttpRequest, related_id: UUID) -> HttpResponse:
    """They are no contact any more."""
    related, patient = _about_known(request, RelatedPerson, related_id)
    same_patient(request, patient)
    belonging.end_relation(by=principal(request), related=related, expected=version_in(request))
    messages.success(request, _("%(who)s is no contact any more.") % {"who": related})
    return redirect("details", patient.id)


@require_POST
@requires(ACCESS_RESTRICT)
def withdraw_consent(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """It holds no more, or was never said."""
    consent, patient = _about_known(request, Consent, consent_id)
    if consent.scope_code == ADVANCE_DIRECTIVE and not opens_chart(request, patient):
        raise NotFound
    same_patient(request, patient)
    belonging.withdraw_consent(
        by=principal(request),
        consent=consent,
        expected=version_in(request),
        in_error="in_error" in request.POST,
    )
    return redirect("details", patient.id)


def _about_known(request: HttpRequest, model: type[R], key: UUID) -> tuple[R, Patient]:
    rows: Any = model._default_manager
    row: R | None = rows.select_related("patient").filter(pk=key).first()
    if row is None:
        raise NotFound
    return row, remember(request, known_person(principal(request), row.patient))
