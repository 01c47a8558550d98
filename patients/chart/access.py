"""What a chart says of access: kept back, opened in an emergency, and by whom lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import AuditEvent
from fhir.principal import Principal
from fhir.together import Loading, Sql
from patients.chart.looks import Look, in_words
from patients.chart.person import Person, person
from patients.models import BreakGlass, GlassReview, Patient, PatientRecord
from patients.models.break_glass import CLOSING, Overrode, Reason
from patients.models.labels import FUNCTION

TOLD_FOR = timedelta(days=14)
SHOWN_AT_MOST = 5
LOOKS_AT_MOST = 500


@dataclass(frozen=True)
class Glass:
    """A broken glass in words."""

    id: UUID
    who: str
    reason: str
    words: str
    overrode: list[str]
    began: datetime
    until: datetime
    ended_at: datetime | None
    stands: bool


@dataclass(frozen=True)
class Found:
    """One step of a review."""

    at: datetime
    by: str
    outcome: str
    remark: str
    closes: bool


@dataclass(frozen=True)
class Case:
    """A broken glass as its reviewer sees it: who, whose chart, why; nothing of the chart."""

    glass: Glass
    patient: Person
    state: str
    row: BreakGlass


def _labelled() -> str:
    """How many rows of each table are kept back from a reader who does not treat closely."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, PatientRecord) and model.may_be_kept_back
    ]
    parts = [
        f'SELECT count(*) AS n FROM "{table}" WHERE patient_id = %(patient)s '  # noqa: S608
        f"AND cardinality(security) > 0 AND {FUNCTION}(security)"
        for table in sorted(tables)
    ]
    return f"SELECT sum(n)::int AS n FROM ({' UNION ALL '.join(parts)}) AS each"  # noqa: S608


def kept_back(patient: Patient) -> Loading[int]:
    """How many labelled records the pages of this chart do not show to whoever opened it."""
    if not patient.keeps_back:
        return 0
    found = yield {"rows": Sql(_labelled(), {"patient": patient.pk})}
    return int(found["rows"][0].n or 0)


def glass_lately(patient: Patient) -> Loading[list[Glass]]:
    """Who opened this chart in an emergency in the last days: the treating team is told."""
    since = timezone.now() - TOLD_FOR
    rows = BreakGlass.objects.filter(patient=patient, began__gt=since).order_by("-began")
    found = yield {"rows": _named(rows)[:SHOWN_AT_MOST]}
    return [glass_words(row) for row in found["rows"]]


def held_glass(principal: Principal, patient: Patient) -> BreakGlass | None:
    """The glass that this reader holds broken."""
    held = BreakGlass.objects.held_by(principal).filter(patient=patient)
    return held.order_by("-until").first()


def _named(rows: QuerySet[BreakGlass]) -> Any:
    return rows.annotate(who=F("user__full_name"))


def glass_words(row: Any) -> Glass:
    """``row``, annotated with ``who``, for people."""
    return Glass(
        id=row.pk,
        who=row.who,
        reason=str(Reason(row.reason).label),
        words=row.words,
        overrode=[str(Overrode(each).label) for each in row.overrode],
        began=row.began,
        until=row.until,
        ended_at=row.ended_at,
        stands=row.stands,
    )


def cases(by: Principal, *, waiting: bool) -> list[Case]:
    """The review queue, longest waiting first; or what was judged, newest first."""
    rows = BreakGlass.objects.reviewed_by(by)
    rows = rows.waiting() if waiting else rows.exclude(pk__in=rows.waiting().values("pk"))
    newest = GlassReview.objects.filter(glass=OuterRef("pk")).order_by("-at").values("outcome")
    found = _named(rows).annotate(state=Subquery(newest[:1])).select_related("patient")
    return [_case(row) for row in found.order_by("began" if waiting else "-began")[:LOOKS_AT_MOST]]


def case_of(by: Principal, glass_id: UUID) -> Case | None:
    """One case, for who reviews it."""
    newest = GlassReview.objects.filter(glass=OuterRef("pk")).order_by("-at").values("outcome")
    rows = _named(BreakGlass.objects.reviewed_by(by)).annotate(state=Subquery(newest[:1]))
    row = rows.select_related("patient").filter(pk=glass_id).first()
    return _case(row) if row is not None else None


def _case(row: Any) -> Case:
    state = str(GlassReview.Outcome(row.state).label) if row.state else ""
    return Case(glass=glass_words(row), patient=person(row.patient), state=state, row=row)


def looks_of(case: Case) -> list[Look]:
    """What the person did in that chart while the glass was broken: when and what, not its text."""
    row = case.row
    rows = AuditEvent.objects.filter(
        patient_id=row.patient_id,
        principal=f"user:{row.user_id}",
        at__gte=row.began,
        at__lte=row.ended_at or row.until,
    ).order_by("at")[:LOOKS_AT_MOST]
    return list(in_words(list(rows), row.patient))


def reviews_of(case: Case) -> list[Found]:
    """What was found so far, oldest first."""
    rows = GlassReview.objects.filter(glass=case.row).select_related("by").order_by("at")
    return [
        Found(
            at=row.at,
            by=str(row.by),
            outcome=str(row.get_outcome_display()),
            remark=row.remark,
            closes=row.outcome in CLOSING,
        )
        for row in rows
    ]
