"""The patients of somebody's day: who is here or expected, whom they treat, whom they looked at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Location
from fhir.principal import Principal
from patients.chart.concepts import all_words
from patients.chart.history import CLASSES
from patients.chart.news import News, news_of
from patients.chart.person import Person, person
from patients.models import (
    Appointment,
    CareTeamMember,
    Encounter,
    InboxItem,
    NoteDraft,
    Patient,
    Task,
)

ROWS_AT_MOST = 60
RECENT = timedelta(days=14)
INPATIENT = ("IMP", "ACUTE", "NONAC", "OBSENC", "SS")
EXPECTED = ("booked", "arrived", "checked-in", "pending")


@dataclass
class Row:
    """One patient of the list.

    Attributes:
        patient: Who.
        reference: FHIR reference, for the audit trail.
        place: Bed, or what they are here for without one.
        at: When expected, for an appointment.
        why: Why they are here.
        critical: Critical results that nobody has acknowledged.
        task: The next thing to do for them.
        overdue: The last moment for ``task`` has passed.
        news: What others wrote since the reader last looked.
        more: What other apps know of them (last vitals, a running ECG).
    """

    patient: Person
    reference: str
    place: str = ""
    at: datetime | None = None
    why: str = ""
    critical: int = 0
    task: str = ""
    overdue: bool = False
    news: News = field(default_factory=lambda: News(None))
    more: dict[str, Any] = field(default_factory=dict)


def today(by: Principal) -> list[Row]:
    """Everybody who is here, and who is expected today."""
    here = _stays(Encounter.objects.visible_to(by).open())
    known = {row.patient.id for row in here}
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    expected = (
        Appointment.objects.visible_to(by)
        .between(start, start + timedelta(days=1))
        .filter(status__in=EXPECTED)
        .exclude(patient=None)
        .select_related("patient", "location__part_of")[:ROWS_AT_MOST]
    )
    return here + [_expected(row) for row in expected if row.patient_id not in known]


def inpatients(by: Principal) -> list[Row]:
    """Who has a bed, ward by ward."""
    return _stays(Encounter.objects.visible_to(by).open().filter(class_code__in=INPATIENT))


def mine(by: Principal) -> list[Row]:
    """Whom the reader treats as a member of a care team."""
    teams = CareTeamMember.objects.giving_access().filter(practitioner__user_id=by.id)
    patients = Patient.objects.visible_to(by).filter(pk__in=teams.values("team__patient"))
    return _people(patients.order_by("family", "given", "id")[:ROWS_AT_MOST])


def recent(by: Principal) -> list[Row]:
    """Whose charts the reader opened lately, the last one first."""
    looks = (
        AuditEvent.objects.filter(
            principal=by.label, action="read", at__gte=timezone.now() - RECENT
        )
        .exclude(patient_id=None)
        .values("patient_id")
        .annotate(last=Max("at"))
        .order_by("-last")[:ROWS_AT_MOST]
    )
    order = {look["patient_id"]: place for place, look in enumerate(looks)}
    patients = Patient.objects.visible_to(by).filter(pk__in=list(order))
    return sorted(_people(patients), key=lambda row: order[row.patient.id])


@dataclass(frozen=True)
class PatientList:
    """A tab of the worklist."""

    id: str
    label: str | Promise
    rows: Any
    empty: str | Promise


def critical_results(by: Principal) -> Any:
    """Critical results of visible patients that nobody has acknowledged."""
    visible = Patient.objects.visible_to(by)
    return InboxItem.objects.unacknowledged().filter(critical=True, patient__in=visible)


def unsigned_notes(by: Principal) -> Any:
    """The reader's drafts."""
    return NoteDraft.objects.visible_to(by).open().of_author(by)


def my_tasks(by: Principal) -> Any:
    """What the reader still has to do, the one due first on top."""
    return Task.objects.visible_to(by).open().filter(practitioner__user_id=by.id)


def overdue_tasks(by: Principal) -> Any:
    """The reader's tasks whose time has passed."""
    return Task.objects.visible_to(by).overdue().filter(practitioner__user_id=by.id)


LISTS = (
    PatientList("today", _("Today"), today, _("Nobody is here or expected today.")),
    PatientList("inpatients", _("Inpatients"), inpatients, _("Nobody has a bed today.")),
    PatientList(
        "mine",
        _("My list"),
        mine,
        _("You are in no care team. Join one on the Details page of a chart."),
    ),
    PatientList("recent", _("Recent"), recent, _("You opened no chart in the last 14 days.")),
)


def _patients_of(rows: Callable[[Principal], Any]) -> Callable[[Principal], list[UUID]]:
    return lambda by: list(rows(by).values_list("patient_id", flat=True))


@dataclass(frozen=True)
class Counter:
    """A number above the list; opening it lists the patients behind it.

    Attributes:
        label: What stands behind the number.
        waiting: The patient of each thing that waits.
    """

    id: str
    label: Callable[[int], str]
    icon: str
    waiting: Callable[[Principal], list[UUID]]
    none: str | Promise


