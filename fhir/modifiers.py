"""Whether a record says something that could change its meaning and that nobody here knows."""

from typing import Any

from django.utils.translation import gettext as _

from fhir.models import Record

NOT_UNDERSTOOD = "contains information not understood here"
UNKNOWN_MODIFIERS = frozenset({"modifierExtension", "implicitRules"})


def understood(record: Record) -> bool:
    """False when the record carries, at any depth, a modifier that this house does not know."""
    return not _modified(record.extra or {}) and not any(
        _modified(value) for value in vars(record).values() if isinstance(value, list | dict)
    )


def _modified(value: Any) -> bool:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if not UNKNOWN_MODIFIERS.isdisjoint(each):
                return True
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return False


def noted(text: str, record: Record) -> str:
    """``text``, with a loud remark when the record holds an unknown modifier."""
    return text if understood(record) else f"{text} – {_(NOT_UNDERSTOOD)}"
