"""The form of an operation or another procedure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.acts.procedures import Operation, is_surgical
from patients.chart.concepts import all_words
from patients.chart.people import performers_named
from patients.forms.concept import ConceptField
from patients.forms.fields import CHOOSE
from patients.forms.history import (
    ChapterForm,
    ChoiceField,
    Choices,
    NoteField,
    SpanField,
    WordsField,
    span_words,
)
from patients.models import Procedure
from patients.terminology.coded import Coded

STATUSES: Choices = [
    CHOOSE,
    ("completed", _("Done")),
    ("in-progress", _("In progress")),
    ("stopped", _("Stopped before its end")),
    ("not-done", _("Not done")),
    ("unknown", _("Not known whether it was done")),
]
OTHER_STATUSES: Choices = [
    ("preparation", _("In preparation")),
    ("on-hold", _("On hold")),
]


class ProcedureForm(ChapterForm[Procedure]):
    """What, when, where, by whom, on which part of the body, and how it ended."""

    spans = {"performed": "performed"}

    code = ConceptField(
        kind="procedure",
        label=_("Operation or procedure"),
        help_text=_("Type to search; free text is possible and is marked as uncoded."),
    )
    performed = SpanField(required=False, label=_("When"))
    status = ChoiceField([*STATUSES, *OTHER_STATUSES], label=_("Done or not"), required=True)
    status_reason = WordsField(label=_("Why it was not done, or stopped"))
    surgical = forms.BooleanField(required=False, initial=True, label=_("It was surgery"))
    place = WordsField(label=_("Where"), help_text=_("Hospital or clinic."))
    performer = WordsField(label=_("By whom"))
    body_site = WordsField(label=_("Where on the body"))
    outcome = WordsField(label=_("Outcome"))
    complication = WordsField(label=_("Complications"))
    note = NoteField()

    @classmethod
    def said_of(cls, row: Procedure) -> dict[str, Any]:
        """What the procedure says, by name of field."""
        return {
            "code": Coded.of(row, "code"),
            "performed": span_words(row, "performed"),
            "status": row.status,
            "status_reason": Coded.of(row, "status_reason").words,
            "surgical": is_surgical(row),
            "place": (row.location or {}).get("display", ""),
            "performer": performers_named(row.performers),
            "body_site": all_words(row.body_sites),
            "outcome": Coded.of(row, "outcome").words,
            "complication": all_words(row.complications),
        }

    def said(self) -> Operation:
        """What was written, as ``record_procedure`` takes it."""
        data = self.cleaned_data
        return Operation(
            **{name: data[name] for name in ("code", "performed", "status", "status_reason")},
            surgical=data["surgical"],
            place=data["place"],
            performer=data["performer"],
            body_site=data["body_site"],
            outcome=data["outcome"],
            complication=data["complication"],
            note=data["note"],
        )
