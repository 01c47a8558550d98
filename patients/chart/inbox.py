"""What waits for somebody: whose results, and which of them first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.roles import CHART_READ, RESULT_ACKNOWLEDGE
from fhir.principal import Principal
from patients.access import kept_away
from patients.acts.routing import READERS
from patients.chart.person import Person, person
from patients.chart.ranges import LocalRanges
from patients.chart.readings import Reading, reading
from patients.models import (
    CareTeamMember,
    Cover,
    DiagnosticReport,
    InboxItem,
    Observation,
    Patient,
    PatientRecord,
)
from patients.models.labels import is_sensitive

SHOWN: Final = 50
PARTS_SHOWN: Final = 6

BOXES: Final[dict[str, Promise]] = {
    "mine": gettext_lazy("Mine"),
    "covered": gettext_lazy("Covered for others"),
    "team": gettext_lazy("Team"),
    "unowned": gettext_lazy("Unowned"),
}


@dataclass(frozen=True)
class Line:
    """One result that waits, as a row of the inbox."""

    item: InboxItem
    patient: Person
    may_open: bool
    name: str
    overdue: bool
    readings: list[tuple[str, Reading]]
    more: int
    conclusion: str
    status: str


def mine(by: Principal) -> Q:
    """Results that ``by`` owns."""
    return Q(owner_id=by.id)


def covered(by: Principal) -> Q:
    """Results of people who are away and whom ``by`` covers."""
    places = by.facilities_with(RESULT_ACKNOWLEDGE)
    away = Cover.objects.now().filter(Q(covered_by_id=by.id) | Q(team__in=places))
    return Q(owner__in=away.exclude(user_id=by.id).values("user"))


def team(by: Principal) -> Q:
    """Results of the patients of ``by``'s care teams, and criticals that nobody took in time."""
    teams = CareTeamMember.objects.giving_access().filter(practitioner__user_id=by.id)
    treated = Q(patient__in=teams.values("team__patient"))
    return (treated & ~Q(owner_id=by.id)) | escalated(by)


def unowned(by: Principal) -> Q:
    """The queue of ``by``'s facilities, but for whom the patient keeps away: the team reads it."""
    here = Q(owner__isnull=True, facility__in=by.facilities_with(RESULT_ACKNOWLEDGE))
    return here & ~(kept_away(by, "patient_id") & Q(Exists(_team_readers())))


def _team_readers() -> QuerySet[Any]:
    """Members of the patient's care team who may acknowledge: without one it waits for all."""
    members = CareTeamMember.objects.giving_access().filter(team__patient=OuterRef("patient_id"))
    held = Membership.objects.current().filter(
        user=OuterRef("practitioner__user"), user__is_active=True, role__in=READERS
    )
    return members.filter(Exists(held))


def escalated(by: Principal) -> Q:
    """Critical, unacknowledged and overdue at ``by``'s facilities: for everybody there."""
    return Q(
        facility__in=by.facilities_with(CHART_READ),
        critical=True,
        state="new",
        due_at__lte=timezone.now(),
    )


def reach(by: Principal) -> Q:
    """Everything that ``by`` may acknowledge without taking it over first."""
    return mine(by) | covered(by) | team(by) | unowned(by)


CONDITIONS: Final = {"mine": mine, "covered": covered, "team": team, "unowned": unowned}


def inbox_counts(by: Principal) -> dict[str, int]:
    """How many results wait in each box, and how many of all are critical and unacknowledged."""
    rows = InboxItem.objects.waiting()
    counts = {name: rows.filter(condition(by)).count() for name, condition in CONDITIONS.items()}
    return counts | {"critical": _critical(by).count()}


def _critical(by: Principal) -> QuerySet[InboxItem]:
    where = reach(by) if by.may(RESULT_ACKNOWLEDGE) else escalated(by)
    return InboxItem.objects.unacknowledged().filter(where, critical=True)


def critical_unacknowledged(by: Principal, limit: int = SHOWN) -> list[Line]:
    """Critical results that nobody has seen yet, longest waiting first: top of every worklist."""
    if by.kind != "user" or not by.may(CHART_READ):
        return []
    return lines(by, _critical(by).order_by("arrived_at", "pk")[:limit])


def box(by: Principal, name: str) -> tuple[list[Line], bool]:
    """One box, critical first, then the oldest; whether there are more."""
    rows = (
        InboxItem.objects.waiting()
        .filter(CONDITIONS[name](by))
        .order_by("-critical", "arrived_at", "pk")[: SHOWN + 1]
    )
    found = lines(by, rows)
    return found[:SHOWN], len(found) > SHOWN


