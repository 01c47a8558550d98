"""Plans and goals of a patient: the page of both, and every change of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE
from fhir.errors import NotFound, VersionConflict
from patients.acts.plans import end_goal, end_plan, plan, revise_goal, revise_plan, set_goal
from patients.chart.plans import plan_name, plans
from patients.chart.sections import banner, loaded
from patients.forms.plans import EditGoalForm, EditPlanForm, GoalForm, NewPlanForm
from patients.models import CarePlan, Goal
from patients.views.editing import merge_page, same_patient
from patients.views.entry import conclude, entry_page
from patients.views.opening import looked, open_patient, open_record

PLAN_ENDS = {"complete": "completed", "revoke": "revoked"}
FORM = ["GET", "HEAD", "POST"]


@require_safe
@requires(CHART_READ)
def plans_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Plans, goals and follow-ups, current first."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    context: dict[str, Any] = banner(patient) | loaded("plans", plans, patient)
    context |= {"tab": "plans", "may_write": principal(request).may(CHART_WRITE)}
    return render(request, "plans/plans.html", context)


@require_http_methods(FORM)
@requires(CHART_WRITE)
def plan_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write a plan and its first goals."""
    patient = open_patient(request, patient_id)
    form = NewPlanForm(request.POST or None, patient=patient)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            plan(by=principal(request), patient=patient, outline=form.outline, aims=form.aims)
            messages.success(request, _("The plan stands."))
            return redirect("plans", patient.id)
    return entry_page(request, patient, form, title=_("New care plan"), button=_("Save plan"))


@require_http_methods(FORM)
@requires(CHART_WRITE)
def plan_edit(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Change a plan, and say how far its activities are."""
    row, patient = open_record(request, CarePlan, plan_id)
    standing = EditPlanForm.standing(row)
    form = EditPlanForm(request.POST or None, patient=patient, row=row, initial=standing)
    title = plan_name(row)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            try:
                revise_plan(
                    by=principal(request),
                    row=row,
                    outline=form.outline,
                    statuses=form.statuses,
                    expected=form.cleaned_data["version"],
                )
            except VersionConflict:
                return merge_page(
                    request,
                    form,
                    current=standing,
                    patient=patient,
                    version=standing["version"],
                    title=title,
                )
            messages.success(request, _("The plan is changed."))
            return redirect("plans", patient.id)
    return entry_page(request, patient, form, title=title, button=_("Save plan"))


@require_http_methods(FORM)
@requires(CHART_WRITE)
def plan_end(request: HttpRequest, plan_id: UUID, how: str) -> HttpResponse:
    """Complete or revoke a plan."""
    if how not in PLAN_ENDS:
        raise NotFound
    row, patient = open_record(request, CarePlan, plan_id)
    completes, name = how == "complete", plan_name(row)

    def act(reason: str, expected: int) -> None:
        end_plan(
            by=principal(request),
            row=row,
            status=PLAN_ENDS[how],
            reason=reason,
            expected=expected,
        )

    return conclude(
        request,
        patient,
        act,
        version=row.version,
        title=(_("Complete: %(name)s") if completes else _("Revoke: %(name)s")) % {"name": name},
        button=_("Complete plan") if completes else _("Revoke plan"),
        kind="primary" if completes else "danger",
        lede=_("It stays readable under what is over."),
        done=_("The plan has ended."),
    )


@require_http_methods(FORM)
@requires(CHART_WRITE)
def goal_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Set a goal."""
    patient = open_patient(request, patient_id)
    form = GoalForm(request.POST or None)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            set_goal(by=principal(request), patient=patient, aim=form.aim)
            messages.success(request, _("The goal stands."))
            return redirect("plans", patient.id)
    return entry_page(request, patient, form, title=_("New goal"), button=_("Save goal"))


@require_http_methods(FORM)
@requires(CHART_WRITE)
def goal_edit(request: HttpRequest, goal_id: UUID) -> HttpResponse:
    """Change a goal, and say how far it is."""
    row, patient = open_record(request, Goal, goal_id)
    standing, title = EditGoalForm.standing(row), str(row)
    form = EditGoalForm(request.POST or None, initial=standing)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            said = form.cleaned_data
            try:
                revise_goal(
                    by=principal(request),
                    row=row,
                    aim=form.aim,
                    achievement=said["achievement"],
                    expected=said["version"],
                )
            except VersionConflict:
                return merge_page(
                    request,
                    form,
                    current=standing,
                    patient=patient,
                    version=standing["version"],
                    title=title,
                )
            messages.success(request, _("The goal is changed."))
            return redirect("plans", patient.id)
    return entry_page(request, patient, form, title=title, button=_("Save goal"))


@require_http_methods(FORM)
@requires(CHART_WRITE)
def goal_end(request: HttpRequest, goal_id: UUID, how: str) -> HttpResponse:
    """A goal is reached, or given up."""
    if how not in ("achieved", "given-up"):
        raise NotFound
    row, patient = open_record(request, Goal, goal_id)
    achieved = how == "achieved"
    title = _("Reached: %(goal)s") if achieved else _("Given up: %(goal)s")

    def act(reason: str, expected: int) -> None:
        end_goal(
            by=principal(request), row=row, achieved=achieved, reason=reason, expected=expected
        )

    return conclude(
        request,
        patient,
        act,
        version=row.version,
        title=title % {"goal": row},
        button=_("Goal reached") if achieved else _("Give up goal"),
        kind="primary" if achieved else "danger",
        done=_("The goal has ended."),
    )
