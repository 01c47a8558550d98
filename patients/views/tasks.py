"""Follow-ups: asking for one, changing it, and what one does with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE
from fhir.errors import NotFound, VersionConflict
from patients.acts.tasks import follow_up, revise_task, step
from patients.chart.person import person
from patients.chart.plans import my_tasks
from patients.forms.tasks import EditFollowUpForm, FollowUpForm
from patients.models import Task
from patients.views.editing import merge_page, same_patient
from patients.views.entry import conclude, entry_page
from patients.views.opening import open_patient, open_record

FORM = ["GET", "HEAD", "POST"]
WHOSE = {
    "mine": gettext_lazy("Mine"),
    "team": gettext_lazy("Team"),
    "overdue": gettext_lazy("Overdue"),
}
ENDS = {"complete": "completed", "cancel": "cancelled"}
STARTS = {"accept": "accepted", "start": "in-progress"}


@require_safe
@requires(CHART_READ)
def tasks(request: HttpRequest) -> HttpResponse:
    """Open follow-ups of my patients: mine, the team's, or all that are overdue."""
    by = principal(request)
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    context: dict[str, Any] = {"whose": whose, "choices": WHOSE}
    context["may_write"] = by.may(CHART_WRITE)
    try:
        found = my_tasks(by, whose=whose)
    except DatabaseError:
        return render(request, "plans/tasks.html", context | {"tasks_failed": True})
    rows = found["tasks"]
    audit.record_access(by=by, action="worklist", entities=[row.reference for row in rows])
    found["tasks"] = [{"task": row, "patient": person(row.patient)} for row in rows]
    return render(request, "plans/tasks.html", context | found)


@require_http_methods(FORM)
@requires(CHART_WRITE)
def follow_up_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask for a follow-up."""
    by = principal(request)
    patient = open_patient(request, patient_id)
    about = {"focus": request.GET.get("focus", "")}
    form = FollowUpForm(request.POST or None, by=by, initial=about)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            follow_up(by=by, patient=patient, ask=form.ask)
            messages.success(request, _("The follow-up is asked for."))
            return redirect("plans", patient.id)
    return entry_page(request, patient, form, title=_("New follow-up"), button=_("Save follow-up"))


@require_http_methods(FORM)
@requires(CHART_WRITE)
def follow_up_edit(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Change what is to be done, by whom or until when."""
    by = principal(request)
    task, patient = open_record(request, Task, task_id)
    standing, title = EditFollowUpForm.standing(task), str(task)
    form = EditFollowUpForm(request.POST or None, by=by, task=task, initial=standing)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            try:
                revise_task(by=by, task=task, ask=form.ask, expected=form.cleaned_data["version"])
            except VersionConflict:
                return merge_page(
                    request,
                    form,
                    current=standing,
                    patient=patient,
                    version=standing["version"],
                    title=title,
                )
            messages.success(request, _("The follow-up is changed."))
            return redirect("plans", patient.id)
    return entry_page(request, patient, form, title=title, button=_("Save follow-up"))


@require_http_methods(FORM)
@requires(CHART_WRITE)
def follow_up_end(request: HttpRequest, task_id: UUID, how: str) -> HttpResponse:
    """Complete a follow-up with its outcome, or cancel it with why."""
    if how not in ENDS:
        raise NotFound
    task, patient = open_record(request, Task, task_id)
    completes = how == "complete"
    title = _("Complete: %(what)s") if completes else _("Cancel: %(what)s")

    def act(said: str, expected: int) -> None:
        step(by=principal(request), task=task, to=ENDS[how], expected=expected, said=said)

    return conclude(
        request,
        patient,
        act,
        version=task.version,
        title=title % {"what": task},
        label=_("What came of it") if completes else _("Reason"),
        button=_("Complete follow-up") if completes else _("Cancel follow-up"),
        kind="primary" if completes else "danger",
        done=_("The follow-up is over."),
    )


@require_POST
@requires(CHART_WRITE)
def follow_up_step(request: HttpRequest, task_id: UUID, how: str) -> HttpResponse:
    """Accept a follow-up, or start with it: one press."""
    if how not in STARTS:
        raise NotFound
    task, patient = open_record(request, Task, task_id)
    same_patient(request, patient)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else 0
    step(by=principal(request), task=task, to=STARTS[how], expected=expected)
    messages.success(request, _("The follow-up is yours."))
    return redirect("plans", patient.id)
