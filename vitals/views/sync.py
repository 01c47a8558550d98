"""Other systems that receive records: how they stand, and what an administrator decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import principal, requires
from accounts.roles import SYNC_MANAGE
from fhir.errors import NotFound
from fhir.models import Change
from vitals.models import SyncPending, SyncTarget
from vitals.sync import acts, progress
from vitals.sync.forms import ChoiceForm, ConfirmForm

if TYPE_CHECKING:
    from uuid import UUID


def _target(target_id: UUID) -> SyncTarget:
    target = SyncTarget.objects.filter(pk=target_id).first()
    if target is None:
        raise NotFound
    return target


@require_safe
@requires(SYNC_MANAGE)
def sync(request: HttpRequest) -> HttpResponse:
    """Every target: progress, lag, trouble."""
    audit.record_access(by=principal(request), action="list-sync")
    return render(request, "sync/targets.html", {"rows": progress.all_progress()})


@require_safe
@requires(SYNC_MANAGE)
def sync_target(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """One target: what it receives, what waits, what needs a person."""
    target = _target(target_id)
    audit.record_access(by=principal(request), action="read-sync", detail={"target": target.name})
    return _page(request, target)


def _page(
    request: HttpRequest,
    target: SyncTarget,
    *,
    choice: ChoiceForm | None = None,
    confirm: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    read = acts.disclosure(target)
    asked = {"patients": read.patients, "plan": read.plan}
    last = Change.objects.aggregate(last=Max("seq"))["last"] or 0
    context: dict[str, Any] = {
        "target": target,
        "row": progress.progress(target, last),
        "disclosure": read,
        "chosen": target.cohort != SyncTarget.Cohort.NOBODY and bool(target.types),
        "choice": choice or ChoiceForm(by=principal(request), initial=_chosen(target)),
        "confirm": confirm or ConfirmForm(initial=asked),
        "stuck": progress.stuck(target),
        "recalls": progress.unconfirmed_recalls(target),
        "failing": progress.failing(target),
    }
    return render(request, "sync/target.html", context, status=status)


def _chosen(target: SyncTarget) -> dict[str, Any]:
    chosen = {
        "cohort": target.cohort,
        "facility": target.facility_id,
        "team_name": target.team_name,
        "include_waveforms": target.include_waveforms,
        "include_imported": target.include_imported,
    }
    return chosen | ({"types": target.types} if target.types else {})


@require_POST
@requires(SYNC_MANAGE)
def sync_choose(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Keep who and what it is to receive."""
    target, by = _target(target_id), principal(request)
    form = ChoiceForm(request.POST, by=by)
    if not form.is_valid():
        return _page(request, target, choice=form, status=422)
    acts.choose(by=by, target=target, choice=form.choice())
    return redirect("sync-target", target.pk)


@require_POST
@requires(SYNC_MANAGE)
def sync_confirm(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Let records flow."""
    target = _target(target_id)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, target, confirm=form, status=422)
    read = acts.Disclosure(form.cleaned_data["patients"], target.host, form.cleaned_data["plan"])
    acts.confirm(by=principal(request), target=target, read=read)
    return redirect("sync-target", target.pk)


@require_POST
@requires(SYNC_MANAGE)
def sync_withdraw(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Stop sending."""
    target = _target(target_id)
    acts.withdraw(by=principal(request), target=target)
    return redirect("sync-target", target.pk)


@require_POST
@requires(SYNC_MANAGE)
def sync_retry(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Try everything again now."""
    target = _target(target_id)
    acts.retry(by=principal(request), target=target)
    return redirect("sync-target", target.pk)


@require_POST
@requires(SYNC_MANAGE)
def sync_decide(request: HttpRequest, pending_id: int) -> HttpResponse:
    """Settle one conflict."""
    pending = SyncPending.objects.select_related("target").filter(pk=pending_id).first()
    if pending is None:
        raise acts.NotInConflict
    keep: Literal["ours", "theirs"] = "ours" if request.POST.get("keep") == "ours" else "theirs"
    acts.decide(by=principal(request), pending=pending, keep=keep)
    return redirect("sync-target", pending.target_id)
