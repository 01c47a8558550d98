"""The form of a relative and their illnesses."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.acts.family import Illness, Relative, onset_age
from patients.chart.concepts import words_of
from patients.forms.concept import ConceptField
from patients.forms.history import (
    ChapterForm,
    ChoiceField,
    Choices,
    NoteField,
    WordsField,
    number,
    years,
)
from patients.models import FamilyMemberHistory
from patients.terminology.coded import Coded

LIFE: Choices = [
    ("", _("Not known")),
    ("alive", _("Alive")),
    ("died", _("Died")),
]
ILLNESSES_AT_FIRST = 3
ILLNESSES_AT_MOST = 15


class RelativeForm(ChapterForm[FamilyMemberHistory]):
    """Who, what they had, since what age, and whether they live."""

    paired = True

    relationship = ConceptField(
        kind="relationship", label=_("Relative"), help_text=_("Mother, brother …")
    )
    name = WordsField(label=_("Name"), help_text=_("Only to tell two relatives apart."))

    def __init__(self, *args: Any, row: FamilyMemberHistory | None = None, **options: Any) -> None:
        super().__init__(*args, row=row, **options)
        stand = len(row.conditions or []) + 1 if row is not None else 0
        most = min(max(stand, ILLNESSES_AT_FIRST), ILLNESSES_AT_MOST)
        self.illnesses = range(1, most + 1)
        for n in self.illnesses:
            label = gettext("Illness %(number)s") % {"number": n}
            age = gettext("Age when illness %(number)s began, in years") % {"number": n}
            self.fields[f"illness_{n}"] = ConceptField(kind="problem", required=False, label=label)
            self.fields[f"age_{n}"] = years(label=age)
        self.fields["life"] = ChoiceField(LIFE, label=_("Alive or died"))
        self.fields["deceased_age"] = years(label=_("Age at death, in years"))
        self.fields["note"] = NoteField()

    @classmethod
    def said_of(cls, row: FamilyMemberHistory) -> dict[str, Any]:
        """What the record says, by name of field."""
        said: dict[str, Any] = {
            "relationship": Coded.of(row, "relationship"),
            "name": row.name,
            "life": "" if row.deceased is None else "died" if row.deceased else "alive",
            "deceased_age": number(row.deceased_age_years),
        }
        for n, condition in enumerate(row.conditions or [], 1):
            said[f"illness_{n}"] = illness_of(condition)
            said[f"age_{n}"] = number(onset_age(condition))
        return said

    def clean(self) -> dict[str, Any]:
        """An age belongs to an illness, and an age at death to somebody who died."""
        data: dict[str, Any] = super().clean() or {}
        for n in self.illnesses:
            illness = data.get(f"illness_{n}")
            if data.get(f"age_{n}") is not None and illness is not None and not illness.words:
                words = gettext("Say which illness began at that age, or leave the age out.")
                self.add_error(f"illness_{n}", ValidationError(words))
        return data

    def said(self) -> Relative:
        """What was written, as ``record_relative`` takes it."""
        data = self.cleaned_data
        return Relative(
            relationship=data["relationship"],
            name=data["name"],
            illnesses=tuple(
                Illness(data[f"illness_{n}"], data[f"age_{n}"])
                for n in self.illnesses
                if data[f"illness_{n}"].words
            ),
            deceased={"died": True, "alive": False}.get(data["life"]),
            deceased_age=data["deceased_age"],
            note=data["note"],
        )


def illness_of(condition: dict[str, Any]) -> Coded:
    """One illness of a relative as a coded thing."""
    concept = condition.get("code") or {}
    coding = (concept.get("coding") or [{}])[0]
    system, code, display = (str(coding.get(name, "")) for name in ("system", "code", "display"))
    return Coded(system, code, display, words_of(concept))
