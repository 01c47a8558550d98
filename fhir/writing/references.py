"""References of what comes in: those within the call become local, those to nothing are named."""

from collections.abc import Container, Iterator
from typing import Any, TypeAlias

from django.conf import settings

from fhir.errors import Invalid
from fhir.known import Key, key_of
from fhir.mapping import Resource
from fhir.validation import expression
from fhir.writing.drafts import LINKS, URN, Draft, Refuse, each

Path: TypeAlias = list[str | int]


def localise(drafts: list[Draft], refuse: Refuse) -> list[Draft]:
    """Replace references to resources of the same call by ``Type/id``, in place.

    A ``urn:uuid`` that the call does not hold leads nowhere and never will: it is refused, unless
    the resource came alone, outside any bundle, where it is kept to the letter.
    """
    local = {name: draft.reference for draft in drafts for name in draft.names}
    if not local and not any(draft.intent.place for draft in drafts):
        return drafts

    def step(draft: Draft) -> None:
        rewrite(draft, local)

    return each(drafts, step, refuse)


def rewrite(draft: Draft, local: dict[str, str]) -> None:
    """Replace the references of one draft.

    Raises:
        Invalid: one of them is a ``urn:`` that ``local`` does not name.
    """
    for holder in draft.holders:
        for name in LINKS:
            literal = holder.get(name)
            if literal in local:
                holder[name] = local[literal]
            elif name == "reference" and literal is not None and literal.startswith(URN):
                raise _nowhere(draft, holder, f'"{literal[:100]}", which this bundle does not hold')


def require_targets(drafts: list[Draft], here: Container[Key], refuse: Refuse) -> list[Draft]:
    """Where the house is strict, refuse references to what is not ``here``."""
    if settings.FHIR_REFERENCES != "strict":
        return drafts

    def step(draft: Draft) -> None:
        for holder in draft.holders:
            literal = holder.get("reference") or ""
            key = key_of(literal)
            if (key and key not in here) or literal.startswith(URN):
                raise _nowhere(
                    draft, holder, f"{literal[:100]}, which is not here. Send its target first"
                )

    return each(drafts, step, refuse)


def _nowhere(draft: Draft, holder: Resource, what: str) -> Invalid:
    path = next((path for path, each in _places(draft.resource) if each is holder), [])
    place = expression(draft.key[0], path)
    return Invalid(f"{place} refers to {what}.", expression=f"{place}.reference")


def _places(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """Every object and list within ``resource``, with its path."""
    waiting: list[tuple[Path, Any]] = [([], resource)]
    while waiting:
        path, item = waiting.pop()
        yield path, item
        members = item.items() if isinstance(item, dict) else enumerate(item)
        waiting += [([*path, k], v) for k, v in members if isinstance(v, dict | list)]
