"""What each data type is found by: a token, a text, a span of time, an amount.

A leaf takes what stands at a place, adds keys and rows to ``Found`` and tells whether there was
anything; what is not of the expected shape gives nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from fhir.search import spans
from fhir.search.folding import LONGEST, fold
from fhir.search.forms import MONEY, Name, coded, hashed, implied, literal, units


class Found:
    """What a resource can be found by, while it is read.

    Attributes:
        own_base: Address of this server; references that start with it are ours.
        tokens: Keys.
        dates: Key, first and last moment.
        strings: Key and folded text.
        numbers: Key, least and greatest amount.
    """

    __slots__ = ("dates", "numbers", "own_base", "strings", "tokens")

    def __init__(self, own_base: str = "") -> None:
        self.own_base = own_base
        self.tokens: set[int] = set()
        self.dates: set[tuple[int, datetime, datetime]] = set()
        self.strings: set[tuple[int, str]] = set()
        self.numbers: set[tuple[int, Decimal, Decimal]] = set()


Leaf: TypeAlias = Callable[[Found, Name, Any], bool]
# System and code, or literal, of everything that a half of a composite can be.
Halves: TypeAlias = list[tuple[str, str]]


def text_of(value: Any) -> str:
    """``value`` if it is a text."""
    return value if value.__class__ is str else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of an array."""
    return [each for each in value if each.__class__ is dict] if value.__class__ is list else []


def concept(found: Found, name: Name, value: Any) -> bool:
    """A CodeableConcept: all its codings, and its text."""
    if value.__class__ is not dict:
        return False
    there = worded(found, name, value.get("text"))
    for each in objects(value.get("coding")):
        there = coding(found, name, each) or there
    return there


def worded(found: Found, name: Name, text: Any) -> bool:
    """A text for ``:text``."""
    if text.__class__ is not str or not (folded := fold(text)):
        return False
    found.strings.add((name.text, folded))
    return True


def coding(found: Found, name: Name, value: Any) -> bool:
    """A Coding."""
    if value.__class__ is not dict:
        return False
    keys = coded(name.start, text_of(value.get("system")), text_of(value.get("code")))
    found.tokens.update(keys)
    return worded(found, name, value.get("display")) or bool(keys)


def identifier(found: Found, name: Name, value: Any) -> bool:
    """An Identifier, also by the codes of its type."""
    if value.__class__ is not dict:
        return False
    number = text_of(value.get("value"))
    keys = coded(name.start, text_of(value.get("system")), number)
    found.tokens.update(keys)
    kind = value.get("type")
    if kind.__class__ is dict:
        worded(found, name, kind.get("text"))
        for each in objects(kind.get("coding")):
            of_type = f"{text_of(each.get('system'))}|{text_of(each.get('code'))}|{number}"
            found.tokens.add(hashed(name.of_type, of_type))
    return bool(keys) or kind is not None


def contact(found: Found, name: Name, value: Any) -> bool:
    """A ContactPoint: its value, also with its system (``phone|…``)."""
    if value.__class__ is not dict:
        return False
    keys = coded(name.start, text_of(value.get("system")), text_of(value.get("value")))
    found.tokens.update(keys)
    return bool(keys)


def plain(found: Found, name: Name, value: Any) -> bool:
    """A string, id or uri as a token."""
    keys = coded(name.start, "", text_of(value))
    found.tokens.update(keys)
    return bool(keys)


def code_of(system: str) -> Leaf:
    """A code whose value set is of one system."""

    def code(found: Found, name: Name, value: Any) -> bool:
        if value.__class__ is not str or len(value) > LONGEST:
            return plain(found, name, value)
        found.tokens.update(implied(name.start, system, value))
        return True

    return code


def boolean(found: Found, name: Name, value: Any) -> bool:
    """True or false."""
    if value.__class__ is not bool:
        return False
    return plain(found, name, "true" if value else "false")


def deceased(found: Found, name: Name, patient: Any) -> bool:
    """Whether a Patient died: ``deceased.exists() and deceased != false``."""
    died = patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient
    return boolean(found, name, died)


def reference(found: Found, name: Name, value: Any) -> bool:
    """A Reference, by its literal and by the identifier of what it leads to."""
    if value.__class__ is not dict:
        return False
    there = text_of(value.get("reference"))
    if there and (where := literal(there, found.own_base)):
        found.tokens.add(hashed(name.start, where))
    number = value.get("identifier")
    if number.__class__ is dict:
        pair = text_of(number.get("system")), text_of(number.get("value"))
        found.tokens.update(coded(name.identifier, *pair))
    return bool(there) or number is not None or "display" in value


def canonical(found: Found, name: Name, value: Any) -> bool:
    """A canonical address, with and without its version; or a uri that refers."""
    if value.__class__ is not str or not value:
        return False
    where = literal(value, found.own_base)
    if where:
        found.tokens.add(hashed(name.start, where))
    if "|" in where:
        found.tokens.add(hashed(name.start, where.partition("|")[0]))
    return True


def held(type_: str) -> Leaf:
    """A resource of ``type_`` inside the resource, as if it were referred to."""

    def inside(found: Found, name: Name, value: Any) -> bool:
        if value.__class__ is not dict or value.get("resourceType") != type_:
            return False
        if here := text_of(value.get("id")):
            found.tokens.add(hashed(name.start, f"{type_}/{here}"))
        return True

    return inside


def leading_to(type_: str) -> Leaf:
    """A Reference if it leads to ``type_``."""

    def narrow(found: Found, name: Name, value: Any) -> bool:
        return leads_to(type_, value) and reference(found, name, value)

    return narrow


