"""How a dose is read and written so that nobody reads it ten times too high."""

import csv
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

TABLES = Path(__file__).with_name("tables")
LARGEST = Decimal(1_000_000_000)
MOST_PLACES = 4
_THIN = "\N{NARROW NO-BREAK SPACE}"


def _(text: str) -> str:
    """``text`` in the language of the reader; Django is needed only for a refusal."""
    from django.utils.translation import gettext

    return gettext(text)


class DoseRefused(ValueError):
    """A dose that could be misread. ``problem`` says why, ``remedy`` what to write."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a dose may have.

    Attributes:
        key: What is stored: "mg", "microgram", "tablet".
        ucum: UCUM code for exchange.
        one: Word after 1.
        many: Word after any other number.
        kind: What it measures; only units of one kind convert: mass, volume, activity, amount,
            charge, count (tablets, puffs …), and the same "/h" and "/kg" rates.
        factor: How many of the smallest unit of its kind.
    """

    key: str
    ucum: str
    one: str
    many: str
    kind: str
    factor: Decimal

    @property
    def counted(self) -> bool:
        """Tablets and the like, whose content depends on the product."""
        return self.kind.startswith("count")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and a unit.

    >>> Amount(Decimal("0.5"), "mg").text
    '0.5 mg'
    """

    value: Decimal
    unit: str

    @property
    def text(self) -> str:
        """With a leading zero, without a trailing one, the unit in full where it is misread."""
        unit = units()[self.unit]
        return f"{number(self.value)} {unit.one if self.value == 1 else unit.many}"

    def to(self, unit: str) -> "Amount | None":
        """The same in another unit; None when the one does not tell the other."""
        mine, wanted = units().get(self.unit), units().get(unit)
        if not mine or not wanted or (mine.key != unit and mine.kind != wanted.kind):
            return None
        if mine.counted and mine.key != unit:
            return None
        return Amount(self.value * mine.factor / wanted.factor, unit)

    def times(self, factor: Decimal) -> "Amount":
        return Amount(self.value * factor, self.unit)

    def quantity(self) -> dict[str, object]:
        """As FHIR Quantity."""
        unit = units()[self.unit]
        return {
            "value": self.value,
            "unit": unit.one if self.value == 1 else unit.many,
            "system": "http://unitsofmeasure.org",
            "code": unit.ucum,
        }


def number(value: Decimal) -> str:
    """Without exponent and trailing zeros; groups of three from 10 000 up.

    >>> number(Decimal("1.50"))
    '1.5'
    """
    text = f"{value:f}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    if len(whole) > 4:
        whole = f"{int(whole):_}".replace("_", _THIN)
    return f"{whole}.{rest}" if rest else whole


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@functools.cache
def units() -> Mapping[str, Unit]:
    """Every allowed unit by its key, in the order a list shows them."""
    return {
        row["key"]: Unit(
            row["key"], row["ucum"], row["one"], row["many"], row["kind"], Decimal(row["factor"])
        )
        for row in _rows("units.csv")
    }


@functools.cache
def _unit_spellings() -> Mapping[str, str]:
    return {
        spelling.casefold(): row["key"]
        for row in _rows("units.csv")
        for spelling in (row["key"], row["one"], row["many"], *row["also"].split("|"))
        if spelling
    }


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A way of writing that was misread before, and what to write."""

    written: str
    instead: str
    danger: str
    place: str  # unit, frequency, route, drug
    source: str
    pattern: re.Pattern[str]
    in_text: re.Pattern[str]


@functools.cache
def abbreviations() -> tuple[Abbreviation, ...]:
    """The table of refused abbreviations."""
    return tuple(
        Abbreviation(
            row["written"],
            row["instead"],
            row["danger"],
            row["place"],
            row["source"],
            re.compile(row["pattern"]),
            re.compile(_in_text(row["pattern"], row["place"])),
        )
        for row in _rows("abbreviations.csv")
    )


def _in_text(pattern: str, place: str) -> str:
    """As a word of its own; a unit only behind a number ("NG tube" is no unit)."""
    before = r"[0-9]\s*" if place == "unit" else r"(?<![^\W_])"
    return rf"{before}(?:{pattern})(?![^\W_])"


def refused_words(text: str) -> list[Abbreviation]:
    """The dangerous abbreviations that stand in ``text``: each says what to write instead."""
    return [each for each in abbreviations() if each.in_text.search(text)]


