"""Where a resource refers to, by one of its search parameters: for ``_include``."""

from collections.abc import Iterator
from typing import Any

from fhir.search.forms import literal
from fhir.search.leaves import leads_to
from fhir.search.official import Place, Step, official


def references_of(resource: dict[str, Any], parameter: str, own_base: str = "") -> list[str]:
    """The literals that ``parameter`` finds in ``resource``, each once, in order.

    Args:
        resource: A whole resource.
        parameter: Name of a reference parameter of its type; for others nothing is found.
        own_base: Address of this server's API: references that start with it become relative.
    """
    there = official(resource["resourceType"]).get(parameter)
    if there is None or there.type != "reference":
        return []
    found = (
        literal(text, own_base)
        for place in there.places
        for value in standing(resource, place.steps)
        if (text := _text(place, value))
    )
    return list(dict.fromkeys(text for text in found if text))


def standing(value: Any, steps: tuple[Step, ...]) -> Iterator[Any]:
    """What stands at the end of ``steps``."""
    if not steps:
        yield value
        return
    step, *rest = steps
    inner = value.get(step.name) if value.__class__ is dict else None
    items = inner if inner.__class__ is list else [] if inner is None else [inner]
    for item in items[:1] if step.first else items:
        if not step.field or (item.__class__ is dict and item.get(step.field) == step.wanted):
            yield from standing(item, tuple(rest))


def _text(place: Place, value: Any) -> str:
    if value.__class__ is str:
        return str(value)
    if value.__class__ is not dict or (place.only and not leads_to(place.only, value)):
        return ""
    text = value.get("reference")
    return text if text.__class__ is str else ""
