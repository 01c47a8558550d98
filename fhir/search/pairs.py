"""Composite parameters: two values of one object that are found together only."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from fhir.search.folding import fold
from fhir.search.forms import Name, coded, literal, paired, spellings, units
from fhir.search.leaves import DATES, Found, Leaf, amount_of, halves, text_of, unit_of
from fhir.search.official import Official, Part, Place

MOST = 50  # codings of one half: what has more is searched by the first ones

# From the first half (system, code) and a value of the second to keys and rows.
Joining: TypeAlias = Callable[[Found, Name, tuple[str, str], Place, Any], None]


def pair_of(parameter: Official) -> Leaf:
    """What finds the two halves of ``parameter`` in the object that is its base."""
    one, other = parameter.parts
    join = JOININGS[other.type]
    # Most objects lack the second half: look for that first.
    second = tuple((place, _members(place)) for place in other.places)

    def pair(found: Found, name: Name, base: Any) -> bool:
        if base.__class__ is not dict:
            return False
        values = [(place, v) for place, path in second for v in _below(base, path)]
        if not values:
            return False
        firsts = list(islice(_halves(one, base), MOST))
        for first in firsts:
            for place, value in values[:MOST]:
                join(found, name, first, place, value)
        return bool(firsts)

    return pair


def _members(place: Place) -> tuple[str, ...]:
    return tuple(step.name for step in place.steps)


def _below(base: Any, path: tuple[str, ...]) -> Iterator[Any]:
    value = base.get(path[0]) if base.__class__ is dict else None
    for each in value if value.__class__ is list else (value,):
        if len(path) > 1:
            yield from _below(each, path[1:])
        elif each is not None:
            yield each


def _halves(part: Part, base: Any) -> Iterator[tuple[str, str]]:
    for place in part.places:
        for value in _below(base, _members(place)):
            yield from halves(place.leaf, value, place.system)


def _with_token(found: Found, name: Name, first: tuple[str, str], place: Place, value: Any) -> None:
    for second in islice(halves(place.leaf, value, place.system), MOST):
        found.tokens.update(paired(name.start, spellings(*first), spellings(*second)))


def _with_reference(found: Found, name: Name, first: tuple[str, str], _: Place, value: Any) -> None:
    where = text_of(value.get("reference")) if value.__class__ is dict else ""
    if there := literal(where, found.own_base):
        found.tokens.update(paired(name.start, spellings(*first), (there,)))


def _with_string(found: Found, name: Name, first: tuple[str, str], _: Place, value: Any) -> None:
    if value.__class__ is str and (folded := fold(value)):
        found.strings.update((key, folded) for key in coded(name.start, *first)[:2])


def _with_date(found: Found, name: Name, first: tuple[str, str], place: Place, value: Any) -> None:
    alone = Found()
    if DATES[place.leaf](alone, name, value):
        spread = coded(name.start, *first)[:2]
        found.dates.update((key, low, high) for _, low, high in alone.dates for key in spread)


def _with_amount(found: Found, name: Name, first: tuple[str, str], _: Place, value: Any) -> None:
    amount = amount_of(value)
    if amount is None:
        return
    unit = unit_of(value)
    for key, text in zip(coded(name.start, *first)[:2], spellings(*first), strict=False):
        found.numbers.add((key, *amount))
        found.numbers.update((one, *amount) for one in units(name.unit, *unit, f"{text}$"))


JOININGS: Mapping[str, Joining] = {
    "token": _with_token,
    "reference": _with_reference,
    "string": _with_string,
    "date": _with_date,
    "quantity": _with_amount,
}
