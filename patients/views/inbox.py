"""Results that wait: mine, those I cover, my team's, and those without an owner."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import RESULT_ACKNOWLEDGE
from fhir.errors import NotFound, VersionConflict
from fhir.principal import Principal
from patients.access import open_to
from patients.acts import inbox as acts
from patients.acts.covers import come_back, go_away
from patients.chart.acted import choices, in_words
from patients.chart.inbox import BOXES, box, critical_unacknowledged, inbox_counts, lines
from patients.chart.sections import banner
from patients.forms.inbox import CoverForm
from patients.models import Cover, InboxEvent, InboxItem, Patient
from patients.reviewing import references
from patients.views.editing import same_patient

STEPS = ("see", "act", "close", "take")

EVERY_PART = 10_000


@require_safe
@requires(RESULT_ACKNOWLEDGE)
def inbox(request: HttpRequest) -> HttpResponse:
    """One box of waiting results; criticals of all boxes on top."""
    by = principal(request)
    name = request.GET.get("box", "mine")
    if name not in BOXES:
        raise NotFound
    shown, more = box(by, name)
    critical = critical_unacknowledged(by)
    on_top = {line.item.pk for line in critical}
    rest = [line for line in shown if line.item.pk not in on_top]
    audit.record_access(
        by=by,
        action="inbox",
        entities=[
            *(f"{line.item.kind}/{line.item.record_id}" for line in [*critical, *rest]),
            *references(line.patient.id for line in [*critical, *rest]),
        ],
    )
    context = {
        "box": name,
        "boxes": [(key, label) for key, label in BOXES.items()],
        "counts": inbox_counts(by),
        "critical": critical,
        "lines": rest,
        "more": more,
        "covers": Cover.objects.filter(user_id=by.id, end__gt=timezone.now()).order_by("start"),
    }
    return render(request, "results/inbox.html", context)


def open_item(by: Principal, item_id: UUID) -> InboxItem:
    """One item of a chart that is open to ``by``.

    Raises:
        NotFound: there is none, or the chart is closed.
    """
    rows = InboxItem.objects.select_related("patient", "owner", "facility", "part_of")
    item = rows.filter(pk=item_id).first()
    if item is None or not Patient.objects.visible_to(by).filter(pk=item.patient_id).exists():
        raise NotFound
    found: InboxItem = item.part_of or item
    open_to(by, found.patient)
    return found


@require_safe
@requires(RESULT_ACKNOWLEDGE)
def inbox_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One waiting result: everything in it, its way so far, and the next step."""
    by = principal(request)
    item = open_item(by, item_id)
    return item_page(request, by, item)


def item_page(
    request: HttpRequest, by: Principal, item: InboxItem, *, status: int = 200
) -> HttpResponse:
    """The page of one item."""
    audit.record_access(
        by=by,
        action="read",
        entities=[f"{item.kind}/{item.record_id}"],
        patient_id=item.patient_id,
    )
    line = lines(by, InboxItem.objects.filter(pk=item.pk), parts_shown=EVERY_PART)[0]
    events = list(InboxEvent.objects.filter(item=item).order_by("-at", "-pk")[:50])
    linked = in_words(item.patient, [item.acted_reference, *(e.reference for e in events)])
    context = banner(item.patient) | {
        "tab": "results",
        "line": line,
        "acted": linked.get(item.acted_reference, ""),
        "events": [(event, linked.get(event.reference, "")) for event in events],
        "choices": choices(item.patient),
    }
    return render(request, "results/inbox_item.html", context, status=status)


@require_POST
@requires(RESULT_ACKNOWLEDGE)
def inbox_step(request: HttpRequest, item_id: UUID, step: str) -> HttpResponse:
    """Seen, acted, closed or taken over."""
    if step not in STEPS:
        raise NotFound
    by = principal(request)
    item = open_item(by, item_id)
    same_patient(request, item.patient)
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 10 else 0
    try:
        if step == "act":
            reference = request.POST.get("reference", "")
            acts.act(by=by, item=item, reference=reference, expected=expected)
        else:
            {"see": acts.see, "close": acts.close, "take": acts.take}[step](
                by=by, item=item, expected=expected
            )
    except VersionConflict as conflict:
        messages.warning(request, conflict.message)
        return item_page(request, by, open_item(by, item_id), status=409)
    if step == "close" or request.POST.get("back") == "list":
        return redirect("inbox")
    return redirect("inbox-item", item.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RESULT_ACKNOWLEDGE)
def inbox_cover(request: HttpRequest) -> HttpResponse:
    """Say from when to when one is away, and who reads meanwhile."""
    by = principal(request)
    form = CoverForm(
        request.POST or None, by=by, initial={"start": timezone.localtime(timezone.now())}
    )
    if request.method == "POST" and form.is_valid():
        cover = go_away(by=by, **form.chosen())
        reader = cover.covered_by or cover.team
        messages.success(request, _("%(reader)s reads your results.") % {"reader": reader})
        return redirect("inbox")
    return render(request, "results/cover.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(RESULT_ACKNOWLEDGE)
def inbox_back(request: HttpRequest, cover_id: int) -> HttpResponse:
    """Be back."""
    come_back(by=principal(request), cover_id=cover_id)
    messages.success(request, _("You read your own results again."))
    return redirect("inbox")
