"""The form of an allergy, with as many reactions as it has and room for more."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.acts.allergies import Allergy, Reaction
from patients.chart.concepts import all_words, words_of
from patients.forms.concept import ConceptField
from patients.forms.fields import CHOOSE
from patients.forms.history import (
    NOT_SAID,
    ChapterForm,
    ChoiceField,
    Choices,
    NoteField,
    SpanField,
    span_words,
)
from patients.models import AllergyIntolerance
from patients.terminology import search
from patients.terminology.coded import Coded

TYPES: Choices = [
    NOT_SAID,
    ("allergy", _("Allergy")),
    ("intolerance", _("Intolerance")),
]
CATEGORIES: Choices = [
    NOT_SAID,
    ("medication", _("Medicine")),
    ("food", _("Food")),
    ("environment", _("Environment")),
    ("biologic", _("Biologic, such as a vaccine or blood product")),
]
CRITICALITIES: Choices = [
    NOT_SAID,
    ("high", _("High: the next contact may threaten life")),
    ("low", _("Low")),
    ("unable-to-assess", _("Unable to assess")),
]
VERIFICATIONS: Choices = [
    CHOOSE,
    ("confirmed", _("Confirmed")),
    ("unconfirmed", _("Unconfirmed")),
]
SEVERITIES: Choices = [
    NOT_SAID,
    ("mild", _("Mild")),
    ("moderate", _("Moderate")),
    ("severe", _("Severe")),
]
REACTIONS_AT_FIRST = 2
REACTIONS_AT_MOST = 12


class AllergyForm(ChapterForm[AllergyIntolerance]):
    """To what, of what kind, how dangerous, what happened."""

    code = ConceptField(
        kind="allergen",
        label=_("Substance"),
        help_text=_("Type to search. Free text is possible, but it cannot be checked."),
    )
    category = ChoiceField(CATEGORIES, label=_("Category"))
    type = ChoiceField(TYPES, label=_("Type"))
    criticality = ChoiceField(CRITICALITIES, label=_("Criticality"))
    verification = ChoiceField(VERIFICATIONS, label=_("How sure"), required=True)

    def __init__(self, *args: Any, row: AllergyIntolerance | None = None, **options: Any) -> None:
        super().__init__(*args, row=row, **options)
        stand = len(row.reactions or []) if row is not None else 0
        self.reactions = range(1, min(stand + REACTIONS_AT_FIRST, REACTIONS_AT_MOST) + 1)
        for n in self.reactions:
            label = gettext("Reaction %(number)s") % {"number": n}
            self.fields[f"reaction_{n}"] = ConceptField(
                kind="reaction", required=False, label=label
            )
            self.fields[f"severity_{n}"] = ChoiceField(
                SEVERITIES, label=gettext("How bad was reaction %(number)s") % {"number": n}
            )
        self.fields["onset"] = SpanField(required=False, label=_("Since"))
        self.fields["note"] = NoteField()
        self.keep_span("onset", "onset")

    @classmethod
    def said_of(cls, row: AllergyIntolerance) -> dict[str, Any]:
        """What the allergy says, by name of field."""
        said = {
            "code": Coded.of(row, "code"),
            "category": next(iter(row.categories), ""),
            "type": row.type,
            "criticality": row.criticality,
            "verification": row.verification_status or "unconfirmed",
            "onset": span_words(row, "onset"),
        }
        for n, reaction in enumerate(row.reactions or [], 1):
            said[f"reaction_{n}"] = reaction_of(reaction)
            said[f"severity_{n}"] = reaction.get("severity", "")
        return said

    def clean(self) -> dict[str, Any]:
        """A severity belongs to a reaction."""
        data: dict[str, Any] = super().clean() or {}
        for n in self.reactions:
            reaction = data.get(f"reaction_{n}")
            if data.get(f"severity_{n}") and reaction is not None and not reaction.words:
                self.add_error(
                    f"reaction_{n}",
                    ValidationError(gettext("Say what happened, or choose no severity.")),
                )
        return data

    def _category(self, substance: Coded) -> str:
        """What the table of substances says, where nobody chose and it is a new allergy."""
        if self.row is not None or not substance.is_coded:
            return ""
        known = search.chosen(substance.system, substance.code, "allergen")
        return known.category if known is not None and known.category in dict(CATEGORIES) else ""

    def said(self) -> Allergy:
        """What was written, as ``record_allergy`` takes it."""
        data = self.cleaned_data
        kept = self.row.verification_status if self.row and self.untouched("verification") else None
        return Allergy(
            substance=data["code"],
            type=data["type"],
            category=data["category"] or self._category(data["code"]),
            criticality=data["criticality"],
            verification=data["verification"] if kept is None else kept,
            reactions=tuple(
                Reaction(data[f"reaction_{n}"], data[f"severity_{n}"])
                for n in self.reactions
                if data[f"reaction_{n}"].words
            ),
            onset=data["onset"],
            note=data["note"],
        )


def reaction_of(reaction: dict[str, Any]) -> Coded:
    """A reaction as one coded thing; several manifestations stand in one line."""
    manifestations = reaction.get("manifestation") or []
    words = all_words(manifestations)
    coding = (manifestations[0].get("coding") or [{}])[0] if len(manifestations) == 1 else {}
    system, code = str(coding.get("system", "")), str(coding.get("code", ""))
    return Coded(system, code, str(coding.get("display", "")), words or words_of(reaction))
