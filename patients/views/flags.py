"""Flags of a patient: those that stand, raising one, and ending it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import principal, require, requires
from accounts.roles import CHART_READ, CHART_WRITE
from patients.acts.flags import end_flag, raise_flag
from patients.chart.flags import flags
from patients.chart.sections import banner, loaded
from patients.forms.flags import FlagForm
from patients.models import Flag
from patients.views.editing import same_patient
from patients.views.entry import conclude
from patients.views.opening import looked, open_patient, open_record

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@requires(CHART_READ)
def flags_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What stands on the banner and why, what ended, and the form that raises a flag."""
    by = principal(request)
    if request.method == "POST":
        require(by, CHART_WRITE)
    patient = open_patient(request, patient_id)
    form = FlagForm(request.POST or None)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            raise_flag(
                by=by,
                patient=patient,
                kind=form.kind,
                code=form.code,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The flag stands."))
            return redirect("flags", patient.id)
    looked(request, patient)
    context = banner(patient) | loaded("flags_page", flags, patient)
    context |= {"form": form, "tab": "plans", "may_write": by.may(CHART_WRITE)}
    return render(request, "plans/flags.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
@requires(CHART_WRITE)
def flag_end(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """End a flag, and say why."""
    flag, patient = open_record(request, Flag, flag_id)

    def act(reason: str, expected: int) -> None:
        end_flag(by=principal(request), flag=flag, reason=reason, expected=expected)

    return conclude(
        request,
        patient,
        act,
        version=flag.version,
        title=_("End: %(flag)s") % {"flag": flag},
        button=_("End flag"),
        back="flags",
        kind="danger",
        lede=_("It leaves the banner now. That it stood, and why, stays readable."),
        done=_("The flag has ended."),
    )
