"""Codes and FHIR fragments in words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from fhir.modifiers import NOT_UNDERSTOOD as NOT_UNDERSTOOD
from fhir.modifiers import noted as noted
from fhir.modifiers import understood as understood
from fhir.times import span_text


def words_of(concept: Any) -> str:
    """The text of a CodeableConcept: its own, else a display, else a code."""
    if not isinstance(concept, dict):
        return ""
    codings = concept.get("coding") or [{}]
    shown = (codings[0].get("display"), codings[0].get("code"))
    return next((text for text in (concept.get("text"), *shown) if text), "")


def all_words(concepts: Any) -> str:
    """Several CodeableConcepts, with commas."""
    return ", ".join(filter(None, map(words_of, concepts or [])))


def name_of(record: Any, prefix: str) -> str:
    """Words of the concept in columns ``{prefix}_text``, ``_display`` and ``_code``."""
    columns = (f"{prefix}_text", f"{prefix}_display", f"{prefix}_code")
    return next((text for text in (getattr(record, c) for c in columns) if text), "not named")


def moment_words(start: datetime | None, end: datetime | None) -> str:
    """A possibly partial moment: year, month or day, as precise as it was recorded.

    >>> from fhir.times import moment_range
    >>> moment_words(*moment_range("1958")), moment_words(*moment_range("1958-03"))
    ('1958', 'Mar-1958')
    """
    if start is None or end is None:
        known = start or end
        return "" if known is None else f"{timezone.localtime(known):%d-%b-%Y}"
    literal = span_text(start, end)
    # What was written as a date is that date in the house's zone, wherever the reader is.
    zone = ZoneInfo(settings.TIME_ZONE) if literal and start != end else None
    first, last = (timezone.localtime(each, zone) for each in (start, end))
    form = {4: "%Y", 7: "%b-%Y"}.get(len(literal), "%d-%b-%Y")
    spelled = first.strftime(form), last.strftime(form)
    return spelled[0] if spelled[0] == spelled[1] else " – ".join(spelled)
