"""The page that shows every component, with invented content: for designers, tests and axe-core."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.forms.concept import ConceptField

NOBODY = UUID(int=0)


class SampleForm(forms.Form):
    """One field of each kind, shown with an error where it is required."""

    serial = forms.CharField(label="Serial number", help_text="Printed on the device.")
    wear_site = forms.CharField(label="Wear site", required=False)
    lead = forms.ChoiceField(label="Lead", choices=[("I", "I"), ("II", "II"), ("patch", "Patch")])
    pacemaker = forms.ChoiceField(
        label="Pacemaker",
        widget=forms.RadioSelect,
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")],
    )
    problem = ConceptField(kind="problem", label="Problem", help_text="Picked by typing.")
    confirm = forms.BooleanField(label="Both identifiers match the patient in front of me")


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Shows the components; holds nothing of any patient."""
    return render(request, "style.html", samples(timezone.now()))


def samples(now: datetime) -> dict[str, Any]:
    """Everything the page shows, all invented."""
    typed = {"serial": "", "wear_site": "left chest", "lead": "I", "problem": "Moon sickness"}
    return {
        "sample_form": SampleForm(typed),
        "sample_numbers": [132, 135, 139, 141, 148],
        "an_hour_ago": now - timedelta(hours=1),
        "sample_icons": ["search", "heart-pulse", "activity", "pill", "flask-conical", "watch"],
        "patient": _somebody(now),
        "allergies": [{"text": "Penicillin", "reaction": "anaphylaxis", "criticality": "high"}],
        "allergies_state": "known",
        "flags": [{"label": "Resuscitation", "value": "Not recorded"}],
        "vitals": _vitals(now),
    }


def _somebody(now: datetime) -> SimpleNamespace:
    return SimpleNamespace(
        id=NOBODY,
        family="Sample",
        given="Nobody",
        title="Dr",
        birth_date=now.date().replace(year=now.year - 66, day=1),
        gender="female",
        deceased=False,
        number="XX-000-000",
        number_label="MRN",
        active=True,
    )


def _vitals(now: datetime) -> list[dict[str, Any]]:
    def reading(text: str, unit: str, hours: float, **more: Any) -> dict[str, Any]:
        at = now - timedelta(hours=hours)
        base = {"id": NOBODY, "version": 1, "text": text, "unit": unit, "at": at}
        return base | {"status": "final", "range_text": "", "flag": ""} | more

    pressure = {
        "name": "Blood pressure",
        "latest": reading("148/92", "mm[Hg]", 20, flag="H", range_text="90–140 / 60–90"),
        "before": reading("139/88", "mm[Hg]", 300),
        "series": [132, 135, 139, 141, 148],
        "unconfirmed": [reading("162/99", "mm[Hg]", 0.2, status="preliminary", device="Cuff 7")],
    }
    weight = {"name": "Weight", "latest": reading("71.5", "kg", 960), "unconfirmed": []}
    return [pressure, weight]
