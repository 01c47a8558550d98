"""Codes and FHIR fragments in words."""

from datetime import datetime
from typing import Any

from fhir.models import Record

NOT_UNDERSTOOD = "contains information not understood here"
UNKNOWN_MODIFIERS = frozenset({"modifierExtension", "implicitRules"})


def understood(record: Record) -> bool:
    """False when the record carries, at any depth, a modifier that this house does not know."""
    return not _modified(record.extra or {}) and not any(
        _modified(value) for value in vars(record).values() if isinstance(value, list | dict)
    )


def _modified(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_modified, value))
    if not isinstance(value, dict):
        return False
    return not UNKNOWN_MODIFIERS.isdisjoint(value) or any(map(_modified, value.values()))


def noted(text: str, record: Record) -> str:
    """``text``, with a loud remark when the record holds an unknown modifier."""
    return text if understood(record) else f"{text} – {NOT_UNDERSTOOD}"


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

    >>> from datetime import UTC
    >>> moment_words(datetime(1958, 1, 1, tzinfo=UTC), datetime(1958, 12, 31, 23, 59, tzinfo=UTC))
    '1958'
    """
    if start is None:
        return ""
    if end is None or start == end or (end - start).days < 1:
        return f"{start:%d-%b-%Y}"
    return f"{start:%Y}" if (end - start).days > 300 else f"{start:%b-%Y}"
