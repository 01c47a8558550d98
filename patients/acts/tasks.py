"""Follow-ups: something somebody should do for a patient by a day."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Practitioner
from fhir.errors import Invalid, Refusal
from fhir.principal import Principal
from fhir.times import moment_text
from patients.acts.charting import annotate, annotation, author, create, update
from patients.acts.vitals import encounter_at
from patients.models import Patient, Task

PRIORITIES = ("routine", "urgent", "asap", "stat")
# From which status one may go where.
STEPS: dict[str, tuple[str, ...]] = {
    "accepted": ("draft", "requested", "received", "ready", "on-hold", ""),
    "in-progress": ("requested", "received", "accepted", "ready", "on-hold", ""),
    "completed": ("requested", "received", "accepted", "ready", "in-progress", "on-hold", ""),
    "cancelled": (
        *("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"),
        "",
    ),
}


class StepNotPossible(Refusal):
    """The follow-up is not in a state from which that can be done. Nothing was saved."""

    status = 409
    code = "step-not-possible"
    issue = "conflict"


@dataclass(frozen=True)
class Ask:
    """A follow-up as somebody asks for it.

    Attributes:
        what: What to do.
        due_on: Last day for it, in the zone of the facility; None: no day.
        owner: Who should do it; None: the team.
        priority: One of ``PRIORITIES``.
        focus: FHIR reference of what it is about, such as ``Observation/…``; empty: nothing.
        note: What else to know.
    """

    what: str
    due_on: date | None = None
    owner: Practitioner | None = None
    priority: str = "routine"
    focus: str = ""
    note: str = ""


def follow_up(*, by: Principal, patient: Patient, ask: Ask) -> Task:
    """Ask for a follow-up.

    Raises:
        NotAllowed, NotFound: as for every act on a chart.
        Invalid: it says nothing, or was due before today.
    """
    _check(ask)
    if ask.due_on is not None and ask.due_on < timezone.localdate():
        raise Invalid(_("Due: a new follow-up cannot be due before today. Choose a later day."))
    now = timezone.now()
    task = Task(
        patient=patient,
        encounter=encounter_at(patient, now),
        status="requested",
        intent="order",
        authored_at=now,
        modified_at=now,
        requester=author(by),
        focus=ask.focus,
        notes=[annotation(by, ask.note)] if ask.note else [],
    )
    _fill(task, ask)
    return create(task, by=by, action="follow-up")


def _check(ask: Ask) -> None:
    if not ask.what.strip():
        raise Invalid(_("Follow-up: say what is to be done."))
    if ask.priority not in PRIORITIES:
        raise Invalid(_("Priority: choose one of the list."))


def _fill(task: Task, ask: Ask) -> None:
    task.description, task.priority = ask.what, ask.priority
    named = owner_reference(ask.owner)
    if (task.owner or {}).get("reference") != named.get("reference"):
        task.owner = named
    if ask.due_on != due_day(task):
        task.restriction = due_by(task.restriction, ask.due_on)


def owner_reference(owner: Practitioner | None) -> dict[str, str]:
    """FHIR reference to who should do it."""
    return {} if owner is None else {"reference": owner.reference, "display": str(owner)}


def due_day(task: Task) -> date | None:
    """The day it is due, in the zone of the facility."""
    return timezone.localtime(task.due_at).date() if task.due_at else None


def due_by(restriction: dict[str, Any], day: date | None) -> dict[str, Any]:
    """The restriction with a period that ends with ``day`` where the facility is."""
    rest = dict(restriction or {})
    span = dict(rest.pop("period", None) or {})
    span.pop("end", None)
    if day is not None:
        span["end"] = moment_text(end_of(day))
    return rest | ({"period": span} if span else {})


def end_of(day: date) -> datetime:
    """The last second of ``day`` in the zone of the facility."""
    return datetime.combine(day, time(23, 59, 59), timezone.get_current_timezone())


@transaction.atomic
def revise_task(*, by: Principal, task: Task, ask: Ask, expected: int) -> Task:
    """Change what is to be done, by whom or until when.

    Raises:
        StepNotPossible: it is over.
        Invalid, VersionConflict: as for other edits.
    """
    if not task.is_open:
        raise StepNotPossible
    _check(ask)
    _fill(task, ask)
    if ask.note:
        annotate(task, by, ask.note)
    task.modified_at = timezone.now()
    return update(task, by=by, expected=expected, action="revise-follow-up")


@transaction.atomic
def step(*, by: Principal, task: Task, to: str, expected: int, said: str = "") -> Task:
    """Accept, start, complete or cancel a follow-up.

    Whoever accepts it becomes its owner. Completing says what came of it, cancelling why.

    Raises:
        StepNotPossible: not from the status it is in.
        Invalid: an end without words.
        VersionConflict: it changed since.
    """
    if task.status not in STEPS.get(to, ()):
        raise StepNotPossible(
            _("This follow-up is %(status)s; it cannot become %(to)s.")
            % {"status": task.status or _("without a status"), "to": to}
        )
    if to in ("completed", "cancelled") and not said.strip():
        raise Invalid(_("Outcome: say what came of it, or why it is cancelled."))
    now = timezone.now()
    if to in ("accepted", "in-progress") and task.status != "accepted":
        task.owner = author(by)
    if to == "in-progress":
        task.execution_start = now
    if to == "completed":
        task.execution_start, task.execution_end = task.execution_start or now, now
    if to == "cancelled":
        task.status_reason = {"text": said}
    elif said:
        annotate(task, by, said)
    task.status, task.modified_at = to, now
    return update(task, by=by, expected=expected, action=f"follow-up-{to}")
