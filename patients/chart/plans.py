"""Plans, goals and follow-ups in words; nothing of intent or status stays hidden."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.principal import Principal
from fhir.together import Loading
from patients.acts.plans import ASSESSMENT_AND_PLAN
from patients.chart.concepts import all_words, name_of, noted, words_of
from patients.chart.orders import PRIORITIES
from patients.models import CarePlan, Condition, Goal, Patient, Task
from patients.models.plans import GOAL_OVER, PLAN_OVER

STEPS_SHOWN = 6
TASKS_SHOWN = 200
OVER_SHOWN = 40
UNKNOWN = "unknown"
# What a follow-up may be about: in words, and the page that shows it.
ABOUT: dict[str, tuple[str | Promise, str]] = {
    "DiagnosticReport": (gettext_lazy("a report"), "report"),
    "Observation": (gettext_lazy("a result"), "observation"),
    "ServiceRequest": (gettext_lazy("an order"), "order"),
}


@dataclass(frozen=True)
class Activity:
    """One thing of a plan to do, or not to do."""

    text: str
    status: str
    not_perform: bool
    not_understood: bool
    elsewhere: bool


@dataclass(frozen=True)
class PlanRow:
    """A care plan as shown."""

    id: UUID
    version: int
    text: str
    description: str
    status: str
    intent: str
    category: str
    start: datetime | None
    end: datetime | None
    by: str
    activities: list[Activity]
    addresses: str
    goals: list[str]
    notes: list[dict[str, Any]]
    is_open: bool
    in_error: bool


@dataclass(frozen=True)
class GoalRow:
    """A goal as shown."""

    id: UUID
    version: int
    text: str
    status: str
    achievement: str
    targets: list[str]
    due_on: date | None
    overdue: bool
    status_reason: str
    notes: list[dict[str, Any]]
    is_open: bool
    in_error: bool
    uncoded: bool


@dataclass(frozen=True)
class TaskRow:
    """A follow-up as shown."""

    id: UUID
    reference: str
    version: int
    text: str
    status: str
    reason: str
    intent: str
    priority: str | Promise
    due_at: datetime | None
    overdue: bool
    owner: str
    requester: str
    authored_at: datetime | None
    notes: list[dict[str, Any]]
    about: str
    about_url: str
    is_open: bool
    in_error: bool
    patient: Patient | None = field(default=None)
    mine: bool = False


def plans(patient: Patient) -> dict[str, Any]:
    """Everything planned: current first, what is over apart."""
    found = list(_in_order(Goal.objects.of(patient)))
    goals = [goal_row(goal) for goal in found]
    written = list(CarePlan.objects.of(patient).order_by("-start", "-id"))
    names = {goal.reference: str(goal) for goal in found} | _problem_names(patient, written)
    shown = [plan_row(plan, names) for plan in written]
    rows = Task.objects.of(patient).order_by(F("due_at").asc(nulls_last=True), "id")
    tasks = [task_row(task) for task in rows]
    return {
        "plans": [row for row in shown if row.is_open],
        "plans_over": [row for row in shown if not row.is_open][:OVER_SHOWN],
        "goals": [row for row in goals if row.is_open],
        "goals_over": [row for row in goals if not row.is_open][:OVER_SHOWN],
        "tasks": [row for row in tasks if row.is_open],
        "tasks_over": [row for row in reversed(tasks) if not row.is_open][:OVER_SHOWN],
    }


def _in_order(goals: Any) -> Any:
    return goals.order_by(F("due_on").asc(nulls_last=True), "-start_low", "id")


def _problem_names(patient: Patient, written: list[CarePlan]) -> dict[str, str]:
    """Words of the problems that plans are for, where the reference does not carry them."""
    ids = {
        str(each.get("reference", "")).removeprefix("Condition/")
        for plan in written
        for each in plan.addresses or []
        if not each.get("display")
    }
    rows = Condition.objects.of(patient).filter(fhir_id__in=ids) if ids else []
    return {row.reference: name_of(row, "code") for row in rows}


def _all_referred(references: Any, names: dict[str, str]) -> list[str]:
    """Words of each reference, and that there is one where they are not known."""
    return [
        reference_words(each) or names.get(str(each.get("reference", "")), _("another record"))
        for each in references or []
    ]


def plan_row(plan: CarePlan, names: dict[str, str]) -> PlanRow:
    """One plan in words; ``names`` are those of records that it refers to."""
    in_error = plan.status == "entered-in-error"
    return PlanRow(
        id=plan.id,
        version=plan.version,
        text=noted(plan_name(plan), plan),
        description=plan.description,
        status=plan.status or UNKNOWN,
        intent=plan.intent or UNKNOWN,
        category=category(plan),
        start=plan.start,
        end=plan.end,
        by=reference_words(plan.author),
        activities=[activity_row(each) for each in plan.activities or []],
        addresses=", ".join(_all_referred(plan.addresses, names)),
        goals=_all_referred(plan.goals, names),
        notes=plan.notes or [],
        is_open=not in_error and plan.status not in PLAN_OVER,
        in_error=in_error,
    )


def category(plan: CarePlan) -> str:
    """The kind of plan in words; that it is a plan at all needs none."""
    return all_words([kind for kind in plan.categories or [] if kind != ASSESSMENT_AND_PLAN])


def plan_name(plan: CarePlan) -> str:
    """Its title, else what kind of plan it is."""
    return plan.title or category(plan) or plan.description or _("Care plan")


def activity_row(each: dict[str, Any]) -> Activity:
    """One activity; one that another record describes says so."""
    detail = each.get("detail") or {}
    elsewhere = reference_words(each.get("reference") or {})
    text = words_of(detail.get("code")) or str(detail.get("description") or "") or elsewhere
    return Activity(
        text=text or _("activity without words"),
        status=str(detail.get("status") or ("" if not detail and elsewhere else UNKNOWN)),
        not_perform=detail.get("doNotPerform") is True,
        not_understood="modifierExtension" in each or "modifierExtension" in detail,
        elsewhere=bool(elsewhere) and not detail,
    )


def reference_words(reference: Any) -> str:
    """Words of a FHIR reference: its display, else nothing but that there is one."""
    if not isinstance(reference, dict):
        return ""
    return str(reference.get("display") or "")


def goal_row(goal: Goal) -> GoalRow:
    """One goal in words."""
    in_error = goal.lifecycle_status == "entered-in-error"
    is_open = not in_error and goal.lifecycle_status not in GOAL_OVER
    return GoalRow(
        id=goal.id,
        version=goal.version,
        text=noted(name_of(goal, "description"), goal),
        status=goal.lifecycle_status or UNKNOWN,
        achievement=goal.achievement_status,
        targets=list(filter(None, map(target_words, goal.targets or []))),
        due_on=goal.due_on,
        overdue=is_open and goal.due_on is not None and goal.due_on < timezone.localdate(),
        status_reason=goal.status_reason,
        notes=goal.notes or [],
        is_open=is_open,
        in_error=in_error,
        uncoded=not goal.description_code,
    )


def target_words(target: dict[str, Any]) -> str:
    """What a target measures and the value wanted; its day stands apart.

    >>> target_words({"measure": {"text": "HbA1c"}, "detailQuantity": {"value": 7, "unit": "%"}})
    'HbA1c 7 %'
    """
    amount = target.get("detailQuantity") or {}
    words = (
        words_of(target.get("measure")),
        " ".join(str(amount[part]) for part in ("comparator", "value", "unit") if part in amount),
        str(target.get("detailString") or target.get("detailInteger") or ""),
        words_of(target.get("detailCodeableConcept")),
        _range_words(target.get("detailRange") or {}),
    )
    return " ".join(filter(None, words))


def _range_words(span: dict[str, Any]) -> str:
    low, high = (span.get(side) or {} for side in ("low", "high"))
    if not low and not high:
        return ""
    unit = high.get("unit") or low.get("unit") or ""
    return f"{low.get('value', '')}–{high.get('value', '')} {unit}".strip()


def task_row(task: Task, *, now: datetime | None = None, mine: bool = False) -> TaskRow:
    """One follow-up in words."""
    late = task.due_at is not None and task.due_at < (now or timezone.now())
    return TaskRow(
        id=task.id,
        reference=task.reference,
        version=task.version,
        text=noted(str(task), task),
        status=task.status or UNKNOWN,
        reason=words_of(task.status_reason),
        intent=task.intent or UNKNOWN,
        priority=PRIORITIES.get(task.priority, task.priority),
        due_at=task.due_at,
        overdue=task.is_open and late,
        owner=reference_words(task.owner),
        requester=reference_words(task.requester),
        authored_at=task.authored_at,
        notes=task.notes or [],
        about=about_words(task.focus),
        about_url=about_url(task.focus),
        is_open=task.is_open,
        in_error=task.status == "entered-in-error",
        patient=task.patient,
        mine=mine,
    )


def about_words(focus: str) -> str:
    """What a follow-up is about; a type that has no page here by its FHIR name."""
    type_ = focus.partition("/")[0]
    return str(ABOUT[type_][0]) if type_ in ABOUT else type_


def about_url(focus: str) -> str:
    """Where that is read; empty where it was not made here, because its id is another."""
    type_, _slash, fhir_id = focus.partition("/")
    try:
        return reverse(ABOUT[type_][1], args=[UUID(fhir_id)])
    except (KeyError, ValueError):
        return ""


def next_steps(patient: Patient) -> Loading[dict[str, Any]]:
    """For the summary: open follow-ups, the overdue ones first, and how many goals and plans."""
    plans_now = CarePlan.objects.of(patient).current().order_by("-start", "-id")
    found = yield {
        "tasks": Task.objects.of(patient).open()[: STEPS_SHOWN + 1],
        "goals": Goal.objects.of(patient).current()[: STEPS_SHOWN + 1],
        "plans": plans_now[:STEPS_SHOWN],
    }
    for task in found["tasks"]:
        task.patient = patient
    rows, goals = [task_row(t) for t in found["tasks"]], [goal_row(g) for g in found["goals"]]
    return {
        "next_steps": rows[:STEPS_SHOWN],
        "more_steps": len(rows) > STEPS_SHOWN,
        "next_goals": goals[:STEPS_SHOWN],
        "more_goals": len(goals) > STEPS_SHOWN,
        "current_plans": [plan_name(plan) for plan in found["plans"]],
    }


def my_tasks(by: Principal, *, whose: str = "mine") -> dict[str, Any]:
    """Open follow-ups of the patients whose charts are open to ``by``, what is overdue on top.

    Args:
        by: Who looks.
        whose: "mine", "team" (nobody owns it, or somebody else) or "overdue" (anybody's).
    """
    rows = _open_tasks(by).select_related("patient", "practitioner")
    if whose == "mine":
        rows = rows.filter(practitioner__user_id=by.id)
    elif whose == "overdue":
        rows = rows.filter(due_at__lt=timezone.now())
    else:
        rows = rows.exclude(practitioner__user_id=by.id, practitioner__isnull=False)
        unowned = Case(
            When(practitioner__isnull=True, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        rows = rows.order_by(F("due_at").asc(nulls_last=True), unowned, "id")
    found = list(rows[: TASKS_SHOWN + 1])
    return {
        "tasks": [_with_owner(task, by) for task in found[:TASKS_SHOWN]],
        "truncated": len(found) > TASKS_SHOWN,
    }


def _with_owner(task: Task, by: Principal) -> TaskRow:
    owner = task.practitioner
    return task_row(task, mine=owner is not None and str(owner.user_id) == by.id)


def _open_tasks(by: Principal) -> Any:
    return Task.objects.visible_to(by).open()


def overdue_count(by: Principal) -> int:
    """How many open follow-ups of patients open to ``by`` are overdue: theirs, or nobody's."""
    rows = _open_tasks(by).filter(due_at__lt=timezone.now())
    mine = rows.filter(practitioner__user_id=by.id)
    return int((mine | rows.filter(practitioner__isnull=True)).count())
