"""The looks of the pages: tags and filters that hold no data access (every one is on /style/)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django import template
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ehr_project import field_errors, sparklines, wording
from patients.chart.tabs import ACTIONS, TABS, Action

register = template.Library()

NOTHING: Final = mark_safe("")
DECORATION: Final = mark_safe('aria-hidden="true"')

BADGE_ICONS: Final = {
    "ok": "check",
    "info": "info",
    "warn": "triangle-alert",
    "danger": "circle-alert",
    "device": "watch",
    "neutral": "",
}

STATUSES: Final[dict[str, tuple[str, str | Promise]]] = {
    "registered": ("info", _("registered, no result yet")),
    "preliminary": ("warn", _("preliminary")),
    "final": ("neutral", _("final")),
    "amended": ("warn", _("amended")),
    "corrected": ("warn", _("corrected")),
    "cancelled": ("danger", _("cancelled")),
    "entered-in-error": ("danger", _("entered in error")),
    "unknown": ("warn", _("status unknown")),
    "on-hold": ("warn", _("on hold")),
    "stopped": ("danger", _("stopped")),
    "unconfirmed": ("warn", _("unconfirmed")),
    "provisional": ("warn", _("provisional")),
    "differential": ("warn", _("differential")),
    "refuted": ("danger", _("refuted")),
    "in-progress": ("info", _("in progress")),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; without a label it is decoration."""
    if not name:
        return NOTHING
    role = format_html('role="img" aria-label="{}"', label) if label else DECORATION
    href = f"{static('icons.svg')}#{name}"
    markup = '<svg class="icon" {} focusable="false"><use href="{}"></use></svg>'
    return format_html(markup, role, href)


