"""Orders of a chart: list, order, revoke, take the specimen, enter what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import principal, requires
from accounts.roles import CHART_READ, CHART_WRITE, ORDER_WRITE
from fhir.errors import VersionConflict
from fhir.principal import Principal
from patients.acts import orders as acts
from patients.acts.results import enter, report
from patients.chart.orders import PAGE, answers, order_rows, orders
from patients.chart.ranges import LocalRanges
from patients.chart.readings import reading
from patients.chart.reports import report_row
from patients.chart.sections import banner, loaded
from patients.chart.versions import versions
from patients.forms.orders import CollectForm, OrderForm, RevokeForm
from patients.forms.results import ReportForm, ResultForm
from patients.models import Concept, Patient, ServiceRequest
from patients.terminology.coded import Coded
from patients.views.cursors import opened_row, seal
from patients.views.editing import merge_page, same_patient
from patients.views.opening import looked, open_patient, open_record


@require_safe
@requires(CHART_READ)
def patient_orders(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every order, newest first."""
    patient = open_patient(request, patient_id)
    looked(request, patient)
    after = opened_row(request)

    def load(who: Patient) -> dict[str, Any]:
        rows = orders(who, after)
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        older = seal(last.authored_at, last.pk) if last else ""
        return {"orders": order_rows(rows[:PAGE]), "older": older}

    context = banner(patient) | {"tab": "orders", "may_order": principal(request).may(ORDER_WRITE)}
    return render(request, "orders/orders.html", context | loaded("orders", load, patient))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ORDER_WRITE)
def order_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Order a test."""
    patient = open_patient(request, patient_id)
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        row = acts.order(by=principal(request), patient=patient, wanted=form.wanted())
        messages.success(request, _("%(test)s is ordered.") % {"test": row})
        return redirect("orders", patient.pk)
    looked(request, patient)
    context = banner(patient) | {"tab": "orders", "form": form}
    return render(request, "orders/new.html", context, status=422 if form.errors else 200)


@require_safe
@requires(CHART_READ)
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order: what came of it, and what can be done with it."""
    row, patient = open_record(request, ServiceRequest, order_id)
    looked(request, patient, row)
    return page(request, row, patient)


