"""Orders in words: what was asked, why, by whom, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.chart.concepts import all_words, name_of, noted
from patients.chart.people import names_of
from patients.models import DiagnosticReport, Observation, Patient, ServiceRequest

PAGE: Final = 50

INTENTS: Final[dict[str, Promise]] = {
    "proposal": _("proposal, not ordered"),
    "plan": _("plan, not ordered yet"),
    "directive": _("directive"),
    "original-order": _("original order"),
    "reflex-order": _("reflex order"),
    "filler-order": _("filler order"),
    "instance-order": _("instance of an order"),
    "option": _("option, not ordered"),
}
PRIORITIES: Final[dict[str, Promise]] = {
    "urgent": _("urgent"),
    "asap": _("as soon as possible"),
    "stat": _("immediately"),
}


@dataclass(frozen=True)
class OrderRow:
    """One order as shown.

    Attributes:
        intent: Said where it is anything but a plain order; empty for an order.
        not_perform: It says that the test must not be done.
    """

    id: UUID
    version: int
    name: str
    uncoded: bool
    imaging: bool
    status: str
    intent: str | Promise
    not_perform: bool
    priority: str | Promise
    urgent: bool
    reason: str
    authored_at: datetime | None
    due_at: datetime | None
    requester: str
    specimens: list[str]
    is_open: bool


def orders(
    patient: Patient, after: tuple[datetime | None, UUID] | None = None
) -> list[ServiceRequest]:
    """One page of orders, newest first, and one more to tell whether there are more."""
    rows = ServiceRequest.objects.of(patient)
    if after is not None:
        at, key = after
        older = Q(authored_at__isnull=True, pk__lt=key)
        if at is not None:
            older = Q(authored_at__lt=at) | Q(authored_at=at, pk__lt=key)
            older |= Q(authored_at__isnull=True)
        rows = rows.filter(older)
    return list(rows.order_by(newest_first("authored_at"), "-pk")[: PAGE + 1])


def newest_first(column: str) -> Any:
    """Newest first; what has no time comes last, it is not new."""
    return F(column).desc(nulls_last=True)


def order_rows(rows: Iterable[ServiceRequest]) -> list[OrderRow]:
    """Orders in words; one query for all requesters."""
    shown = list(rows)
    names = names_of(row.requester for row in shown)
    return [_order_row(row, names) for row in shown]


def _order_row(row: ServiceRequest, names: dict[str, str]) -> OrderRow:
    said = (row.extra.get("requester") or {}).get("display", "")
    reasons = [all_words(row.reasons)]
    reasons += [ref.get("display", "") for ref in row.reason_references or []]
    return OrderRow(
        id=row.pk,
        version=row.version,
        name=noted(name_of(row, "code"), row),
        uncoded=not row.code_code,
        imaging=row.is_imaging,
        status=row.status,
        intent=INTENTS.get(row.intent, "" if row.intent == "order" else intent_words(row.intent)),
        not_perform=row.do_not_perform is True,
        priority=PRIORITIES.get(row.priority, ""),
        urgent=row.priority in PRIORITIES,
        reason=", ".join(filter(None, reasons)),
        authored_at=row.authored_at,
        due_at=row.occurrence_start,
        requester=str(said or names.get(row.requester, "")),
        specimens=[str(s.get("display") or s.get("reference", "")) for s in row.specimens or []],
        is_open=row.is_open,
    )


def intent_words(intent: str) -> str | Promise:
    """An intent that this house does not know, or that nobody recorded."""
    return intent or _("intent not recorded")


def answers(order: ServiceRequest) -> tuple[list[Observation], list[DiagnosticReport]]:
    """Results and reports that name the order."""
    results = Observation.objects.beside(order).filter(based_on=order.reference)
    reports = DiagnosticReport.objects.beside(order).filter(
        order_references__contains=[order.reference]
    )
    return (
        list(results.select_related("encounter").order_by("-effective_start", "-id")[:PAGE]),
        list(reports.order_by("-effective_start", "-id")[:PAGE]),
    )
