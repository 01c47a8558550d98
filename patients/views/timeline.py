"""The timeline of a chart."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.roles import CHART_READ
from patients.chart.sections import banner
from patients.chart.timeline import KINDS, timeline
from patients.views.opening import looked, open_patient


class TimelineForm(forms.Form):
    """What to show. It is posted, so that no word about a patient stands in an address."""

    text = forms.CharField(required=False, max_length=200, label=_("Find in this chart"))
    kinds = forms.MultipleChoiceField(
        required=False,
        label=_("Show only"),
        choices=[(kind.id, kind.label) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    after_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    after_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    newest = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def after(self) -> tuple[datetime, UUID] | None:
        """The entry that the page follows."""
        key = None if self.cleaned_data["newest"] else self.cleaned_data.get("after_id")
        try:
            at = datetime.fromisoformat(self.cleaned_data.get("after_at", ""))
        except ValueError:
            return None
        return (at, key) if key is not None and at.tzinfo is not None else None


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CHART_READ)
def patient_timeline(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Everything that happened, newest first."""
    patient = open_patient(request, patient_id)
    form = TimelineForm(request.POST if request.method == "POST" else {})
    asked: dict[str, Any] = {}
    if form.is_valid():
        asked = {
            "kinds": form.cleaned_data["kinds"],
            "text": form.cleaned_data["text"],
            "after": form.after(),
        }
    page = timeline(patient, **asked)
    looked(request, patient)
    context = banner(patient) | {"tab": "timeline", "form": form, "page": page, "asked": asked}
    return render(request, "patients/timeline.html", context, status=422 if form.errors else 200)