def page(
    request: HttpRequest,
    row: ServiceRequest,
    patient: Patient,
    *,
    revoke: RevokeForm | None = None,
    collect: CollectForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one order, with the forms that fit its state and the reader's role."""
    by = principal(request)
    results, reports = answers(row)
    local = LocalRanges(patient, {each.code_code for each in results})
    now = {"version": row.version, "at": timezone.localtime()}
    context = banner(patient) | {
        "tab": "orders",
        "order": order_rows([row])[0],
        "notes": row.notes or [],
        "values": [(str(each), reading(each, local)) for each in results],
        "reports": [report_row(each) for each in reports],
        "versions": versions(row),
        "revoke": (revoke or RevokeForm(initial=now)) if may_revoke(by, row) else None,
        "collect": (collect or CollectForm(initial=now)) if may_collect(by, row) else None,
        "may_enter": by.may(CHART_WRITE) and row.is_open and not row.do_not_perform,
        "may_order": by.may(ORDER_WRITE),
    }
    return render(request, "orders/order.html", context, status=status)


def may_revoke(by: Principal, row: ServiceRequest) -> bool:
    """An open order, by whoever may order."""
    return row.is_open and by.may(ORDER_WRITE)


def may_collect(by: Principal, row: ServiceRequest) -> bool:
    """An open laboratory order, by whoever writes in the chart."""
    return row.is_open and not row.is_imaging and not row.do_not_perform and by.may(CHART_WRITE)


@require_POST
@requires(ORDER_WRITE)
def order_revoke(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Take an order back."""
    row, patient = open_record(request, ServiceRequest, order_id)
    same_patient(request, patient)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return page(request, row, patient, revoke=form, status=422)
    said = form.cleaned_data
    try:
        acts.revoke(by=principal(request), row=row, reason=said["reason"], expected=said["version"])
    except VersionConflict:
        return changed_meanwhile(request, order_id, revoke=form)
    messages.success(request, _("The order of %(test)s is revoked.") % {"test": row})
    return redirect("orders", patient.pk)


@require_POST
@requires(CHART_WRITE)
def order_collect(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Say that the specimen was taken."""
    row, patient = open_record(request, ServiceRequest, order_id)
    same_patient(request, patient)
    form = CollectForm(request.POST)
    if not form.is_valid():
        return page(request, row, patient, collect=form, status=422)
    said = form.cleaned_data
    try:
        acts.collect(
            by=principal(request),
            row=row,
            kind=said["kind"],
            at=said["at"],
            expected=said["version"],
        )
    except VersionConflict:
        return changed_meanwhile(request, order_id, collect=form)
    messages.success(request, _("The specimen for %(test)s is taken.") % {"test": row})
    return redirect("order", row.pk)


def changed_meanwhile(
    request: HttpRequest,
    order_id: UUID,
    *,
    revoke: RevokeForm | None = None,
    collect: CollectForm | None = None,
) -> HttpResponse:
    """The newest state of the order, with what was typed still in the form."""
    newest, patient = open_record(request, ServiceRequest, order_id)
    form = revoke or collect
    if form is not None:
        data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data[form.add_prefix("version")] = str(newest.version)
        form.data = data
    messages.warning(
        request,
        _("Somebody changed this order meanwhile. Nothing was saved; look at it, then repeat."),
    )
    return page(request, newest, patient, revoke=revoke, collect=collect, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_WRITE)
def order_result(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Enter a value against an order."""
    row, patient = open_record(request, ServiceRequest, order_id)
    acts.require_open(row)
    start = {"unit": usual_unit(row), "at": timezone.localtime(), "version": row.version}
    form = ResultForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        said = form.cleaned_data
        try:
            enter(
                by=principal(request),
                order=row,
                found=form.found(),
                expected=said["version"],
                complete=said["complete"],
            )
        except VersionConflict:
            return merge(request, form, order_id)
        messages.success(request, _("The result of %(test)s is entered.") % {"test": row})
        return redirect("order", row.pk)
    looked(request, patient, row)
    context = banner(patient) | {"tab": "orders", "form": form, "name": str(row)}
    context |= {"back": ("order", row.pk), "heading": _("Enter a result")}
    return render(request, "results/form.html", context, status=422 if form.errors else 200)


def usual_unit(row: ServiceRequest) -> str:
    """The unit that the table of tests names; a suggestion."""
    known = Concept.objects.filter(system=row.code_system, code=row.code_code).exclude(code="")
    return known.values_list("unit", flat=True).first() or ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_WRITE)
def order_report(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Enter a report in words against an order."""
    row, patient = open_record(request, ServiceRequest, order_id)
    acts.require_open(row)
    start = {"examination": str(row), "at": timezone.localtime(), "version": row.version}
    form = ReportForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        same_patient(request, patient)
        category = "imaging" if row.is_imaging else "laboratory"
        try:
            made = report(
                by=principal(request),
                patient=patient,
                written=form.written(category, Coded.of(row, "code")),
                order=row,
                expected=form.cleaned_data["version"] or 0,
            )
        except VersionConflict:
            return merge(request, form, order_id)
        messages.success(request, _("The report is entered."))
        return redirect("report", made.pk)
    looked(request, patient, row)
    context = banner(patient) | {"tab": "orders", "form": form, "name": str(row)}
    context |= {"back": ("order", row.pk), "heading": _("Enter a report")}
    return render(request, "results/form.html", context, status=422 if form.errors else 200)


def merge(request: HttpRequest, form: Any, order_id: UUID) -> HttpResponse:
    """The order changed while its result was typed: nothing typed is lost."""
    newest, patient = open_record(request, ServiceRequest, order_id)
    return merge_page(
        request, form, current={}, patient=patient, version=newest.version, title=str(newest)
    )
