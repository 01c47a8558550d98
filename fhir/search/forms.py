"""The spellings under which one value can be asked for, as keys; what repeats is hashed once.

A search knows ``code``, ``system|code``, ``system|`` and ``|code`` apart, so a code has a key for
each spelling that fits it. Codes repeat from record to record: their keys are remembered.
"""

from functools import lru_cache
from hashlib import sha256
from typing import TypeAlias

from fhir.search.keys import key

Keys: TypeAlias = tuple[int, ...]

REMEMBERED = 20_000
LONGEST_REMEMBERED = 300
MONEY = "urn:iso:std:iso:4217"


class Name:
    """A search parameter of a type, with everything that its keys start with.

    Attributes:
        present: Key of the parameter itself: it has a value; and of its dates, texts and numbers.
        start: What precedes a value before it is hashed.
        exact: The same for ``:exact``.
        of_type: The same for ``:of-type``.
        identifier: The same for ``:identifier``.
        unit: The same for amounts in one unit.
        text: Key of its ``:text``.
        below: Key of its ``:below``.
    """

    __slots__ = ("below", "exact", "identifier", "of_type", "present", "start", "text", "unit")

    def __init__(self, type_: str, parameter: str) -> None:
        stem = f"{type_}.{parameter}"
        self.present = key(type_, parameter)
        self.start = f"{stem}=".encode()
        self.exact = f"{stem}:exact=".encode()
        self.of_type = f"{stem}:of-type=".encode()
        self.identifier = f"{stem}:identifier=".encode()
        self.unit = f"{stem}|=".encode()
        self.text = key(type_, f"{parameter}:text")
        self.below = key(type_, f"{parameter}:below")


def hashed(start: bytes, text: str) -> int:
    """``keys.key`` of ``text``, its beginning made beforehand."""
    return int.from_bytes(sha256(start + text.encode()).digest()[:8], "big", signed=True)


def spellings(system: str, code: str) -> tuple[str, ...]:
    """How a code may be asked for, the most exact first.

    >>> spellings("http://loinc.org", "8867-4")
    ('http://loinc.org|8867-4', '8867-4', 'http://loinc.org|')
    >>> spellings("", "final")
    ('final', '|final')
    """
    if not code:
        return (f"{system}|",) if system else ()
    return (f"{system}|{code}", code, f"{system}|") if system else (code, f"|{code}")


def coded(start: bytes, system: str, code: str) -> Keys:
    """The keys of a code, an identifier or anything else with a system, as ``spellings`` go."""
    if len(system) + len(code) > LONGEST_REMEMBERED:
        return _coded.__wrapped__(start, system, code)
    return _coded(start, system, code)


@lru_cache(REMEMBERED)
def _coded(start: bytes, system: str, code: str) -> Keys:
    return tuple([hashed(start, text) for text in spellings(system, code)])


@lru_cache(REMEMBERED)
def implied(start: bytes, system: str, code: str) -> Keys:
    """The keys of an element of type code: it has no system, and yet the one of its value set."""
    return (*_coded(start, system, code), hashed(start, f"|{code}"))


def units(start: bytes, system: str, code: str, unit: str, first: str = "") -> Keys:
    """The keys under which an amount is found in its unit, perhaps behind a composite's first half.

    Args:
        start: ``Name.unit``.
        system: System of the unit.
        code: The unit in that system.
        unit: The unit as printed.
        first: First half of a composite with its ``$``; empty for none.
    """
    if len(first) + len(system) + len(code) + len(unit) > LONGEST_REMEMBERED:
        return _units.__wrapped__(start, system, code, unit, first)
    return _units(start, system, code, unit, first)


@lru_cache(REMEMBERED)
def _units(start: bytes, system: str, code: str, unit: str, first: str) -> Keys:
    texts = [f"{system}|{code}"] if system and code else []
    texts += dict.fromkeys(text for text in (code, unit) if text)
    return tuple([hashed(start, first + text) for text in texts])


def paired(start: bytes, one: tuple[str, ...], other: tuple[str, ...]) -> Keys:
    """The keys of two halves: every spelling of one with every spelling of the other."""
    if sum(map(len, one)) + sum(map(len, other)) > LONGEST_REMEMBERED:
        return _paired.__wrapped__(start, one, other)
    return _paired(start, one, other)


@lru_cache(REMEMBERED)
def _paired(start: bytes, one: tuple[str, ...], other: tuple[str, ...]) -> Keys:
    return tuple([hashed(start, f"{left}${right}") for left in one for right in other])


def literal(text: str, own_base: str = "") -> str:
    """A reference as it is compared: ours as ``Type/id``, without a version; '' for ``#inside``.

    >>> literal("https://here/fhir/Patient/rosa/_history/3", "https://here/fhir")
    'Patient/rosa'
    """
    if own_base and text.startswith(f"{own_base}/"):
        text = text[len(own_base) + 1 :]
    return "" if text.startswith("#") else text.partition("/_history/")[0]