def present_if(type_: str) -> Leaf:
    """Nothing but the presence of a Reference to ``type_``: its key is kept under another name."""

    def narrow(_: Found, __: Name, value: Any) -> bool:
        return leads_to(type_, value)

    return narrow


def leads_to(type_: str, value: Any) -> bool:
    """Whether a Reference says that it leads to ``type_``."""
    if value.__class__ is not dict:
        return False
    where = literal(text_of(value.get("reference")))
    return f"/{where}".rpartition("/")[0].endswith(f"/{type_}") or value.get("type") == type_


def uri(found: Found, name: Name, value: Any) -> bool:
    """A uri, to the letter; its beginning for ``:below``."""
    if not canonical(found, name, value):
        return False
    found.strings.add((name.below, value[:LONGEST]))
    return True


def string(found: Found, name: Name, value: Any) -> bool:
    """A text: folded, and exactly."""
    if value.__class__ is not str or not (folded := fold(value)):
        return False
    found.strings.add((name.present, folded))
    found.tokens.add(hashed(name.exact, value))
    return True


NAME_PARTS = ("text", "family", "given", "prefix", "suffix")
ADDRESS_PARTS = ("text", "line", "city", "district", "state", "postalCode", "country")


def texts(*members: str) -> Leaf:
    """An object of which each of these members is a text, or several."""

    def each_text(found: Found, name: Name, value: Any) -> bool:
        if value.__class__ is not dict:
            return False
        there = False
        for member in members:
            text = value.get(member)
            for each in text if text.__class__ is list else (text,):
                there = string(found, name, each) or there
        return there

    return each_text


def dated(span: Callable[[Any], spans.Moments | None]) -> Leaf:
    """Something that covers a span of time."""

    def moments(found: Found, name: Name, value: Any) -> bool:
        covered = span(value)
        if covered is not None:
            found.dates.add((name.present, *covered))
        return covered is not None

    return moments


def of_object(span: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``span`` for objects; None for anything else."""
    return lambda value: span(value) if value.__class__ is dict else None


def number(found: Found, name: Name, value: Any) -> bool:
    """A decimal or integer."""
    amount = spans.of_number(value)
    if amount is not None:
        found.numbers.add((name.present, amount, amount))
    return amount is not None


def measured(found: Found, name: Name, value: Any) -> bool:
    """A Quantity and its like, SampledData or Range: alone and in its unit."""
    amount = amount_of(value)
    if amount is None:
        return False
    found.numbers.add((name.present, *amount))
    for each in units(name.unit, *unit_of(value)):
        found.numbers.add((each, *amount))
    return True


def amount_of(value: Any) -> spans.Amounts | None:
    """The amount of a Quantity, Money, SampledData or Range."""
    if value.__class__ is not dict:
        return None
    if "value" in value:
        return spans.of_amount(value)
    return spans.of_samples(value) if "origin" in value else spans.of_range(value)


def unit_of(value: dict[str, Any]) -> tuple[str, str, str]:
    """System and code of the unit of an amount, and the unit as printed."""
    if "currency" in value:
        return MONEY, text_of(value["currency"]), ""
    inner = value.get("origin") or value.get("low") or value.get("high") or value
    one = inner if inner.__class__ is dict else value
    return text_of(one.get("system")), text_of(one.get("code")), text_of(one.get("unit"))


def halves(leaf: str, value: Any, system: str) -> Halves:
    """System and code of everything that ``value`` is as half of a composite."""
    if leaf == "CodeableConcept" and value.__class__ is dict:
        return [
            half for each in objects(value.get("coding")) for half in halves("Coding", each, "")
        ]
    if leaf == "Coding" and value.__class__ is dict:
        return [(text_of(value.get("system")), text_of(value.get("code")))]
    if leaf == "boolean" and value.__class__ is bool:
        return [("", "true" if value else "false")]
    return [(system, value)] if value.__class__ is str else []


TOKENS: Mapping[str, Leaf] = {
    "CodeableConcept": concept,
    "Coding": coding,
    "Identifier": identifier,
    "ContactPoint": contact,
    "boolean": boolean,
    "deceased": deceased,
    "code": plain,
    "id": plain,
    "string": plain,
    "uri": plain,
}
REFERENCES: Mapping[str, Leaf] = {
    "Reference": reference,
    "canonical": canonical,
    "uri": canonical,
    "Composition": held("Composition"),
    "MessageHeader": held("MessageHeader"),
}
STRINGS: Mapping[str, Leaf] = {
    "string": string,
    "markdown": string,
    "HumanName": texts(*NAME_PARTS),
    "Address": texts(*ADDRESS_PARTS),
}
DATES: Mapping[str, Leaf] = {
    **dict.fromkeys(("date", "dateTime", "instant"), dated(spans.of_moment)),
    "Period": dated(of_object(spans.of_period)),
    "Timing": dated(of_object(spans.of_timing)),
}
NUMBERS: Mapping[str, Leaf] = {"integer": number, "decimal": number, "Range": measured}
AMOUNTS = ("Quantity", "Age", "Duration", "Money", "Range", "SampledData")
LEAVES: Mapping[str, Mapping[str, Leaf]] = {
    "token": TOKENS,
    "reference": REFERENCES,
    "string": STRINGS,
    "uri": dict.fromkeys(("uri", "url", "canonical"), uri),
    "date": DATES,
    "number": NUMBERS,
    "quantity": dict.fromkeys(AMOUNTS, measured),
}
