"""Registering a person, and the page of personal information with its corrections."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import principal, requires
from accounts.models import Organization
from accounts.roles import IDENTITY_READ, IDENTITY_WRITE
from fhir.errors import Invalid, VersionConflict
from patients.acts import people
from patients.acts.people import PossibleDuplicate
from patients.chart.care_team import in_a_team, teams
from patients.chart.identity import personal
from patients.chart.person import person
from patients.duplicates import Duplicate
from patients.forms.people import DeathForm, EditPersonForm, RegisterForm, initial_of
from patients.models import Patient
from patients.views.editing import same_patient
from patients.views.identity import (
    frame,
    looked_at,
    merge_identity,
    open_identity,
    opens_chart,
    say_refusal,
)

FORM = ["GET", "HEAD", "POST"]
# What an act refuses → the field it is about.
FIELDS = {
    "number-taken": "number",
    "demo-takes-invented-people": "invented",
    "born-in-the-future": "birth",
    "died-before-birth": "birth",
    "name-too-long": "family",
}


@require_safe
@requires(IDENTITY_READ)
def details(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All names, numbers, addresses, contacts, who belongs to the person, what they permit."""
    patient = open_identity(request, patient_id)
    looked_at(request, patient)
    context = frame(request, patient, "details")
    context |= personal(patient, chart_open=context["chart_open"])
    if context["chart_open"]:
        found = teams(patient, principal(request))
        context |= {"teams": found, "in_a_team": in_a_team(found)}
    context["death_form"] = DeathForm(initial={"version": patient.version})
    context["version"] = patient.version
    return render(request, "people/details.html", context)


@require_http_methods(FORM)
@requires(IDENTITY_WRITE)
def register_person(request: HttpRequest) -> HttpResponse:
    """A new person; those who are alike are shown first."""
    by = principal(request)
    mine = by.facilities_with(IDENTITY_WRITE)
    facilities = Organization.objects.filter(pk__in=mine).order_by("name")
    form = RegisterForm(
        request.POST or None,
        facilities=facilities,
        demo=settings.DEMO,
        initial={"facility": facilities.first()},
    )
    alike: list[Duplicate] = []
    if request.method == "POST" and form.is_valid():
        try:
            patient = _registered(request, form)
        except PossibleDuplicate as refusal:
            alike = refusal.people
            say_refusal(request, form, refusal, {refusal.code: "another_person"})
        except Invalid as refusal:
            say_refusal(request, form, refusal, FIELDS)
        else:
            messages.success(request, _("%(who)s is registered.") % {"who": patient})
            return redirect("details", patient.id)
    context = {
        "form": form,
        "alike": [_alike(request, each) for each in alike],
        "ask_another": bool(alike) or bool(request.POST.get("another_person")),
        "several_facilities": len(facilities) > 1,
    }
    status = 409 if alike else 422 if form.errors else 200
    return render(request, "people/register.html", context, status=status)


def _registered(request: HttpRequest, form: RegisterForm) -> Patient:
    said = form.cleaned_data
    return people.register(
        by=principal(request),
        facility=said["facility"],
        details=form.details,
        number=said["number"],
        invented=said.get("invented", False),
        another_person=said["another_person"],
    )


def _alike(request: HttpRequest, each: Duplicate) -> dict[str, Any]:
    may_open = opens_chart(request, each.patient)
    return {"patient": person(each.patient), "why": each.why, "may_open": may_open}


@require_http_methods(FORM)
@requires(IDENTITY_WRITE)
def edit_details(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Correct who somebody is."""
    patient = open_identity(request, patient_id)
    form = EditPersonForm(request.POST or None, patient=patient, initial=initial_of(patient))
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            try:
                people.edit_person(
                    by=principal(request),
                    patient=patient,
                    details=form.details,
                    expected=form.cleaned_data["version"],
                )
            except VersionConflict:
                newest = Patient.objects.get(pk=patient.pk)
                context = frame(request, newest, "details")
                return merge_identity(request, form, newest, initial_of(newest), context)
            except Invalid as refusal:
                say_refusal(request, form, refusal, FIELDS)
            else:
                messages.success(request, _("Saved."))
                return redirect("details", patient.id)
    shown = Patient.objects.get(pk=patient.pk)  # the refused edit left its values on the row
    context = frame(request, shown, "details") | {"form": form}
    return render(request, "people/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
@requires(IDENTITY_WRITE)
def record_death(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Say that somebody has died."""
    patient = open_identity(request, patient_id)
    form = DeathForm(request.POST or None, initial={"version": patient.version})
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            said = form.cleaned_data
            try:
                people.record_death(
                    by=principal(request),
                    patient=patient,
                    at=said["at"],
                    expected=said["version"],
                )
            except Invalid as refusal:
                say_refusal(request, form, refusal, {refusal.code: "at"})
            else:
                messages.success(request, _("The death is recorded."))
                return redirect("details", patient.id)
    shown = Patient.objects.get(pk=patient.pk)
    context = frame(request, shown, "details") | {"form": form}
    return render(request, "people/death.html", context, status=422 if form.errors else 200)


@require_POST
@requires(IDENTITY_WRITE)
def retract_death(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The death was recorded in error."""
    patient = open_identity(request, patient_id)
    same_patient(request, patient)
    people.retract_death(by=principal(request), patient=patient, expected=version_in(request))
    messages.success(request, _("The death was recorded in error and is taken back."))
    return redirect("details", patient.id)


def version_in(request: HttpRequest) -> int:
    """The version that a button was pressed at; 0, which never matches, where there is none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