def of_patient(by: Principal, patient: Patient) -> list[Line]:
    """What still waits for somebody in one chart."""
    rows = InboxItem.objects.waiting().filter(patient=patient)
    return lines(by, rows.order_by("-critical", "arrived_at", "pk")[:SHOWN])


def lines(
    by: Principal, rows: QuerySet[InboxItem], *, parts_shown: int = PARTS_SHOWN
) -> list[Line]:
    """Items with what they are about: the same few queries for any number."""
    items = list(rows.select_related("patient", "owner", "facility"))
    open_ids = _open(by, {item.patient_id for item in items})
    parts = _parts(items)
    observations, reports = _records([*items, *(p for of in parts.values() for p in of)])
    ranges = LocalRanges.of_many(
        {item.patient_id: item.patient for item in items}.values(),
        {row.code_code for row in observations.values()},
    )
    shown = [
        _line(item, observations, reports, parts.get(item.pk, []), ranges[item.patient_id])
        for item in items
    ]
    shown = [_shortened(line, parts_shown) for line in shown]
    shut = _kept_back(by, [*observations.values()]) | _kept_back(by, [*reports.values()])
    shown = [
        _unnamed(line) if str(line.item.owner_id) != by.id and shut & _named(line, parts) else line
        for line in shown
    ]
    return [line if line.item.patient_id in open_ids else _closed(line, by) for line in shown]


def _kept_back(by: Principal, rows: Sequence[PatientRecord]) -> set[UUID]:
    """Those of ``rows`` that a label keeps from ``by``; whoever a result is for reads it."""
    labelled = {row.pk for row in rows if is_sensitive(row.security)}
    if not labelled:
        return set()
    every: Any = type(rows[0])._default_manager
    seen = every.visible_to(by).filter(pk__in=labelled)
    return labelled - set(seen.values_list("pk", flat=True))


def _named(line: Line, parts: dict[UUID, list[InboxItem]]) -> set[UUID]:
    return {line.item.record_id, *(part.record_id for part in parts.get(line.item.pk, []))}


def _open(by: Principal, patients: set[UUID]) -> set[UUID]:
    rows = Patient.objects.visible_to(by).filter(pk__in=patients)
    return set(rows.values_list("pk", flat=True))


def _parts(items: list[InboxItem]) -> dict[UUID, list[InboxItem]]:
    found: dict[UUID, list[InboxItem]] = {}
    for part in InboxItem.objects.filter(part_of__in=[item.pk for item in items]):
        found.setdefault(part.part_of_id, []).append(part)  # type: ignore[arg-type]
    return found


def _records(
    items: list[InboxItem],
) -> tuple[dict[UUID, Observation], dict[UUID, DiagnosticReport]]:
    ids: dict[str, list[UUID]] = {"Observation": [], "DiagnosticReport": []}
    for item in items:
        ids[item.kind].append(item.record_id)
    seen = Observation.objects.select_related("encounter").filter(pk__in=ids["Observation"])
    read = DiagnosticReport.objects.filter(pk__in=ids["DiagnosticReport"])
    return {row.pk: row for row in seen}, {row.pk: row for row in read}


def _line(
    item: InboxItem,
    observations: dict[UUID, Observation],
    reports: dict[UUID, DiagnosticReport],
    parts: list[InboxItem],
    local: LocalRanges,
) -> Line:
    ids = [item.record_id] if item.kind == "Observation" else [part.record_id for part in parts]
    results = [observations[key] for key in ids if key in observations]
    shown = [(str(row), reading(row, local)) for row in results]
    shown.sort(key=lambda pair: (not pair[1].critical, not pair[1].flag, pair[0]))
    report = reports.get(item.record_id)
    record = report or observations.get(item.record_id)
    return Line(
        item=item,
        patient=person(item.patient),
        may_open=True,
        name=str(record) if record else _("a result that is no longer here"),
        overdue=bool(
            item.critical and item.state == "new" and item.due_at and item.due_at <= timezone.now()
        ),
        readings=shown,
        more=0,
        conclusion=report.conclusion if report else "",
        status=record.status if record else "",
    )


def _shortened(line: Line, most: int) -> Line:
    """For a list: the worst results first, and how many more there are."""
    return replace(line, readings=line.readings[:most], more=max(len(line.readings) - most, 0))


def _unnamed(line: Line) -> Line:
    """Of a labelled result that somebody else is to read: whose, and that it waits."""
    return replace(_shut(line), name=_("a sensitive result"))


def _closed(line: Line, by: Principal) -> Line:
    """Of a chart that is not open: whose, and that it waits; which test to its owner alone."""
    known = str(line.item.owner_id) == by.id
    return replace(_shut(line), name=line.name if known else _("a result"))


def _shut(line: Line) -> Line:
    return replace(line, readings=[], more=0, conclusion="", status="", may_open=False)
