"""Ordering tests: order, revoke, say that the specimen was taken."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.roles import CHART_WRITE, ORDER_WRITE
from fhir import changes
from fhir.errors import Invalid, Refusal
from fhir.known import Known
from fhir.models.record import new_id
from fhir.principal import Principal
from fhir.registry import mapping
from fhir.times import moment_text
from patients.acts.charting import annotate, author, author_reference, create, open_chart, update
from patients.models import Encounter, Patient, ServiceRequest
from patients.models.orders import IMAGING_PROCEDURE, LABORATORY_PROCEDURE
from patients.terminology.coded import Coded

CATEGORIES = {"laboratory": LABORATORY_PROCEDURE, "imaging": IMAGING_PROCEDURE}
PRIORITIES = ("routine", "urgent", "asap", "stat")


class NotOpen(Refusal):
    """This order is no longer open: it was completed, revoked or entered in error."""

    status = 409
    code = "order-not-open"
    issue = "conflict"


@dataclass(frozen=True)
class Wanted:
    """What is ordered.

    Attributes:
        code: The test.
        category: ``laboratory`` or ``imaging``.
        reason: Why, in words; whoever does it needs to know.
        priority: One of ``PRIORITIES``.
        due_at: When it is to be done, if not now.
        note: For whoever does it.
    """

    code: Coded
    category: str
    reason: str
    priority: str = "routine"
    due_at: datetime | None = None
    note: str = ""


def order(*, by: Principal, patient: Patient, wanted: Wanted) -> ServiceRequest:
    """Ask for a test.

    Raises:
        NotAllowed: ``by`` may not order.
        NotFound: the chart is not open to ``by``.
        Invalid: the test or its reason is missing, or the category or priority is unknown.
    """
    _check(wanted)
    row = ServiceRequest(
        patient=patient,
        status="active",
        intent="order",
        priority=wanted.priority,
        categories=[CATEGORIES[wanted.category]],
        encounter=open_visit(by, patient),
        authored_at=timezone.now(),
        occurrence_start=wanted.due_at,
        occurrence_end=wanted.due_at,
        requester=author_reference(by),
        reasons=[{"text": wanted.reason}],
        **wanted.code.columns("code"),
    )
    if not row.requester:
        row.extra = {"requester": author(by)}
    if wanted.note:
        annotate(row, by, wanted.note)
    return create(row, by=by, scope=ORDER_WRITE, action="order")


def _check(wanted: Wanted) -> None:
    if not wanted.code.words.strip():
        raise Invalid(_("Test: say what is ordered."))
    if not wanted.reason.strip():
        raise Invalid(_("Reason: say why; the laboratory or radiologist needs it."))
    if wanted.category not in CATEGORIES:
        raise Invalid(_("Kind: choose laboratory or imaging."))
    if wanted.priority not in PRIORITIES:
        raise Invalid(_("Priority: choose routine, urgent, as soon as possible or immediately."))


def open_visit(by: Principal, patient: Patient) -> Encounter | None:
    """The visit that an entry belongs to: open now, at a facility of ``by`` before any other."""
    rows = list(Encounter.objects.of(patient).open().order_by("-start", "-id")[:20])
    mine = by.facilities_with(CHART_WRITE)
    return next((row for row in rows if row.organization_id in mine), rows[0] if rows else None)


def revoke(*, by: Principal, row: ServiceRequest, reason: str, expected: int) -> ServiceRequest:
    """Take an open order back; it stays, with the reason.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is changed.
        NotOpen: it is over already.
        Invalid: no reason was given.
    """
    require_open(row)
    if not reason.strip():
        raise Invalid(_("Reason: say why the order is revoked."))
    row.status = "revoked"
    annotate(row, by, _("Revoked: %(reason)s") % {"reason": reason})
    return update(row, by=by, expected=expected, scope=ORDER_WRITE, action="revoke-order")


@transaction.atomic
def collect(
    *, by: Principal, row: ServiceRequest, kind: str, at: datetime, expected: int
) -> ServiceRequest:
    """Say that the specimen was taken; a FHIR Specimen keeps what, when and by whom.

    Raises:
        NotAllowed, NotFound, VersionConflict: nothing is changed.
        NotOpen: it is over already.
        Invalid: it would have been taken before it was ordered by more than a day.
    """
    require_open(row)
    patient = open_chart(by, row.patient)
    specimen: Any = mapping("Specimen").read(
        {
            "resourceType": "Specimen",
            "id": str(new_id()),
            "type": {"text": kind},
            "subject": {"reference": patient.reference},
            "request": [{"reference": row.reference}],
            "collection": {"collector": author(by), "collectedDateTime": moment_text(at)},
        },
        Known(),
    )
    changes.create(specimen, by=by)
    audit.record(by, "create", specimen)
    display = f"{kind}, {timezone.localtime(at):%d-%b-%Y %H:%M}"
    row.specimens = [*(row.specimens or []), {"reference": specimen.reference, "display": display}]
    return update(row, by=by, expected=expected, action="collect-specimen")


def require_open(row: ServiceRequest) -> None:
    """Refuse what is over, or must not be done.

    Raises:
        NotOpen: it is completed, revoked or entered in error, or says "do not perform".
    """
    if not row.is_open:
        raise NotOpen
    if row.do_not_perform:
        raise NotOpen(_("This order says that the test must not be performed."))
