"""Elements that FHIR lets be a date, an age or a text: said in words, whichever came."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.models import Record
from patients.chart.concepts import moment_words, words_of

UNITS = {
    "a": gettext_lazy("years"),
    "mo": gettext_lazy("months"),
    "wk": gettext_lazy("weeks"),
    "d": gettext_lazy("days"),
}


def span_or_words(record: Record, stem: str) -> str:
    """``{stem}_start`` and ``_end`` in words, else the age, range or text that was sent."""
    pair = getattr(record, f"{stem}_start"), getattr(record, f"{stem}_end")
    return moment_words(*pair) or choice_words(record.extra or {}, stem)


def choice_words(extra: dict[str, Any], stem: str) -> str:
    """``onsetAge``, ``onsetRange``, ``onsetString`` … of what has no column, in words."""
    if text := extra.get(f"{stem}String"):
        return str(text)
    if age := age_words(extra.get(f"{stem}Age")):
        return _("at %(age)s") % {"age": age}
    if span := range_words(extra.get(f"{stem}Range")):
        return _("at %(age)s") % {"age": span}
    return str(extra.get(f"{stem}DateTime") or extra.get(f"{stem}Date") or "")


def age_words(age: Any) -> str:
    """``45 years``; a unit that is not known here as it was sent."""
    if not isinstance(age, dict) or "value" not in age:
        return ""
    unit = age.get("code") or age.get("unit") or ""
    amount = f"{age.get('comparator', '')}{age['value']}"
    return f"{amount} {UNITS.get(unit, age.get('unit') or unit)}".strip()


def range_words(span: Any) -> str:
    """``40–49 years``, or the end that was sent."""
    if not isinstance(span, dict):
        return ""
    low, high = age_words(span.get("low")), age_words(span.get("high"))
    return " – ".join(filter(None, (low, high)))


def sent_status(record: Record, column: str, element: str) -> str:
    """The status code; one of an unknown code system stands in the sender's words."""
    known = getattr(record, column)
    return str(known or words_of((record.extra or {}).get(element)))


def last_note(record: Any) -> str:
    """The newest note, such as the reason why it was entered in error."""
    notes = [each for each in record.notes or [] if each.get("text")]
    return str(notes[-1]["text"]) if notes else ""
