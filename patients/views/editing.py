"""Forms that change a record: nothing typed is lost, and nothing goes into the wrong chart."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fhir.errors import Refusal
from patients.chart.sections import banner
from patients.models import Patient


class AnotherPatient(Refusal):
    """The form was opened for another patient than the record belongs to. Nothing was saved."""

    status = 409
    code = "another-patient"
    issue = "conflict"


def same_patient(request: HttpRequest, patient: Patient) -> None:
    """The posted ``patient`` (hidden in ``patients/_who.html``) is the one the act is about.

    Raises:
        AnotherPatient: two tabs were mixed; nothing is saved.
    """
    if request.POST.get("patient") != str(patient.id):
        raise AnotherPatient(
            _(
                "This form was opened for another patient than %(name)s. Nothing was saved. "
                "Open the right chart and enter it again there."
            )
            % {"name": patient.name.listed}
        )


def shown(field: forms.Field, value: Any) -> str:
    """What a field holds as people read it: the words of a choice, yes or no."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    text = str(value or "")
    if not isinstance(field, forms.ChoiceField):
        return text
    words = dict(field.widget.choices)
    return str(words.get(text, text)) if text else ""


def merge_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    current: Mapping[str, Any],
    patient: Patient,
    version: int,
    title: str,
) -> HttpResponse:
    """What the person wrote beside what stands now; sending it again saves over the newest.

    Args:
        request: The refused request.
        form: Bound form with the person's values; its ``version`` becomes the newest.
        current: What the record says now, by field name of the form.
        patient: Whose record it is.
        version: Newest version.
        title: What is being edited, such as "Hypertension".
    """
    data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data[form.add_prefix("version")] = str(version)
    form.data = data
    rows = [
        {
            "bound": form[name],
            "now": shown(field, current[name]),
            "yours": shown(field, form[name].value()),
        }
        for name, field in form.fields.items()
        if name in current
    ]
    different = [row for row in rows if row["now"] != row["yours"]]
    added = [
        bound.label
        for bound in form.visible_fields()
        if bound.name not in current and bound.value() and not isinstance(bound.value(), bool)
    ]
    context = banner(patient) | {
        "form": form,
        "different": different,
        "added": added,
        "title": title,
    }
    return render(request, "patients/merge.html", context, status=409)
