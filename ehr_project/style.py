"""The page that shows every component."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


class SampleForm(forms.Form):
    """A form with an error, so that errors can be looked at."""

    serial = forms.CharField(label="Serial number", help_text="On the back of the patch.")
    pacemaker = forms.ChoiceField(
        label="Pacemaker", choices=[("unknown", "Unknown"), ("yes", "Yes"), ("no", "No")]
    )


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every UI element on one page, for people and for the browser tests."""
    return render(request, "style.html", {"form": SampleForm({"pacemaker": "maybe"})})
