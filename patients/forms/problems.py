"""The form of a problem or diagnosis."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.acts.problems import Diagnosis
from patients.chart.concepts import all_words
from patients.forms.concept import ConceptField
from patients.forms.fields import CHOOSE
from patients.forms.history import (
    NOT_SAID,
    ChapterForm,
    ChoiceField,
    Choices,
    NoteField,
    SpanField,
    WordsField,
    span_words,
)
from patients.models import Condition
from patients.terminology.coded import Coded

SNOMED = "http://snomed.info/sct"
# FHIR value set condition-severity (SNOMED CT).
DISPLAYS = {"255604002": "Mild", "6736007": "Moderate", "24484000": "Severe"}
SEVERITIES: Choices = [
    NOT_SAID,
    ("255604002", _("Mild")),
    ("6736007", _("Moderate")),
    ("24484000", _("Severe")),
]
VERIFICATIONS: Choices = [
    CHOOSE,
    ("confirmed", _("Confirmed")),
    ("provisional", _("Provisional: likely, still being tested")),
    ("differential", _("Differential: one of several")),
    ("unconfirmed", _("Unconfirmed")),
]


class ProblemForm(ChapterForm[Condition]):
    """What it is, since when, how sure, how bad."""

    spans = {"onset": "onset"}

    code = ConceptField(
        kind="problem",
        label=_("Problem or diagnosis"),
        help_text=_("Type to search; free text is possible and is marked as uncoded."),
    )
    onset = SpanField(required=False, label=_("Began"))
    verification = ChoiceField(VERIFICATIONS, label=_("How sure"), required=True)
    severity = ChoiceField(SEVERITIES, label=_("Severity"))
    body_site = WordsField(label=_("Where on the body"))
    on_problem_list = forms.BooleanField(
        required=False, initial=True, label=_("Put it on the problem list")
    )
    note = NoteField()

    @classmethod
    def said_of(cls, row: Condition) -> dict[str, Any]:
        """What the condition says, by name of field."""
        return {
            "code": Coded.of(row, "code"),
            "onset": span_words(row, "onset"),
            "verification": row.verification_status or "unconfirmed",
            "severity": row.severity_code if row.severity_code in DISPLAYS else "",
            "body_site": all_words(row.body_sites),
            "on_problem_list": row.is_on_problem_list,
        }

    def said(self) -> Diagnosis:
        """What was written, as ``diagnose`` takes it."""
        data = self.cleaned_data
        kept = self.row.verification_status if self.row and self.untouched("verification") else None
        return Diagnosis(
            code=data["code"],
            onset=data["onset"],
            verification=data["verification"] if kept is None else kept,
            severity=self._severity(data["severity"]),
            body_site=data["body_site"],
            on_problem_list=data["on_problem_list"],
            note=data["note"],
        )

    def _severity(self, code: str) -> Coded:
        if self.row is not None and self.untouched("severity"):
            return Coded.of(self.row, "severity")
        display = DISPLAYS.get(code, "")
        return Coded(SNOMED, code, display, display) if display else Coded()
