"""Planning care: plans with what to do, goals with a day, and how both end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.roles import CHART_WRITE
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from patients.acts.charting import annotate, annotation, author, create, open_chart, update
from patients.acts.vitals import encounter_at
from patients.models import CarePlan, Goal, Patient
from patients.models.plans import GOAL_OVER, PLAN_OVER
from patients.terminology.coded import Coded

# The kind of plan as US Core names it.
ASSESSMENT_AND_PLAN = {
    "coding": [
        {
            "system": "http://hl7.org/fhir/us/core/CodeSystem/careplan-category",
            "code": "assess-plan",
            "display": "Assessment and Plan of Treatment",
        }
    ]
}
# FHIR care-plan-activity-status, as the ward says it.
ACTIVITY_STATUSES = (
    "not-started",
    "scheduled",
    "in-progress",
    "on-hold",
    "completed",
    "cancelled",
    "stopped",
    "unknown",
)
# FHIR goal-achievement.
ACHIEVEMENTS = (
    "in-progress",
    "improving",
    "worsening",
    "no-change",
    "achieved",
    "sustaining",
    "not-achieved",
    "no-progress",
    "not-attainable",
)


class PlanIsOver(Refusal):
    """It is completed, revoked or entered in error. Make a new plan instead."""

    status = 409
    code = "plan-is-over"
    issue = "conflict"


class GoalIsOver(Refusal):
    """It is completed, cancelled or entered in error. Set a new goal instead."""

    status = 409
    code = "goal-is-over"
    issue = "conflict"


@dataclass(frozen=True)
class Aim:
    """A goal as somebody states it: what, by when, and whether it concerns a plan's problem."""

    what: Coded
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Outline:
    """A plan as somebody writes it.

    Attributes:
        title: What the plan is called.
        description: Its words.
        activities: One thing to do each.
        addresses: FHIR references of the problems it is for, with their words.
        start: When it begins.
        end: When it should be over; None: open.
    """

    title: str
    description: str = ""
    activities: Sequence[str] = ()
    addresses: Sequence[dict[str, str]] = ()
    start: datetime | None = None
    end: datetime | None = None


@transaction.atomic
def plan(
    *, by: Principal, patient: Patient, outline: Outline, aims: Sequence[Aim] = ()
) -> CarePlan:
    """Write a plan and its goals.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        Invalid: it has no title, or ends before it starts.
    """
    require(by, CHART_WRITE)
    open_chart(by, patient)
    _check(outline)
    goals = [set_goal(by=by, patient=patient, aim=aim) for aim in aims]
    now = timezone.now()
    row = CarePlan(
        patient=patient,
        encounter=encounter_at(patient, now),
        status="active",
        intent="plan",
        categories=[ASSESSMENT_AND_PLAN],
        planned_at=now,
        author=author(by),
        goals=[{"reference": goal.reference, "display": str(goal)} for goal in goals],
        activities=[activity(text) for text in outline.activities],
    )
    _fill(row, outline)
    return create(row, by=by, action="plan")


def _check(outline: Outline) -> None:
    if not outline.title.strip():
        raise Invalid(_("Title: say in a few words what the plan is for."))
    if outline.start and outline.end and outline.end < outline.start:
        raise Invalid(_("End: the plan would end before it starts. Correct one of the two."))


def _fill(row: CarePlan, outline: Outline) -> None:
    row.title, row.description = outline.title, outline.description
    row.start, row.end = outline.start, outline.end
    row.addresses = list(outline.addresses)


def activity(text: str) -> dict[str, Any]:
    """One thing to do, not started yet, as FHIR CarePlan.activity."""
    return {"detail": {"code": {"text": text}, "status": "not-started"}}


@transaction.atomic
def revise_plan(
    *,
    by: Principal,
    row: CarePlan,
    outline: Outline,
    statuses: Sequence[str],
    expected: int,
) -> CarePlan:
    """Change a plan: its words, how far each activity is, and activities that are new.

    Args:
        by: Who.
        row: The plan.
        outline: Its words; ``activities`` are those to add.
        statuses: Status of each activity that it has, in order; empty keeps what stands.
        expected: Version that ``by`` saw.

    Raises:
        PlanIsOver: it is completed, revoked or entered in error.
        VersionConflict: it changed since.
    """
    _open_plan(row)
    _check(outline)
    _fill(row, outline)
    kept = [
        _with_status(each, status)
        for each, status in zip(row.activities or [], statuses, strict=True)
    ]
    row.activities = kept + [activity(text) for text in outline.activities]
    return update(row, by=by, expected=expected, action="revise-plan")


