"""What is said of a field that is wrong: which one it is and what to do about it."""

from __future__ import annotations

from typing import Final

from django.forms import BoundField, Field
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

# What Django says of every empty field alike, and what is said instead, by kind of input.
REQUIRED: Final = Field.default_error_messages["required"]
FILL_IN: Final = _("%(field)s: fill this in.")
MISSING: Final[dict[str, str | Promise]] = {
    "select": _("%(field)s: choose one."),
    "radio": _("%(field)s: choose one."),
    "checkboxes": _("%(field)s: choose at least one."),
    "checkbox": _("%(field)s: tick this to go on."),
    "file": _("%(field)s: choose a file."),
    "date": _("%(field)s: enter the day."),
    "datetime-local": _("%(field)s: enter day and time."),
    "hidden": _("This page is not complete any more: open it again, then send it."),
}


def _missing(bound: BoundField) -> str:
    """Which field is empty and what to do about it."""
    widget = bound.field.widget
    kind = widget.attrs.get("type") or getattr(widget, "input_type", "")
    if kind == "checkbox" and widget.use_fieldset:
        kind = "checkboxes"
    return str(MISSING.get(kind, FILL_IN)) % {"field": bound.label}


def beside(bound: BoundField) -> list[str]:
    """What is wrong with a field; of an empty one more than that it is required."""
    return [_missing(bound) if error == REQUIRED else error for error in map(str, bound.errors)]


def in_summary(bound: BoundField) -> list[str]:
    """The same for the head of the page, where neither label nor hint stands beside it."""
    hint = "" if isinstance(bound.help_text, SafeString) else bound.help_text
    return [
        f"{_missing(bound)} {hint}".strip() if error == REQUIRED else f"{bound.label}: {error}"
        for error in map(str, bound.errors)
    ]