# Apps above add theirs (recordings needing attention) by ``chart_sections.COUNTERS``.
COUNTERS = [
    Counter(
        "critical",
        lambda n: ngettext("critical result", "critical results", n),
        "chevrons-up",
        _patients_of(critical_results),
        _("No critical result waits for somebody to see it."),
    ),
    Counter(
        "unsigned",
        lambda _n: gettext("to sign"),
        "pen-line",
        _patients_of(unsigned_notes),
        _("No draft of yours waits."),
    ),
    Counter(
        "overdue",
        lambda _n: gettext("overdue"),
        "clock",
        _patients_of(overdue_tasks),
        _("No task of yours is overdue."),
    ),
]


def counters(by: Principal) -> list[dict[str, Any]]:
    """The numbers above the list: what waits, not how many patients."""
    values = [(each, len(each.waiting(by))) for each in COUNTERS]
    return [{"counter": each, "value": n, "label": each.label(n)} for each, n in values]


def chosen_list(wanted: str) -> PatientList:
    """The list or counter with that id; Today for anything else."""
    behind = [
        PatientList(each.id, each.label(2), partial(_behind, each), each.none) for each in COUNTERS
    ]
    return next((each for each in (*LISTS, *behind) if each.id == wanted), LISTS[0])


def _behind(counter: Counter, by: Principal) -> list[Row]:
    patients = Patient.objects.visible_to(by).filter(pk__in=counter.waiting(by))
    return _people(patients.order_by("family", "given", "id")[:ROWS_AT_MOST])


def worklist(by: Principal, wanted: str) -> tuple[PatientList, list[Row]]:
    """One of the lists, complete; patients with unacknowledged critical results come first."""
    chosen = chosen_list(wanted)
    rows: list[Row] = chosen.rows(by)
    ids = [row.patient.id for row in rows]
    critical, tasks, fresh = _critical(ids), _next_tasks(ids, by), news_of(ids, by)
    for row in rows:
        row.critical = critical.get(row.patient.id, 0)
        row.task, row.overdue = tasks.get(row.patient.id, ("", False))
        row.news = fresh.get(row.patient.id, News(None))
    rows.sort(key=lambda row: not row.critical)
    return chosen, rows


def _stays(encounters: Any) -> list[Row]:
    rows = (
        encounters.exclude(patient__deceased=True)
        .select_related("patient", "location__part_of", "organization")
        .order_by("location__name", "start", "id")[:ROWS_AT_MOST]
    )
    found: dict[UUID, Row] = {}
    for encounter in sorted(rows, key=lambda row: row.class_code not in INPATIENT):
        found.setdefault(encounter.patient_id, _stay(encounter))
    return list(found.values())


def _stay(encounter: Encounter) -> Row:
    patient: Any = encounter.patient  # only rows of visible patients come here
    reason = all_words(encounter.reasons) or encounter.type_text or encounter.type_display
    return Row(
        person(patient),
        patient.reference,
        place=bed_first(encounter.location) or CLASSES.get(encounter.class_code, "Encounter"),
        why=reason,
    )


def bed_first(location: Location | None) -> str:
    """The bed before its ward: where a column is narrow, the bed must not be what is cut off."""
    if location is None:
        return ""
    name, ward = str(location), str(location.part_of or "")
    bed = name.removeprefix(ward).strip(" ,")
    return f"{bed}, {ward}" if ward and bed and bed != name else name


def _expected(appointment: Appointment) -> Row:
    patient: Any = appointment.patient
    why = appointment.description or all_words(appointment.reasons)
    place = bed_first(appointment.location)
    return Row(person(patient), patient.reference, place=place, at=appointment.start, why=why)


def _people(patients: Any) -> list[Row]:
    rows = list(patients)
    stays = (
        Encounter.objects.open()
        .filter(patient__in=[patient.pk for patient in rows])
        .select_related("patient", "location__part_of", "organization")
        .order_by("start")
    )
    here = {stay.patient_id: _stay(stay) for stay in stays}
    return [here.get(p.pk) or Row(person(p), p.reference) for p in rows]


def _critical(patient_ids: list[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    waiting = InboxItem.objects.unacknowledged().filter(critical=True, patient__in=patient_ids)
    for patient_id in waiting.values_list("patient_id", flat=True):
        found[patient_id] = found.get(patient_id, 0) + 1
    return found


def _next_tasks(patient_ids: list[UUID], by: Principal) -> dict[UUID, tuple[str, bool]]:
    """The open task due first of each patient that ``by`` may read, and whether it is overdue."""
    now = timezone.now()
    rows: Iterable[Task] = (
        Task.objects.visible_to(by)
        .open()
        .filter(patient__in=patient_ids)
        .order_by("patient_id", "due_at", "id")
        .distinct("patient_id")
    )
    return {
        row.patient_id: (str(row), row.due_at is not None and row.due_at < now)
        for row in rows
        if row.patient_id is not None
    }
