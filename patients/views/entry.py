"""One form on a sheet, inside a chart: what entries of plans and flags look like."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fhir.errors import VersionConflict
from patients.chart.sections import banner
from patients.forms.plans import EndForm
from patients.models import Patient
from patients.views.editing import same_patient


def entry_page(
    request: HttpRequest,
    patient: Patient,
    form: forms.BaseForm,
    *,
    title: str,
    button: str,
    **more: Any,
) -> HttpResponse:
    """The form with whom it is for; 422 when something in it is wrong.

    Args:
        request: What is answered.
        patient: Whose chart.
        form: Bound or not.
        title: Heading.
        button: What sending it does.
        more: ``kind`` (look of the button: primary or danger), ``lede`` (a sentence under the
            heading), ``back`` (name of the address to go back to), ``changed`` (the record has a
            newer version than the person saw: 409).
    """
    usual: dict[str, Any] = {"tab": "plans", "back": "plans", "kind": "primary"}
    context = banner(patient) | usual | more | {"form": form, "title": title, "button": button}
    status = 409 if more.get("changed") else 422 if form.errors else 200
    return render(request, "plans/entry.html", context, status=status)


def conclude(
    request: HttpRequest,
    patient: Patient,
    act: Callable[[str, int], None],
    *,
    version: int,
    title: str,
    done: str,
    label: str = "",
    **page: Any,
) -> HttpResponse:
    """Ask why (or what came of it), then end something; nothing typed is lost on a conflict.

    Args:
        request: What is answered.
        patient: Whose chart.
        act: Ends it; takes the words and the version that the person saw.
        version: Newest version.
        title: Heading.
        done: What to say afterwards.
        label: What the words are called; "Reason" by default.
        page: For ``entry_page``.
    """
    form = EndForm(request.POST or None, initial={"version": version})
    form.fields["reason"].label = label or form.fields["reason"].label
    if request.method == "POST":
        same_patient(request, patient)
        if form.is_valid():
            try:
                act(form.cleaned_data["reason"], form.cleaned_data["version"])
            except VersionConflict:
                data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
                data["version"] = str(version)
                form.data = data
                return entry_page(request, patient, form, title=title, changed=True, **page)
            messages.success(request, done)
            return redirect(page.get("back", "plans"), patient.id)
    return entry_page(request, patient, form, title=title, **page)
