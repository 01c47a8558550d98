"""What a program may do, as SMART App Launch 2 spells it: ``system/Observation.rs``."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from fhir.definitions import RESOURCE_TYPES
from fhir.errors import Refusal

Interactions: TypeAlias = Mapping[str, str]

LETTERS = "cruds"
EVERY_TYPE = "*"
# Nobody needs more; FHIR R4 has fewer than 150 types.
LONGEST = 8000
SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]{1,63})\.([a-z*]{1,5})")
# As SMART App Launch 1 wrote them.
FIRST_EDITION = {"read": "rs", "write": "cud", "*": LETTERS}
EXAMPLE = 'Write scopes such as "system/*.rs system/Observation.cruds".'


class BadScope(Refusal):
    """The scope is not one that this server gives."""

    code = "bad-scope"
    issue = "value"


@lru_cache(maxsize=1000)
def parse(text: str) -> Interactions:
    """The interactions that a scope string asks for, by type; "*" is every type.

    Args:
        text: Scopes separated by spaces.

    Raises:
        BadScope: one of them is not ``system/Type.cruds``, and what to write instead.
    """
    if len(text) > LONGEST:
        raise BadScope(f"The scope is longer than {LONGEST} characters. {EXAMPLE}")
    found: dict[str, str] = {}
    for scope in text.split():
        type_, letters = _one(scope)
        found[type_] = _ordered(found.get(type_, "") + letters)
    if not found:
        raise BadScope(f"No scope is named. {EXAMPLE}")
    return MappingProxyType(found)


def _one(scope: str) -> tuple[str, str]:
    match = SCOPE.fullmatch(scope)
    if match is None:
        raise BadScope(f'"{scope[:80]}" is not a scope that this server gives. {EXAMPLE}')
    type_, said = match.groups()
    if type_ != EVERY_TYPE and type_ not in RESOURCE_TYPES:
        raise BadScope(f'"{scope[:80]}": FHIR R4 has no resource type {type_}.')
    letters = FIRST_EDITION.get(said, said)
    if letters != _ordered(letters):
        raise BadScope(
            f'"{scope[:80]}": after the dot stand letters of "{LETTERS}" in this order, each '
            "once: create, read, update, delete, search."
        )
    return type_, letters


def _ordered(letters: str) -> str:
    return "".join(letter for letter in LETTERS if letter in letters)


def text(interactions: Interactions) -> str:
    """The scopes of these interactions in one spelling, by type."""
    return " ".join(f"system/{type_}.{interactions[type_]}" for type_ in sorted(interactions))


def common(one: Interactions, other: Interactions) -> Interactions:
    """What both allow: how a token stays within the registration of its client."""
    both = {
        type_: "".join(letter for letter in allowed(one, type_) if letter in allowed(other, type_))
        for type_ in one.keys() | other.keys()
    }
    return {type_: letters for type_, letters in both.items() if letters}


def allowed(interactions: Interactions, type_: str) -> str:
    """The letters for one type, with those that hold for every type."""
    return _ordered(interactions.get(type_, "") + interactions.get(EVERY_TYPE, ""))


def exceeds(asked: Interactions, registered: Interactions) -> bool:
    """Whether ``asked`` holds anything that ``registered`` does not."""
    return any(
        letter not in allowed(registered, type_)
        for type_, letters in asked.items()
        for letter in letters
    )
