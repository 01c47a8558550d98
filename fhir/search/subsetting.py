"""Parts of a resource: ``_elements`` and ``_summary``, marked as parts."""

from functools import cache
from typing import Any

from fhir.definitions import ElementDefinition, elements, primitive_types
from fhir.mapping import Resource
from fhir.search.query import Query

ALWAYS = ("resourceType", "id", "meta")
SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


def subset(resource: Resource, query: Query, *, matched: bool = True) -> Resource:
    """What ``query`` wants of ``resource``; the whole of it where it wants no part.

    Args:
        resource: A whole resource.
        query: The search that found it.
        matched: It is a match; ``_elements`` speaks of matches, not of what is included.
    """
    type_ = resource["resourceType"]
    if query.summary == "true":
        return _marked(_summary(resource, type_))
    if query.summary == "text":
        return _marked(_only(resource, {"text", *_mandatory(type_)}))
    if query.summary == "data":
        return _marked({name: value for name, value in resource.items() if name != "text"})
    if query.elements and matched:
        return _marked(_only(resource, query.elements | _mandatory(type_) | _modifiers(type_)))
    return resource


@cache
def _mandatory(type_: str) -> frozenset[str]:
    return frozenset(n for one in elements(type_) if one.least for n in (one.name, *one.names))


@cache
def _modifiers(type_: str) -> frozenset[str]:
    """Elements that change the meaning of others: a part without them would say something else."""
    return frozenset(n for one in elements(type_) if one.modifier for n in (one.name, *one.names))


def _only(resource: Resource, wanted: frozenset[str] | set[str]) -> Resource:
    choices = {
        name: one.name
        for one in elements(resource["resourceType"])
        if one.choice
        for name in one.names
    }
    return {
        name: value
        for name, value in resource.items()
        if name in ALWAYS
        or (plain := name.removeprefix("_")) in wanted
        or choices.get(plain) in wanted
    }


@cache
def _members(name: str) -> dict[str, tuple[ElementDefinition, str]]:
    """JSON member → its definition and the type of its content."""
    return {
        member: (one, content) for one in elements(name) for member, content in one.names.items()
    }


def _summary(value: Resource, type_: str) -> Resource:
    """The members of ``value`` that belong to a summary, at every depth."""
    members = _members(type_)
    found: Resource = {}
    for name, content in value.items():
        if name in (*ALWAYS, "extension") and name != "extension":
            found[name] = content
            continue
        known = members.get(name.removeprefix("_"))
        if known is not None and (known[0].summary or known[0].least):
            inner = known[1]
            found[name] = content if name.startswith("_") else _within(content, inner)
    return found


def _within(value: Any, type_: str) -> Any:
    if isinstance(value, list):
        return [_within(item, type_) for item in value]
    if not isinstance(value, dict) or type_ in primitive_types() or not elements(type_):
        return value
    return _summary(value, type_)


def _marked(part: Resource) -> Resource:
    meta = part.get("meta", {})
    kept = [tag for tag in meta.get("tag", []) if tag.get("code") != SUBSETTED["code"]]
    return part | {"meta": meta | {"tag": [*kept, SUBSETTED]}}
