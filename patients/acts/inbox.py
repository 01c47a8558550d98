"""Results find their owner, and what the owner does with them."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import require
from accounts.roles import RESULT_ACKNOWLEDGE
from fhir.errors import Invalid, Refusal, VersionConflict
from fhir.principal import SYSTEM, Principal
from fhir.registry import mapping
from patients.acts.charting import open_chart
from patients.acts.routing import Arrivals, Result, is_fresh, waits_for_somebody
from patients.chart.inbox import reach
from patients.models import DiagnosticReport, InboxEvent, InboxItem, Observation, PatientRecord
from patients.models.inbox import State

# What somebody can have done about a result.
ACTED_WITH = ("DocumentReference", "ServiceRequest", "Task", "MedicationRequest")
TAKEN_BACK = ("corrected", "amended", "entered-in-error", "cancelled")


class NotYours(Refusal):
    """This result belongs to somebody else. Take it over first; that is kept with your name."""

    status = 403
    code = "not-your-result"
    issue = "forbidden"


class NotSeen(Refusal):
    """Look at the result and mark it as seen first."""

    status = 409
    code = "not-seen"
    issue = "conflict"


class ActFirst(Refusal):
    """A critical result is closed only after something was done. Link a note, order or task."""

    status = 409
    code = "act-first"
    issue = "conflict"


def route(records: list[Result]) -> None:
    """Give each result or report that just came an owner; what was corrected comes back.

    Called whenever Observations or DiagnosticReports are saved, whoever sent them. What is older
    than seven days, or no laboratory or imaging result, costs no query.
    """
    known = [record for record in records if waits_for_somebody(record)]
    if not known or not any(is_fresh(record) or record.version > 1 for record in known):
        return
    kind = known[0].resource_type
    items = {
        item.record_id: item
        for item in InboxItem.objects.filter(
            kind=kind, record_id__in=[record.pk for record in known]
        ).select_related("part_of")
    }
    for record in known:
        if record.pk in items:
            _again(items[record.pk], record)
    fresh = [r for r in known if r.pk not in items and is_fresh(r) and _has_result(r)]
    if fresh:
        _arrive(fresh)


def _has_result(record: Result) -> bool:
    return record.status in ("preliminary", "partial", "final", "corrected", "amended", "appended")


def _again(item: InboxItem, record: Result) -> None:
    """A result that is known here was saved anew."""
    if record.status == item.result_status and record.status not in TAKEN_BACK:
        return
    arrivals = Arrivals([record])
    critical = arrivals.is_critical(record)
    waiting = item.part_of or item
    InboxItem.objects.filter(pk=item.pk).update(result_status=record.status, critical=critical)
    if waiting.pk == item.pk:
        waiting.critical = critical or _has_critical_part(waiting)
    else:
        waiting.critical = waiting.critical or critical
    _reopen(waiting, record.status)


def _has_critical_part(item: InboxItem) -> bool:
    return item.parts.filter(critical=True).exists()


def _reopen(item: InboxItem, reason: str) -> None:
    now = timezone.now()
    InboxItem.objects.filter(pk=item.pk).update(
        state=State.NEW,
        reopened_at=now,
        arrived_at=now,
        critical=item.critical,
        due_at=Arrivals.due(now) if item.critical else None,
        version=F("version") + 1,
    )
    _note([item], SYSTEM, State.NEW, reason)


def _arrive(fresh: list[Result]) -> None:
    """New items, each with its owner; a report takes its results along."""
    arrivals = Arrivals(fresh)
    items = [arrivals.item(record) for record in fresh]
    InboxItem.objects.bulk_create(items)
    _note(items, SYSTEM, State.NEW, "arrived")
    for record, item in zip(fresh, items, strict=True):
        if isinstance(record, DiagnosticReport):
            _take_parts(item, record)
    if isinstance(fresh[0], Observation):
        _join_reports({record.reference: item for record, item in zip(fresh, items, strict=True)})


def _take_parts(item: InboxItem, report: DiagnosticReport) -> None:
    """The results of a report wait as one with it."""
    ids = [ref.partition("/")[2] for ref in report.result_references]
    if not ids:
        return
    results = Observation.objects.filter(fhir_id__in=ids, patient_id=item.patient_id)
    parts = InboxItem.objects.filter(
        kind="Observation", record_id__in=results.values("pk"), part_of__isnull=True
    )
    critical = parts.filter(critical=True).exists()
    parts.update(part_of=item)
    if critical and not item.critical:
        InboxItem.objects.filter(pk=item.pk).update(
            critical=True, due_at=Arrivals.due(item.arrived_at)
        )


def _join_reports(items: dict[str, InboxItem]) -> None:
    """Results that came after the report that names them."""
    reports = DiagnosticReport.objects.filter(
        result_references__overlap=list(items),
        patient__in={item.patient_id for item in items.values()},
    )
    named = {reference: report.pk for report in reports for reference in report.result_references}
    if not named:
        return
    waiting = {
        row.record_id: row
        for row in InboxItem.objects.filter(
            kind="DiagnosticReport", record_id__in=set(named.values())
        )
    }
    for reference, item in items.items():
        parent = waiting.get(named.get(reference))  # type: ignore[arg-type]  # None finds nothing
        if parent is None:
            continue
        InboxItem.objects.filter(pk=item.pk).update(part_of=parent)
        if parent.state != State.NEW or (item.critical and not parent.critical):
            parent.critical = parent.critical or item.critical
            _reopen(parent, "result added")


def _note(
    items: list[InboxItem], by: Principal, state: State, reason: str, reference: str = ""
) -> None:
    now = timezone.now()
    InboxEvent.objects.bulk_create(
        InboxEvent(
            item=item,
            at=now,
            principal=by.label,
            name=by.name[:300],
            state=state,
            reason=reason[:40],
            reference=reference,
        )
        for item in items
    )


@transaction.atomic
def see(*, by: Principal, item: InboxItem, expected: int) -> InboxItem:
    """Acknowledge: ``by`` has read it. An unowned one becomes theirs.

    Raises:
        NotAllowed, NotFound, NotYours: ``by`` may not.
        VersionConflict: it changed since it was shown.
    """
    _may(by, item)
    owner = {} if item.owner_id else {"owner_id": by.id}
    return _step(by, item, expected, State.SEEN, "seen", **owner)


@transaction.atomic
def act(*, by: Principal, item: InboxItem, reference: str, expected: int) -> InboxItem:
    """Say what was done about it: the note, order, task or prescription ``reference``.

    Raises:
        NotAllowed, NotFound, NotYours, VersionConflict: as for ``see``.
        NotSeen: nobody has acknowledged it yet.
        Invalid: there is no such record of this patient.
    """
    _may(by, item)
    if item.state == State.NEW:
        raise NotSeen
    _of_this_patient(item, reference)
    return _step(by, item, expected, State.ACTED, "acted", acted_reference=reference)


@transaction.atomic
def close(*, by: Principal, item: InboxItem, expected: int) -> InboxItem:
    """Nothing is left to do.

    Raises:
        NotAllowed, NotFound, NotYours, VersionConflict: as for ``see``.
        NotSeen: nobody has acknowledged it yet.
        ActFirst: it is critical and nothing was done.
    """
    _may(by, item)
    if item.state == State.NEW:
        raise NotSeen
    if item.critical and not item.acted_reference:
        raise ActFirst
    return _step(by, item, expected, State.CLOSED, "closed")


@transaction.atomic
def take(*, by: Principal, item: InboxItem, expected: int) -> InboxItem:
    """Become the owner, whoever it was before.

    Raises:
        NotAllowed, NotFound: ``by`` may not acknowledge results, or not see the patient.
        VersionConflict: it changed since it was shown.
    """
    require(by, RESULT_ACKNOWLEDGE)
    open_chart(by, item.patient)
    return _step(by, item, expected, State(item.state), "taken over", owner_id=by.id)


def _may(by: Principal, item: InboxItem) -> None:
    require(by, RESULT_ACKNOWLEDGE)
    open_chart(by, item.patient)
    if not InboxItem.objects.filter(reach(by), pk=item.pk).exists():
        owner = item.owner
        raise NotYours(
            _("This result belongs to %(owner)s. Take it over first; that is kept with your name.")
            % {"owner": owner or _("another facility")}
        )


def _step(
    by: Principal, item: InboxItem, expected: int, state: State, reason: str, **columns: Any
) -> InboxItem:
    changed = InboxItem.objects.filter(pk=item.pk, version=expected).update(
        state=state, version=F("version") + 1, **columns
    )
    if not changed:
        raise VersionConflict(
            _(
                "Somebody acted on this result meanwhile. Look at its newest state, "
                "then repeat what is still needed."
            )
        )
    _note([item], by, state, reason, str(columns.get("acted_reference", "")))
    audit.record(
        by,
        f"result-{reason.replace(' ', '-')}",
        patient_id=item.patient_id,
        entities=[f"{item.kind}/{item.record_id}"],
    )
    item.refresh_from_db()
    return item


def _of_this_patient(item: InboxItem, reference: str) -> None:
    kind, _slash, fhir_id = reference.partition("/")
    if kind in ACTED_WITH:
        model = mapping(kind).model
        rows = model.objects.filter(fhir_id=fhir_id)
        if issubclass(model, PatientRecord) and rows.filter(patient=item.patient_id).exists():
            return
    raise Invalid(
        _('What was done: "%(reference)s" is no note, order, task or prescription of this patient.')
        % {"reference": reference[:80]}
    )