def _with_status(each: dict[str, Any], status: str) -> dict[str, Any]:
    """The activity in its new status; one that only refers to another record has none."""
    detail = each.get("detail")
    if not status or not isinstance(detail, dict) or detail.get("status") == status:
        return each
    return each | {"detail": {**detail, "status": status}}


def _open_plan(row: CarePlan) -> None:
    if row.status in (*PLAN_OVER, "entered-in-error"):
        raise PlanIsOver


@transaction.atomic
def end_plan(*, by: Principal, row: CarePlan, status: str, reason: str, expected: int) -> CarePlan:
    """Complete or revoke a plan, and say why.

    Raises:
        PlanIsOver: it has ended already.
        Invalid: ``status`` is no end, or there is no reason.
        VersionConflict: it changed since.
    """
    _open_plan(row)
    if status not in PLAN_OVER:
        raise Invalid(_("Status: a plan ends as completed or revoked."))
    if not reason.strip():
        raise Invalid(_("Reason: say why the plan ends."))
    row.status, row.end = status, timezone.now()
    annotate(row, by, reason)
    return update(row, by=by, expected=expected, action="end-plan")


def set_goal(*, by: Principal, patient: Patient, aim: Aim) -> Goal:
    """Write a goal.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        Invalid: it says nothing, or was due before today.
    """
    today = timezone.localdate()
    if not aim.what.words.strip():
        raise Invalid(_("Goal: say what is to be reached."))
    if aim.due_on is not None and aim.due_on < today:
        raise Invalid(_("Due: a new goal cannot be due before today. Choose a later day."))
    goal = Goal(
        patient=patient,
        lifecycle_status="active",
        achievement_status="in-progress",
        start_low=today,
        start_high=today,
        targets=targets(aim.due_on),
        expressed_by=author(by),
        notes=[annotation(by, aim.note)] if aim.note else [],
        **aim.what.columns("description"),
    )
    return create(goal, by=by, action="set-goal")


def targets(due_on: date | None) -> list[dict[str, str]]:
    """FHIR Goal.target with a day, none without."""
    return [{"dueDate": due_on.isoformat()}] if due_on else []


def redue(standing: list[dict[str, Any]], due_on: date | None) -> list[dict[str, Any]]:
    """The targets with another day for the first of them; what else they say stays.

    >>> redue([{"detailString": "7 %", "dueDate": "2026-01-01"}], date(2026, 2, 1))
    [{'detailString': '7 %', 'dueDate': '2026-02-01'}]
    """
    first, rest = dict((standing or [{}])[0]), (standing or [])[1:]
    first.pop("dueDate", None)
    if due_on is not None:
        first["dueDate"] = due_on.isoformat()
    return ([first] if first else []) + rest


@transaction.atomic
def revise_goal(
    *,
    by: Principal,
    row: Goal,
    aim: Aim,
    achievement: str,
    expected: int,
) -> Goal:
    """Change what is to be reached, by when, and how far it is.

    Raises:
        GoalIsOver: it has ended.
        Invalid: it says nothing, or ``achievement`` is not a code of FHIR goal-achievement.
        VersionConflict: it changed since.
    """
    _open_goal(row)
    if not aim.what.words.strip():
        raise Invalid(_("Goal: say what is to be reached."))
    if achievement and achievement not in ACHIEVEMENTS:
        raise Invalid(_("Achievement: choose one of the list."))
    if aim.what.words != str(row):
        for column, value in aim.what.columns("description").items():
            setattr(row, column, value)
    if aim.due_on != row.due_on:
        row.targets = redue(row.targets, aim.due_on)
    row.achievement_status = achievement
    _dated_today(row)
    if aim.note:
        annotate(row, by, aim.note)
    return update(row, by=by, expected=expected, action="revise-goal")


def _open_goal(row: Goal) -> None:
    if row.lifecycle_status in (*GOAL_OVER, "entered-in-error"):
        raise GoalIsOver


def _dated_today(row: Goal) -> None:
    row.status_date_low = row.status_date_high = timezone.localdate()


@transaction.atomic
def end_goal(*, by: Principal, row: Goal, achieved: bool, reason: str, expected: int) -> Goal:
    """A goal is reached, or given up; with the reason.

    Raises:
        GoalIsOver: it has ended already.
        Invalid: there is no reason.
        VersionConflict: it changed since.
    """
    _open_goal(row)
    if not reason.strip():
        raise Invalid(_("Reason: say how it was reached, or why it is given up."))
    row.lifecycle_status = "completed" if achieved else "cancelled"
    row.achievement_status = "achieved" if achieved else "not-achieved"
    row.status_reason = reason
    _dated_today(row)
    return update(row, by=by, expected=expected, action="end-goal")
