"""Breaking the glass of one chart, and closing it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import principal, requires
from accounts.roles import CHART_BREAK_GLASS
from fhir.errors import NotFound
from patients.access import barriers
from patients.acts import break_glass as acts
from patients.chart.access import held_glass
from patients.chart.person import person
from patients.forms.access import BreakGlassForm
from patients.models import BreakGlass
from patients.views.editing import same_patient
from patients.views.identity import looked_at, open_identity


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_BREAK_GLASS)
def break_glass(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Why; then the chart, at once."""
    by = principal(request)
    patient = open_identity(request, patient_id)
    if not acts.may_break_glass(by, patient):
        raise NotFound
    if held_glass(by, patient) is not None:
        return redirect("patient-chart", patient.pk)
    form = BreakGlassForm(request.POST or None)
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            glass = acts.break_glass(by=by, patient=patient, **form.cleaned_data)
            until = f"{timezone.localtime(glass.until):%H:%M}"
            messages.warning(request, _("The glass is broken until %(until)s.") % {"until": until})
            return redirect("patient-chart", patient.pk)
    looked_at(request, patient)
    context = {
        "form": form,
        "patient": person(patient),
        "barriers": [each.label for each in barriers(by, patient)],
    }
    return render(request, "access/break_glass.html", context, status=422 if form.errors else 200)


@require_POST
def end_break_glass(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """Close the chart again: by who opened it, or by the privacy officer."""
    by = principal(request)
    glass = BreakGlass.objects.filter(pk=glass_id).first()
    if glass is None:
        raise NotFound
    acts.end_glass(by=by, glass=glass)
    messages.success(request, _("The glass is whole again: the chart is closed."))
    return redirect("home" if str(glass.user_id) == by.id else "access-reviews")
