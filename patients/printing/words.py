"""How times, values and people are written on paper: as on the screen, by the same filters."""

from datetime import datetime
from functools import cache
from typing import Any, Final

from django.template import engines
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhir.principal import Principal
from patients.chart.person import Person
from patients.chart.readings import Reading
from patients.printing.pdf import Identity

# A name may be 1 MB long; the head of a page may not.
LONGEST_IN_HEAD: Final = 90
FLAGS: Final[dict[str, str | Promise]] = {
    "LL": gettext_lazy("critically low"),
    "L": gettext_lazy("low"),
    "H": gettext_lazy("high"),
    "HH": gettext_lazy("critically high"),
    "A": gettext_lazy("abnormal"),
}


@cache
def _filter(name: str) -> Any:
    return engines["django"].from_string(
        f"{{% autoescape off %}}{{{{ value|{name} }}}}{{% endautoescape %}}"
    )


def filtered(name: str, value: Any) -> str:
    """``value`` as the pages' filter ``name`` writes it, without any markup or escape."""
    return str(_filter(name).render({"value": value}))


def moment(at: datetime | None) -> str:
    """``12-Mar-1960 14:05 +01:00``; said when it is not known."""
    return filtered("moment", at) if at else _("time not recorded")


def day(at: datetime | None) -> str:
    """``12-Mar-1960``; said when it is not known."""
    return filtered("day", at) if at else _("date not recorded")


def identity(who: Person) -> Identity:
    """Who it is about, for the head of each page."""
    number = who.number or _("not recorded")
    return Identity(
        name=cut(filtered("banner_name", who)),
        born=_("Born %(day)s") % {"day": filtered("born", who)},
        gender=filtered("gender_word", who.gender),
        number=cut(f"{who.number_label} {number}"),
    )


def cut(text: str) -> str:
    """One line of at most ``LONGEST_IN_HEAD`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_IN_HEAD else f"{line[: LONGEST_IN_HEAD - 1]}…"


def printed(by: Principal) -> str:
    """When and by whom a page was printed."""
    return _("Printed %(at)s by %(who)s") % {"at": moment(timezone.now()), "who": cut(by.name)}


def value(reading: Reading) -> str:
    """Value, unit, flag in code and word; its status unless final."""
    unit = filtered("print_unit", reading.unit)
    spaced = "" if not unit or unit.startswith("/") else " "
    state = "" if reading.status == "final" else f" ({reading.status})"
    flag = f"  {reading.flag} {FLAGS.get(reading.flag, '')}".rstrip() if reading.flag else ""
    return f"{reading.text}{spaced}{unit}{state}{flag}"


def reference(reading: Reading) -> str:
    """The range and whose it is; never silence where there is none."""
    if not reading.range_text:
        return _("no reference range")
    if reading.range_source == "local":
        return _("%(range)s (local)") % {"range": reading.range_text}
    return reading.range_text
