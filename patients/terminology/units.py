"""Units of measure: what a clinic writes, as a UCUM code, or a refusal that says what to write."""

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from patients.terminology.tables import read

LONGEST_UNIT = 40


class NotUcum(ValueError):
    """The text is no unit of UCUM, or one that nobody in a clinic means."""


@dataclass(frozen=True)
class Unit:
    """A usual unit: its UCUM code and how people read it."""

    code: str
    printed: str


def check_unit(text: str) -> str:
    """The UCUM code of a unit as somebody wrote it.

    Args:
        text: UCUM, or a spelling of clinics such as ``mmHg``, ``bpm``, ``mcg``, ``°C``.

    Raises:
        NotUcum: it names neither, or something else than the writer can have meant; the message
            names the text and what to write instead.

    >>> check_unit("mmHg"), check_unit("mcg"), check_unit("g/dL")
    ('mm[Hg]', 'ug', 'g/dL')
    """
    said = " ".join(text.replace("\0", "").split()) if len(text) <= LONGEST_UNIT else text
    if not said:
        raise NotUcum(_("A unit is missing. Write one, such as mg, mmol/L or mm[Hg]."))
    if len(said) > LONGEST_UNIT:
        raise NotUcum(
            _("The unit has %(sent)s characters, at most %(most)s are possible. Write it in UCUM.")
            % {"sent": len(said), "most": LONGEST_UNIT}
        )
    if said in usual():
        return said
    if mistaken := mistakes().get(said):
        why, instead = mistaken
        said_why = {"unit": said, "why": why, "instead": instead}
        raise NotUcum(_('The unit "%(unit)s" %(why)s. Write %(instead)s.') % said_why)
    if meant := spellings().get(said):
        return meant
    if is_ucum(said):
        return said
    raise NotUcum(refusal(said))


def refusal(said: str) -> str:
    """That ``said`` is no unit, with the nearest ones that are."""
    everything = [*usual(), *spellings()]
    near = difflib.get_close_matches(said, everything, n=3, cutoff=0.5)
    codes = list(dict.fromkeys(spellings().get(word, word) for word in near))
    instead = ", ".join(codes) or "mg, mmol/L, mm[Hg], /min, Cel"
    return _('"%(unit)s" is not a UCUM unit. Write for example %(instead)s.') % {
        "unit": said,
        "instead": instead,
    }


def is_ucum(text: str) -> bool:
    """Whether UCUM's grammar reads ``text``.

    >>> is_ucum("mg/(24.h)"), is_ucum("furlong")
    (True, False)
    """
    # The parser takes half a second to load: only a unit that is none of the usual ones needs it.
    from lark.exceptions import LarkError

    try:
        _parser().parse(text)
    except LarkError:
        return False
    return True


@lru_cache(maxsize=1)
def _parser() -> Any:
    from ucumvert.parser import get_ucum_parser

    return get_ucum_parser()


@lru_cache(maxsize=1)
def usual() -> dict[str, Unit]:
    """The usual units by UCUM code."""
    return {line["unit"]: Unit(line["unit"], line["printed"]) for line in read("units")}


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """What clinics write, and the UCUM code that it means."""
    return {
        written: line["unit"]
        for line in read("units")
        for written in filter(None, line["spellings"].split(";"))
    }


@lru_cache(maxsize=1)
def mistakes() -> dict[str, tuple[str, str]]:
    """Valid UCUM that means something else at a bedside: why, and what to write."""
    return {line["unit"]: (line["why"], line["write"]) for line in read("units_mistaken")}
