"""Forms of the medical history: each is filled from a record, and gives what its act takes."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.errors import Invalid
from patients.acts.history import Span
from patients.forms.fields import PartialDateField, ReasonField, TextField, VersionField, date_words
from patients.models import PatientRecord

R = TypeVar("R", bound=PatientRecord)
Choices = list[tuple[str, Any]]
NOT_SAID = ("", gettext_lazy("Not said"))
WORDS_AT_MOST = 300


class SpanField(PartialDateField):
    """A partial date that keeps a more exact time while its words are left as they are."""

    kept: tuple[str, Span] = ("", (None, None))

    def __init__(self, **options: Any) -> None:
        hint = gettext_lazy("Such as 12-Mar-1958, Mar-1958 or 1958.")
        super().__init__(**{"help_text": hint} | options)

    def clean(self, value: Any) -> tuple[datetime | None, datetime | None]:
        """Low and high moment, or the pair that stood there under the same words."""
        words, span = self.kept
        return span if words and str(value or "").strip() == words else super().clean(value)


class WordsField(forms.CharField):
    """One line of words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": WORDS_AT_MOST, "required": False} | options)


class ChoiceField(forms.ChoiceField):
    """One of a few words."""

    def __init__(self, choices: Choices, **options: Any) -> None:
        super().__init__(choices=choices, **{"required": False} | options)


class NoteField(TextField):
    """What does not fit anywhere else; kept with name and time."""

    def __init__(self, **options: Any) -> None:
        label = gettext_lazy("Add a note")
        usual: dict[str, Any] = {"rows": 2, "required": False, "label": label}
        super().__init__(**usual | options)


class ChapterForm(forms.Form, Generic[R]):
    """One entry of a history. ``row`` is the record that is edited, None for a new one."""

    version = VersionField(required=False)
    # Field of a date → stem of the columns it comes from.
    spans: dict[str, str] = {}
    # The first field stands beside the second; otherwise it has the row for itself.
    paired = False

    def __init__(self, *args: Any, row: R | None = None, **options: Any) -> None:
        self.row = row
        if row is not None:
            options["initial"] = {"version": row.version} | self.said_of(row)
        super().__init__(*args, **options)
        for name, stem in self.spans.items():
            self.keep_span(name, stem)

    def keep_span(self, name: str, stem: str) -> None:
        """Let the date field ``name`` keep the pair that stands in the record."""
        field = self.fields[name]
        if self.row is not None and isinstance(field, SpanField):
            span = getattr(self.row, f"{stem}_start"), getattr(self.row, f"{stem}_end")
            field.kept = (date_words(*span), span)

    @classmethod
    def said_of(cls, row: R) -> dict[str, Any]:
        """What ``row`` says, by name of field."""
        raise NotImplementedError

    def said(self) -> Any:
        """What was written, as the act takes it."""
        raise NotImplementedError

    def refused(self, error: Invalid) -> None:
        """Put the act's refusal beside the field that it names, which need not be named twice."""
        name = error.expression.rpartition(".")[2]
        if name in self.fields:
            said = error.message.removeprefix(f"{self.fields[name].label}: ")
            self.add_error(name, said[:1].upper() + said[1:])
        else:
            self.add_error(None, error.message)

    def untouched(self, name: str) -> bool:
        """The field says what it said when the form was opened on a record."""
        return self.row is not None and name not in self.changed_data


def span_words(row: Any, stem: str) -> str:
    """The date of the columns ``{stem}_start`` and ``_end`` as it is typed."""
    return date_words(getattr(row, f"{stem}_start"), getattr(row, f"{stem}_end"))


def years(**options: Any) -> forms.DecimalField:
    """An age in years; the act knows what is possible."""
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    usual: dict[str, Any] = {"required": False, "max_digits": 6, "decimal_places": 2}
    return forms.DecimalField(**usual | {"widget": widget} | options)


def number(value: Decimal | None) -> str:
    """An age as it is typed."""
    return "" if value is None else f"{value.normalize():f}"


class ResolveForm(forms.Form):
    """Since when it is over, as far as that is known."""

    abatement = SpanField(required=False, label=gettext_lazy("Over since"))
    note = NoteField()
    version = VersionField()

    def refused(self, error: Invalid) -> None:
        """Put the act's refusal beside the date."""
        self.add_error("abatement", error.message)


class BecauseForm(forms.Form):
    """Why."""

    reason = ReasonField()
    version = VersionField()

    def refused(self, error: Invalid) -> None:
        """Put the act's refusal beside the reason."""
        self.add_error("reason", error.message)


def chosen(choices: Choices, key: str) -> str:
    """The words of a choice."""
    return next((str(words) for code, words in choices if code == key), _("not said"))
