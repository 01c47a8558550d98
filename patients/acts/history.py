"""What the acts of a medical history share: spans of time, kept details, who recorded it."""

from datetime import datetime
from typing import Any, TypeAlias

from django.utils import timezone
from django.utils.translation import gettext as _

from fhir.errors import Invalid
from fhir.models import Record
from fhir.principal import Principal
from patients.acts.charting import annotate
from patients.models import Patient, PatientRecord
from patients.terminology.coded import Coded

# First and last moment of a date that may be partial; (None, None) where it is not known.
Span: TypeAlias = tuple[datetime | None, datetime | None]
UNKNOWN: Span = (None, None)
NOT_SAID = Coded()


def set_span(row: Record, stem: str, span: Span) -> None:
    """Fill ``{stem}_start`` and ``_end``; another spelling of the choice (an age, a text) goes."""
    if (getattr(row, f"{stem}_start"), getattr(row, f"{stem}_end")) == span:
        return
    setattr(row, f"{stem}_start", span[0])
    setattr(row, f"{stem}_end", span[1])
    forget_choice(row, stem)


def forget_choice(row: Record, stem: str) -> None:
    """Drop ``onsetString``, ``onsetAge`` … of ``extra``: FHIR allows one spelling of a choice."""
    size = len(stem)
    row.extra = {
        name: value
        for name, value in row.extra.items()
        if not (name.lstrip("_").startswith(stem) and name.lstrip("_")[size : size + 1].isupper())
    }


def set_coded(row: Record, prefix: str, coded: Coded) -> None:
    """Fill the four columns of a concept; the same words, uncoded, keep the code they have."""
    if coded.words == Coded.of(row, prefix).words and not coded.is_coded:
        return
    for column, value in coded.columns(prefix).items():
        setattr(row, column, value)


def kept(before: Any, words_before: str, words: str, after: Any) -> Any:
    """``before`` in all its detail while the words that people saw are the same."""
    return before if words == words_before else after


def in_life(patient: Patient | None, span: Span, field: str, words: str) -> None:
    """Refuse a time to come, and one before the patient was born.

    Raises:
        Invalid: names the field, the value and the remedy.
    """
    start, end = span
    if start is not None and start > timezone.now():
        raise Invalid(
            _("%(field)s: %(day)s is in the future. Enter when it happened.")
            % {"field": words, "day": f"{timezone.localtime(start):%d-%b-%Y}"},
            expression=field,
        )
    born = patient.birth_date_low if patient is not None else None
    last = end or start
    if born is not None and last is not None and timezone.localtime(last).date() < born:
        raise Invalid(
            _("%(field)s: %(day)s is before the patient was born (%(born)s). Correct the date.")
            % {
                "field": words,
                "day": f"{timezone.localtime(last):%d-%b-%Y}",
                "born": f"{born:%d-%b-%Y}",
            },
            expression=field,
        )


def named(coded: Coded, field: str, words: str) -> None:
    """Refuse what has no name.

    Raises:
        Invalid: nothing was typed.
    """
    if not coded.words.strip():
        raise Invalid(
            _("%(field)s: type what it is; free text is possible.") % {"field": words},
            expression=field,
        )


def comment(row: PatientRecord, by: Principal, text: str) -> None:
    """Add what the person wrote beside the fields, signed and dated."""
    if text.strip():
        annotate(row, by, text.strip())


def texts(words: str) -> list[dict[str, Any]]:
    """A repeating CodeableConcept that is words only; empty without words."""
    return [{"text": words.strip()}] if words.strip() else []
