"""Fields that every form of the chart shares: moments, partial dates, reasons, versions."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.times import moment_range
from patients.chart.concepts import moment_words

LONGEST_TEXT = 20_000
CLOCKS_DIFFER = timedelta(minutes=5)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WRITTEN = re.compile(r"^(?:(?:(\d{1,2})[-. /])?([A-Za-z]{3})[a-z]*[-. /])?(\d{4})$")


def _with(usual: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    return usual | options


class TextField(forms.CharField):
    """Several lines of free text, kept as typed but for NUL characters."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        super().__init__(**_with({"max_length": LONGEST_TEXT, "strip": True}, options))
        self.widget.attrs["rows"] = rows


class ReasonField(forms.CharField):
    """Why: one line that is kept with what was done."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**_with({"max_length": 500, "label": gettext_lazy("Reason")}, options))


class VersionField(forms.IntegerField):
    """The version that the person saw; hidden."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**_with({"min_value": 1, "widget": forms.HiddenInput}, options))


class MomentField(forms.DateTimeField):
    """Day and time in the facility's zone; in the past unless ``future`` is allowed."""

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        self.future = future
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**_with({"widget": widget}, options))

    def clean(self, value: Any) -> datetime | None:
        """The moment with its zone.

        Raises:
            ValidationError: not a time, a time the clock never showed, or one to come.
        """
        at: datetime | None = super().clean(value)
        if at is not None and not self.future and at > timezone.now() + CLOCKS_DIFFER:
            raise ValidationError(
                _("%(value)s is in the future. Enter when it happened."), params={"value": value}
            )
        return at


class PartialDateField(forms.CharField):
    """A day, a month or a year: ``12-Mar-1958``, ``Mar-1958``, ``1958`` or ISO.

    Cleans to the first and last moment it can mean, (None, None) when empty.
    """

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        self.future = future
        hint = gettext_lazy("As much as is known: 12-Mar-1958, Mar-1958 or 1958.")
        super().__init__(**_with({"max_length": 40, "help_text": hint}, options))

    def clean(self, value: Any) -> tuple[datetime | None, datetime | None]:
        """Low and high moment.

        Raises:
            ValidationError: not such a date, or one to come.
        """
        text: str = super().clean(value)
        if not text:
            return None, None
        low, high = moment_range(iso_date(text))
        if low is None or high is None:
            raise ValidationError(
                _('"%(value)s" is not a date. Write 12-Mar-1958, Mar-1958 or 1958.'),
                params={"value": text},
            )
        if not self.future and low > timezone.now():
            raise ValidationError(
                _("%(value)s is in the future. Enter when it happened."), params={"value": text}
            )
        return low, high


def iso_date(text: str) -> str:
    """A written date as FHIR spells it; other texts as they are.

    >>> iso_date("12-Mar-1958"), iso_date("Mar-1958"), iso_date("1958-03")
    ('1958-03-12', '1958-03', '1958-03')
    """
    match = _WRITTEN.match(text.strip())
    if not match:
        return text.strip()
    day, month, year = match.groups()
    if not month:
        return year
    if month.lower() not in MONTHS:
        return text
    written = f"{year}-{MONTHS.index(month.lower()) + 1:02d}"
    return f"{written}-{int(day):02d}" if day else written


def date_words(low: datetime | None, high: datetime | None) -> str:
    """The pair as it was typed, for a form that edits it."""
    return moment_words(low, high)