_NUMBER = re.compile(r"(?P<number>[0-9.,'’_ \u202f\u00a0]*[0-9.,])\s*(?P<unit>.*)", re.DOTALL)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ \u202f\u00a0][0-9]{3})+(?:\.[0-9]*)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LONGEST_TEXT = 60


def parse(text: str) -> Amount:
    """A dose as a person writes it.

    Raises:
        DoseRefused: It could be misread, or number or unit are missing; says what to write.

    >>> parse("0.5 mg")
    Amount(value=Decimal('0.5'), unit='mg')
    """
    text = text.strip()
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if not found:
        raise DoseRefused(_("A dose is one number and one unit."), _("Write it like 500 mg."))
    written = found["number"].strip()
    unit = _unit(found["unit"].strip(), written)
    return Amount(_value(written, unit), unit.key)


def _unit(text: str, written: str) -> Unit:
    if not text:
        said = {"written": written}
        raise DoseRefused(
            _("The dose %(written)s has no unit.") % said,
            _("Write the unit, like %(written)s mg.") % said,
        )
    refuse_abbreviated_unit(text, written)
    key = _unit_spellings().get(" ".join(text.casefold().split()))
    if key is None:
        known = ", ".join(unit.many for unit in list(units().values())[:8])
        raise DoseRefused(
            _("“%(text)s” is not a unit of a dose.") % {"text": text[:30]},
            _("Write one of %(known)s ….") % {"known": known},
        )
    return units()[key]


def refuse_abbreviated_unit(text: str, written: str) -> None:
    """Raises DoseRefused for U, IU, µg and their like."""
    for each in abbreviations():
        if each.place == "unit" and each.pattern.fullmatch(text):
            better = _write(f"{written.strip()} {each.instead}")
            raise DoseRefused(f"“{text}” {each.danger}.", better)


def _value(written: str, unit: Unit) -> Decimal:
    if _GROUPED.fullmatch(written):
        written = re.sub(r"\s", "", written)
    _refuse_misread(written, unit)
    said = {"written": written[:30], "most": MOST_PLACES}
    if not _PLAIN.fullmatch(written):
        raise DoseRefused(
            _("“%(written)s” is not a number.") % said, _("Write digits, like 500 or 0.5.")
        )
    value = Decimal(written)
    if not value or value > LARGEST:
        raise DoseRefused(
            _("A dose of %(written)s is not possible.") % said, _("Write the real dose.")
        )
    if -int(value.as_tuple().exponent) > MOST_PLACES:
        raise DoseRefused(
            _("%(written)s has more than %(most)s decimals.") % said,
            _("Write it in a smaller unit, like micrograms."),
        )
    return value


def _write(dose: str) -> str:
    return _("Write %(dose)s.") % {"dose": dose}


def _refuse_misread(written: str, unit: Unit) -> None:
    said = {"written": written[:30]}
    if "," in written:
        _refuse_comma(written, unit)
    if written.startswith("."):
        raise DoseRefused(
            _("Without a zero before it the point is easily missed."),
            _write(f"0{written} {unit.many}"),
        )
    if written.endswith("."):
        raise DoseRefused(
            _("The point has nothing after it."), _write(f"{written[:-1]} {unit.many}")
        )
    if len(written) > 1 and written[0] == "0" and written[1].isdigit():
        raise DoseRefused(
            _("%(written)s begins with a zero too many.") % said,
            _write(f"{written.lstrip('0') or '0'} {unit.many}"),
        )
    whole, _point, rest = written.partition(".")
    if rest.endswith("0") and whole.isdigit() and rest.isdigit():
        better = Amount(Decimal(written), unit.key).text
        raise DoseRefused(_("%(written)s can be read ten times too high.") % said, _write(better))


def _refuse_comma(written: str, unit: Unit) -> NoReturn:
    whole, _comma, rest = written.partition(",")
    if not whole.isdigit() or not rest.isdigit():
        meant = _("the number without a comma, in")
    else:
        point = number(Decimal(f"{whole}.{rest}"))
        either = _("%(one)s or %(other)s") % {"one": f"{whole}{rest}", "other": point}
        meant = either if len(rest) == 3 else point
    raise DoseRefused(
        _("The comma in %(written)s is read as a decimal point by some and not by others.")
        % {"written": written[:30]},
        _write(f"{meant} {unit.many}"),
    )
