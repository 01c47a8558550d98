"""The page that shows every component."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ehr_project.components import SampleForm


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every UI element on one page, for people and for the browser tests."""
    return render(request, "style.html", {"form": SampleForm()})
