"""The form of a vaccine, given or not given."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.acts.immunizations import Vaccination, dose_number
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
from patients.models import Immunization
from patients.terminology.coded import Coded

STATUSES: Choices = [CHOOSE, ("completed", _("Given")), ("not-done", _("Not given"))]
SEEN: Choices = [
    CHOOSE,
    ("here", _("Given here, or seen by me")),
    ("reported", _("Reported by the patient or another record")),
]


class ImmunizationForm(ChapterForm[Immunization]):
    """Which, when, from which vial, where on the body, which dose."""

    spans = {"given": "occurrence"}

    vaccine = ConceptField(
        kind="vaccine", label=_("Vaccine"), help_text=_("Type to search; free text is possible.")
    )
    status = ChoiceField(STATUSES, label=_("Given or not"), required=True)
    status_reason = WordsField(label=_("Why it was not given"))
    given = SpanField(
        label=_("Date"),
        error_messages={"required": _("Enter when, as much as is known; a year is enough.")},
    )
    seen = ChoiceField(SEEN, label=_("How it is known"), required=True)
    dose_number = forms.IntegerField(
        required=False, min_value=1, max_value=99, label=_("Which dose of its series")
    )
    lot_number = WordsField(label=_("Lot number"), max_length=100)
    manufacturer = WordsField(label=_("Manufacturer"))
    site = WordsField(label=_("Where on the body"))
    performer = WordsField(
        label=_("Given by"), help_text=_("Left empty for one given here: it is you.")
    )
    subpotent = forms.BooleanField(
        required=False, label=_("Subpotent: it does not count as a full dose")
    )
    subpotent_reason = WordsField(label=_("Why it is subpotent"))
    note = NoteField()

    def __init__(self, *args: Any, row: Immunization | None = None, **options: Any) -> None:
        super().__init__(*args, row=row, **options)
        # What another system said in words is no date, and need not become one.
        self.fields["given"].required = row is None or not row.occurrence_text

    @classmethod
    def said_of(cls, row: Immunization) -> dict[str, Any]:
        """What the record says, by name of field."""
        return {
            "vaccine": Coded.of(row, "vaccine"),
            "status": row.status,
            "status_reason": Coded.of(row, "status_reason").words,
            "given": span_words(row, "occurrence"),
            "seen": "reported" if row.primary_source is False else "here",
            "dose_number": dose_number(row),
            "lot_number": row.lot_number,
            "manufacturer": (row.manufacturer or {}).get("display", ""),
            "site": Coded.of(row, "site").words,
            "performer": performers_named(row.performers),
            "subpotent": row.is_subpotent is True,
            "subpotent_reason": all_words(row.subpotent_reasons),
        }

    def said(self) -> Vaccination:
        """What was written, as ``record_vaccine`` takes it."""
        data = self.cleaned_data
        return Vaccination(
            vaccine=data["vaccine"],
            given=data["given"],
            status=data["status"],
            status_reason=data["status_reason"],
            seen_here=data["seen"] == "here",
            lot_number=data["lot_number"],
            manufacturer=data["manufacturer"],
            site=data["site"],
            dose_number=data["dose_number"],
            performer=data["performer"],
            subpotent=data["subpotent"],
            subpotent_reason=data["subpotent_reason"],
            note=data["note"],
        )
