"""The form of one answer of a social history."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.acts.social import (
    OF_CODE,
    QUESTIONS,
    SMOKING,
    SMOKING_STATUSES,
    SocialFact,
    answer_words,
)
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
from patients.models import Observation

ASKED: Choices = [CHOOSE, *((key, question.label) for key, question in QUESTIONS.items())]
SMOKES: Choices = [
    NOT_SAID,
    *((code, words) for code, (_display, words) in SMOKING_STATUSES.items()),
]


class SocialForm(ChapterForm[Observation]):
    """A question, its answer, and the day it speaks of."""

    spans = {"since": "effective"}
    paired = True

    question = ChoiceField(ASKED, label=_("About"), required=True)
    smoking = ChoiceField(SMOKES, label=_("Smoking status"), help_text=_("For smoking only."))
    text = WordsField(
        label=_("Answer in words"),
        help_text=_("For example: 2 glasses of wine a week, retired carpenter, 20 pack-years."),
    )
    since = SpanField(required=False, label=_("As of"))
    note = NoteField()

    def __init__(self, *args: Any, row: Observation | None = None, **options: Any) -> None:
        super().__init__(*args, row=row, **options)
        if row is not None:
            self.fields["question"].disabled = True

    @classmethod
    def said_of(cls, row: Observation) -> dict[str, Any]:
        """What the observation says, by name of field."""
        question = OF_CODE.get(row.code_code, "")
        coded = question == SMOKING and row.value_concept_code in SMOKING_STATUSES
        return {
            "question": question,
            "smoking": row.value_concept_code if coded else "",
            "text": more_words(row) if coded else answer_words(row),
            "since": span_words(row, "effective"),
        }

    def clean(self) -> dict[str, Any]:
        """Smoking has its own list, so that programs and other systems understand it."""
        data: dict[str, Any] = super().clean() or {}
        asked = data.get("question")
        if asked == SMOKING and not data.get("smoking"):
            self.add_error("smoking", ValidationError(gettext("Choose one of the list.")))
        if asked and asked != SMOKING and data.get("smoking"):
            words = gettext("This is for smoking only; choose that, or leave it out.")
            self.add_error("smoking", ValidationError(words))
        return data

    def said(self) -> SocialFact:
        """What was written, as ``record_social`` takes it."""
        data = self.cleaned_data
        return SocialFact(
            **{name: data[name] for name in ("question", "smoking", "text", "since", "note")}
        )


def more_words(row: Observation) -> str:
    """What was said of smoking beyond the status itself."""
    display, _label = SMOKING_STATUSES[row.value_concept_code]
    words = row.value_concept_text
    return words.removeprefix(display).lstrip(", ") if words.startswith(display) else ""