@register.simple_block_tag
def badge(content: str, kind: str = "neutral") -> SafeString:
    """A short state in words, with a sign and a colour beside them."""
    sign = icon(BADGE_ICONS.get(kind, ""))
    return format_html(
        '<span class="badge badge-{}">{}{}</span>', kind, sign, SafeString(content.strip())
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """A message that stands in the page until its cause is gone."""
    heading = format_html("<strong>{}</strong> ", title) if title else NOTHING
    markup = '<div class="notice notice-{}">{}<div>{}{}</div></div>'
    return format_html(markup, kind, icon(BADGE_ICONS.get(kind, "info")), heading, content)


@register.simple_block_tag
def button(content: str, kind: str = "primary", **options: str) -> SafeString:
    """A submit button; ``icon`` puts a sign before the words, the rest become attributes."""
    sign = icon(options.pop("icon", ""))
    options.setdefault("type", "submit")
    attributes = format_html_join("", ' {}="{}"', options.items())
    markup = '<button class="button button-{}"{}>{}{}</button>'
    return format_html(markup, kind, attributes, sign, SafeString(content.strip()))


@register.simple_block_tag
def link_button(content: str, url: str, kind: str = "secondary", **options: str) -> SafeString:
    """A link that looks like a button; ``icon`` puts a sign before the words."""
    sign = icon(options.pop("icon", ""))
    attributes = format_html_join("", ' {}="{}"', options.items())
    markup = '<a class="button button-{}" href="{}"{}>{}{}</a>'
    return format_html(markup, kind, url, attributes, sign, SafeString(content.strip()))


@register.simple_block_tag
def panel(content: str, title: str, **options: str) -> SafeString:
    """A titled section of a page; options: ``id``, ``icon``, ``note`` (beside the title)."""
    anchor = options.get("id") or f"panel-{slugify(title)}"
    note = options.get("note")
    extra = format_html('<span class="panel-note">{}</span>', note) if note else NOTHING
    markup = (
        '<section class="panel" id="{0}" aria-labelledby="{0}-title">'
        '<header class="panel-head"><h2 id="{0}-title">{1}{2}</h2>{3}</header>{4}</section>'
    )
    return format_html(markup, anchor, icon(options.get("icon", "")), title, extra, content)


@register.simple_tag
def flag(code: str | None) -> SafeString:
    """The laboratory's flag as code, icon and word; nothing when there is none."""
    sign, word = wording.FLAGS.get(code or "", ("", ""))
    if not word:
        return NOTHING
    markup = '<span class="flag flag-{}">{}<b>{}</b> {}</span>'
    return format_html(markup, str(code).lower(), icon(sign), code, word)


@register.simple_tag
def status(code: str | None) -> SafeString:
    """A FHIR status in words; an unfamiliar one is shown as it came."""
    if not code:
        return NOTHING
    kind = STATUSES.get(code, ("neutral", ""))[0]
    markup = '<span class="badge badge-{}">{}{}</span>'
    return format_html(markup, kind, icon(BADGE_ICONS[kind]), status_words(code))


@register.filter
def status_words(code: str) -> str:
    """A FHIR status within a sentence."""
    return str(STATUSES[code][1]) if code in STATUSES else code.replace("-", " ")


@register.simple_tag
def quantity(text: Any, unit: str = "") -> SafeString:
    """A value and its unit, kept on one line."""
    if text in (None, ""):
        return format_html('<span class="quantity unknown">{}</span>', "–")
    markup = '<span class="quantity"><b>{}</b> <span class="unit">{}</span></span>'
    return format_html(markup, text, wording.printed_unit(unit or ""))


@register.simple_tag
def reference(range_text: str | None) -> SafeString:
    """The reference range; its absence is said, never taken for normal."""
    if range_text:
        return format_html('<span class="reference">{}</span>', range_text)
    return format_html('<span class="reference unknown">{}</span>', gettext("no reference range"))


@register.simple_tag
def when(value: datetime | None) -> SafeString:
    """Day, 24 h clock and zone as a ``time`` element."""
    return _time(value, wording.moment(value))


@register.simple_tag
def when_short(value: datetime | None) -> SafeString:
    """Day and clock for a table whose caption names the zone; another year is written out."""
    if value is None:
        return _time(None, "")
    whole_day, clock = wording.day(value), wording.clock(value)[:5]
    same_year = whole_day.endswith(str(timezone.localtime().year))
    return _time(value, f"{whole_day[:6] if same_year else whole_day} {clock}")


@register.simple_tag
def ago(value: datetime | None) -> SafeString:
    """How long ago, beside the full time; scripts keep it counting."""
    if value is None:
        return _time(None, "")
    markup = '<time class="ago" datetime="{}" title="{}" data-ago>{}</time>'
    return format_html(
        markup, value.isoformat(), wording.moment(value), wording.ago(value, timezone.now())
    )


def _time(value: datetime | None, text: str) -> SafeString:
    if value is None:
        return format_html('<span class="unknown">{}</span>', gettext("time not recorded"))
    markup = '<time datetime="{}" title="{}">{}</time>'
    return format_html(markup, value.isoformat(), wording.moment(value), text)


@register.simple_tag
def zone() -> str:
    """The zone that times are shown in, with its offset now."""
    return f"{timezone.get_current_timezone_name()}, {wording.offset(timezone.localtime())}"


@register.simple_tag
def zone_offset() -> str:
    """The offset from UTC of the zone that times are shown in, ``+01:00``."""
    return wording.offset(timezone.localtime())


@register.simple_tag
def now_text() -> str:
    """The time this page was made, for telling somebody about it."""
    return wording.moment(timezone.now())


@register.simple_tag
def none_recorded(what: str) -> SafeString:
    """Said when a list was read and holds nothing."""
    return format_html('<p class="empty">{} <span>{}</span></p>', what, gettext("none recorded"))


@register.simple_tag
def could_not_load(what: str) -> SafeString:
    """Said when a list could not be read: this is not the same as empty."""
    markup = '<p class="failed" role="alert">{}<span><b>{}</b> {}</span></p>'
    failed = gettext("%(what)s: could not load.") % {"what": what}
    remedy = gettext(
        "This does not mean there are none. Reload the page; if it stays, tell your administrator."
    )
    return format_html(markup, icon("triangle-alert"), failed, remedy)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, each line a link to its field (GOV.UK pattern)."""
    wrong = [(bound, field_errors.in_summary(bound)) for bound in form if bound.errors]
    return {"form": form, "wrong": wrong, "general": form.non_field_errors()}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **attributes: str) -> dict[str, Any]:
    """A form field with its label, hint and error (GOV.UK pattern)."""
    identifier = bound.auto_id
    described = [f"{identifier}-hint"] if bound.help_text else []
    described += [f"{identifier}-error"] if bound.errors else []
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    widget = bound.field.widget
    return {
        "bound": bound,
        "errors": field_errors.beside(bound),
        "control": bound.as_widget(attrs=dict(attributes)),
        "grouped": widget.use_fieldset,
        "ticked": getattr(widget, "input_type", "") == "checkbox" and not widget.use_fieldset,
    }


@register.simple_tag
def sparkline(values: Sequence[float] | None, label: str = "") -> SafeString:
    """The last values as a line of attributes only (no style, no script); two points or more."""
    numbers = [float(value) for value in values or ()]
    if len(numbers) < 2:
        return NOTHING
    points = sparklines.points(numbers)
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    markup = (
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}"><polyline points="{}"></polyline>'
        '<circle cx="{}" cy="{}" r="2.2"></circle></svg>'
    )
    last = gettext("last %(n)d values, %(trend)s")
    words = last % {"n": len(numbers), "trend": sparklines.trend_words(numbers)}
    spoken = f"{label}: {words}".lstrip(": ")
    size = (sparklines.WIDTH, sparklines.HEIGHT, sparklines.WIDTH, sparklines.HEIGHT)
    return format_html(markup, *size, spoken, line, *points[-1])


@register.filter
def day(value: date | None) -> str:
    """``DD-Mmm-YYYY``."""
    return wording.day(value)


@register.filter
def clock(value: datetime | None) -> str:
    """``HH:MM +01:00``."""
    return wording.clock(value)


@register.filter
def hour(value: datetime | None) -> str:
    """``14:05``, where the table names the zone and the day is today."""
    return wording.clock(value)[:5]


@register.filter
def moment(value: datetime | None) -> str:
    """``DD-Mmm-YYYY HH:MM +01:00``."""
    return wording.moment(value)


@register.filter
def plain_moment(value: datetime | None) -> str:
    """The exact moment for a form to send back, never localised."""
    return value.isoformat() if value else ""


@register.filter
def seconds_clock(value: datetime | None) -> str:
    """``HH:MM:SS`` for the last sample of a trace; the zone stands beside it."""
    return f"{timezone.localtime(value):%H:%M:%S}" if value else "–"


@register.filter
def ago_words(value: datetime | None) -> str:
    """``12 s ago``, as plain text."""
    return wording.ago(value, timezone.now())


@register.filter
def died_text(deceased: Any) -> str:
    """The day of death, or that only the fact is known (``True``)."""
    return wording.day(deceased) if isinstance(deceased, datetime) else gettext("date not recorded")


@register.filter
def banner_name(patient: Any) -> str:
    """``FAMILY, Given (Title)``."""
    title = getattr(patient, "title", "") or ""
    return wording.banner_name(patient.family or "", patient.given or "", title)


@register.filter
def born(patient: Any) -> str:
    """``12-Mar-1960 (66y)``; the age stops at death; a partial date has no age."""
    partial = getattr(patient, "birth_date_text", "") or ""
    birth_date: date | None = patient.birth_date
    if partial or birth_date is None:
        return partial or gettext("not recorded")
    died = patient.deceased
    on = timezone.localtime(died) if isinstance(died, datetime) else timezone.localtime()
    if died and not isinstance(died, datetime):
        return wording.day(birth_date)
    return f"{wording.day(birth_date)} ({wording.age(birth_date, on.date())})"


@register.filter
def age(patient: Any) -> str:
    """The age alone, for lists; nothing where the birth date is partial or unknown."""
    birth_date: date | None = patient.birth_date
    if birth_date is None:
        return ""
    died = patient.deceased
    if died and not isinstance(died, datetime):
        return ""
    return wording.age(birth_date, timezone.localtime(died or timezone.now()).date())


@register.filter
def gender_word(code: str | None) -> str:
    """The administrative gender in words."""
    return str(wording.GENDERS.get(code or "", gettext("Not recorded")))


@register.filter
def print_unit(code: str | None) -> str:
    """A UCUM unit as people read it."""
    return wording.printed_unit(code or "")


@register.filter
def percent(share: float | str | None) -> str:
    """A share from 0 to 1 as a whole percentage; never rounded up to 100.

    A reading that lacks it, for which a template has an empty string, shows a dash.
    """
    return f"{int(share * 100)} %" if isinstance(share, float | int) else "–"


@register.filter
def plain(value: Any) -> str:
    """A value for a script to read from an attribute: never localised, empty when absent."""
    return "" if value is None else str(value)


@register.simple_tag
def actions_for(scopes: set[str]) -> list[Action]:
    """What somebody with ``scopes`` can begin from anywhere in a chart."""
    return [action for action in ACTIONS if action.scope in scopes]


@register.inclusion_tag("patients/_tabs.html")
def chart_tabs(patient: Any, tab: str) -> dict[str, Any]:
    """The pages of a chart, the one that is open marked."""
    return {"patient": patient, "tab": tab, "tabs": TABS}
