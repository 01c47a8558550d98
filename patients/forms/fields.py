"""Fields that every form of the chart shares: moments, partial dates, reasons, versions."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.times import moment_range
from patients.chart.concepts import moment_words

LONGEST_TEXT = 20_000
CLOCKS_DIFFER = timedelta(minutes=5)
# A living person's history and family do not reach further back, a plan not further ahead.
EARLIEST_YEAR = 1850
YEARS_AHEAD = 20
# The first of a list of which nobody may sign the first one unread.
CHOOSE = ("", gettext_lazy("Choose"))
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


def refuse_implausible(year: int, typed: str, *, future: bool) -> None:
    """Refuse a year that must be a typing error.

    Where ``future`` is not allowed the form says so itself, in better words.

    Raises:
        ValidationError: before ``EARLIEST_YEAR`` or more than ``YEARS_AHEAD`` years ahead.
    """
    latest = timezone.localdate().year + (YEARS_AHEAD if future else 0)
    if year < EARLIEST_YEAR or (future and year > latest):
        words = _('"%(value)s" cannot be right. Check the year: %(first)s to %(last)s is possible.')
        params = {"value": typed, "first": EARLIEST_YEAR, "last": latest}
        raise ValidationError(words, params=params)


def shown_by_the_clock(value: Any) -> datetime | None:
    """What a ``datetime-local`` input says, without the offset that a choice put behind it."""
    try:
        shown = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return shown.replace(tzinfo=None) if shown is not None else None


def both_times(shown: datetime) -> list[datetime]:
    """The two moments of an hour that the facility's clock shows twice; else nothing."""
    zone = timezone.get_current_timezone()
    try:
        first, second = (shown.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        before, after = first.utcoffset(), second.utcoffset()
    except OverflowError:
        return []
    twice = before is not None and after is not None and before > after
    return [first, second] if twice else []


class MomentInput(forms.DateTimeInput):
    """A ``datetime-local`` input, with a choice beside it when the clock shows that hour twice.

    Its value is the text of the input; a chosen one of two has its offset behind it. Browsers
    write it in the order of their own country, so it stands beside it in the house's.
    """

    def __init__(self, *, seconds: bool = False) -> None:
        step = {"step": "1"} if seconds else {}
        form = "%Y-%m-%dT%H:%M:%S" if seconds else "%Y-%m-%dT%H:%M"
        super().__init__(attrs={"type": "datetime-local"} | step, format=form)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The text, and the offset of the one that was chosen."""
        text = super().value_from_datadict(data, files, name)
        shown = shown_by_the_clock(text)
        both = both_times(shown) if shown is not None else []
        chosen = data.get(f"{name}-which")
        return both[int(chosen)].isoformat() if both and chosen in ("0", "1") else text

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input, and the choice where one is needed."""
        shown = shown_by_the_clock(value)
        both = both_times(shown) if shown is not None else []
        if shown is None or not both:
            return _said(super().render(name, value, attrs, renderer), shown or value)
        plain = _said(super().render(name, f"{shown:%Y-%m-%dT%H:%M}", attrs, renderer), shown)
        starts = [each.isoformat() for each in both]
        choice = forms.Select(choices=_which(both))
        chosen = starts.index(value) if value in starts else ""
        said = {"aria-label": _("Which of the two"), "id": f"id_{name}-which"}
        return plain + choice.render(f"{name}-which", chosen, said, renderer)


def _said(field: SafeString, at: Any) -> SafeString:
    """The input, and in the house's words what it holds; the script keeps them the same."""
    words = f"{at:%d-%b-%Y %H:%M}" if isinstance(at, datetime) else ""
    return format_html(
        '<span class="moment" data-moment>{}<small data-moment-said aria-hidden="true">{}</small>'
        "</span>",
        field,
        words,
    )


def _which(both: list[datetime]) -> list[tuple[Any, str]]:
    first, second = (each.isoformat()[-len("+01:00") :] for each in both)
    return [
        ("", _("which one?")),
        (0, _("the first time, %(offset)s") % {"offset": first}),
        (1, _("the second time, %(offset)s") % {"offset": second}),
    ]


class MomentField(forms.DateTimeField):
    """Day and time in the facility's zone; in the past unless ``future`` is allowed."""

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        self.future = future
        super().__init__(**_with({"widget": MomentInput}, options))

    def prepare_value(self, value: Any) -> Any:
        """What the input shows; of an hour that was shown twice also which one."""
        shown = super().prepare_value(value)
        if isinstance(value, datetime) and isinstance(shown, datetime) and both_times(shown):
            return timezone.localtime(value).replace(second=0, microsecond=0).isoformat()
        return shown

    def to_python(self, value: Any) -> datetime | None:
        """The moment in the facility's zone.

        Raises:
            ValidationError: not a time, one that the clock never showed, or showed twice.
        """
        shown = shown_by_the_clock(value)
        if shown is not None:
            refuse_implausible(shown.year, f"{shown:%d-%b}-{shown.year:04}", future=self.future)
            if parse_datetime(value) == shown and both_times(shown):
                raise ValidationError(
                    _("The clock showed %(value)s twice that night. Choose which one."),
                    params={"value": f"{shown:%H:%M}"},
                )
        return super().to_python(value)

    def clean(self, value: Any) -> datetime | None:
        """The moment with its zone.

        Raises:
            ValidationError: not a time, a time the clock never showed, or one to come.
        """
        at: datetime | None = super().clean(value)
        if at is not None and not self.future and at > timezone.now() + CLOCKS_DIFFER:
            raise ValidationError(
                _("%(value)s is in the future. Enter when it happened."),
                params={"value": timezone.localtime(at).strftime("%d-%b-%Y %H:%M")},
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
        refuse_implausible(low.year, text, future=self.future)
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
