"""How names, ages, dates, units and flags are written for people (NHS CUI conventions)."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

GENDERS: Final[dict[str, str | Promise]] = {
    "male": _("Male"),
    "female": _("Female"),
    "other": _("Other"),
    "unknown": _("Unknown"),
}

FLAGS: Final[dict[str, tuple[str, str | Promise]]] = {
    "LL": ("chevrons-down", _("critically low")),
    "L": ("arrow-down", _("low")),
    "H": ("arrow-up", _("high")),
    "HH": ("chevrons-up", _("critically high")),
    "A": ("circle-alert", _("abnormal")),
}

# UCUM codes whose printed form differs; "µg" is refused on paper and screen (ISMP list of
# error-prone abbreviations), so it is spelled out.
PRINTED_UNITS: Final = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "/min": "/min",
    "{beats}/min": "/min",
    "{breaths}/min": "/min",
    "ug": "microgram",
    "ug/L": "microgram/L",
    "10*9/L": "×10⁹/L",
    "10*3/uL": "×10³/μL",
    "10*12/L": "×10¹²/L",
    "10*6/uL": "×10⁶/μL",
    "umol/L": "μmol/L",
    "u[IU]/mL": "μIU/mL",
    "m[IU]/L": "mIU/L",
    "[IU]/L": "IU/L",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "kg/m2": "kg/m²",
    "[pH]": "",
    "{score}": "",
    "{INR}": "",
    "1": "",
}

ANNOTATION = re.compile(r"\{[^}]*\}")


def day(value: date | None) -> str:
    """``DD-Mmm-YYYY``, in the current zone when a time is given.

    >>> day(date(1960, 3, 12))
    '12-Mar-1960'
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _local(value)
    return f"{value.day:02d}-{MONTHS[value.month - 1]}-{value.year:04d}"


def clock(value: datetime | None) -> str:
    """24 h clock with the offset of the zone shown, ``14:05 +01:00``."""
    if value is None:
        return ""
    local = _local(value)
    return f"{local:%H:%M} {offset(local)}"


def moment(value: datetime | None) -> str:
    """Day and clock, ``12-Mar-1960 14:05 +01:00``."""
    return f"{day(value)} {clock(value)}" if value is not None else ""


def offset(value: datetime) -> str:
    """The zone's offset, ``+01:00``."""
    digits = f"{value:%z}"
    return f"{digits[:3]}:{digits[3:5]}"


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def ago(value: datetime | None, now: datetime) -> str:
    """How long before ``now``, in its largest whole unit; a clock that is ahead says so."""
    if value is None:
        return ""
    seconds = (now - value).total_seconds()
    if seconds < 0:
        return gettext("%(time)s ahead") % {"time": _largest_unit(-seconds)}
    return gettext("%(time)s ago") % {"time": _largest_unit(seconds)}


def _largest_unit(seconds: float) -> str:
    for size, unit in ((365 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def age(born: date, on: date) -> str:
    """Age as NHS CUI prints it: days, weeks, months, then years as the person grows.

    Source: NHS CUI, "Date of birth and age display".

    >>> age(date(1960, 3, 12), date(2026, 11, 22))
    '66y'
    >>> age(date(2026, 11, 2), date(2026, 11, 22))
    '20d'
    """
    days = (on - born).days
    if days < 0:
        return gettext("not born yet")
    if days < 28:
        return f"{days}d"
    months, rest = _months_between(born, on)
    if months < 12:
        return f"{days // 7}w {days % 7}d"
    if months < 24:
        return f"{months}m {rest}d"
    return f"{months // 12}y {months % 12}m" if months < 18 * 12 else f"{months // 12}y"


def _months_between(born: date, on: date) -> tuple[int, int]:
    months = (on.year - born.year) * 12 + on.month - born.month
    anchor = _same_day(born, months)
    if anchor > on:
        months -= 1
        anchor = _same_day(born, months)
    return months, (on - anchor) // timedelta(days=1)


def _same_day(born: date, months: int) -> date:
    year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(born.day, last))


def banner_name(family: str, given: str, title: str = "") -> str:
    """``FAMILY, Given (Title)``, as NHS CUI's patient banner has it.

    >>> banner_name("Okafor", "Rosa", "Dr")
    'OKAFOR, Rosa (Dr)'
    """
    name = ", ".join(part for part in (family.upper(), given) if part) or gettext(
        "Name not recorded"
    )
    return f"{name} ({title})" if title else name


def printed_unit(ucum: str) -> str:
    """A UCUM code as people read it; curly-brace annotations are dropped.

    >>> printed_unit("mm[Hg]"), printed_unit("mmol/L"), printed_unit("{beats}/min")
    ('mmHg', 'mmol/L', '/min')
    """
    return PRINTED_UNITS.get(ucum, ANNOTATION.sub("", ucum))
