"""Pieces of resources made from the official schema: small values that pass it, and odd ones."""

import re
from typing import Any

from hypothesis import strategies as st

from fhir.definitions import elements, json_schema

HEAD = "#/definitions/"
BY_PATTERN = {
    "date": "2024-02-29",
    "dateTime": "2024-02-29T10:00:00+02:00",
    "instant": "2024-02-29T10:00:00+02:00",
    "time": "10:00:00",
    "xhtml": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>",
    "base64Binary": "eA==",
}
# One text of each form that the schema asks for.
WRITTEN = (
    "2024-02-29T10:00:00+02:00",
    "2024-02-29",
    "1958-04",
    "10:00:00",
    "x",
    "eA==",
    "urn:oid:1.2.3",
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
)
# What makes sense of a type or part that requires nothing by itself, or a certain code.
ENOUGH: dict[str, dict[str, Any]] = {
    "CarePlan.activity.detail": {"status": "scheduled"},
    "Consent.provision.data": {"meaning": "instance", "reference": {"display": "x"}},
    "DocumentReference.relatesTo": {"code": "replaces", "target": {"display": "x"}},
    "Encounter.statusHistory": {"status": "planned", "period": {"start": "2024-02-29"}},
    "Patient.link": {"type": "refer", "other": {"display": "x"}},
    "CodeableConcept": {"text": "x"},
    "Coding": {"code": "x"},
    "Condition.evidence": {"detail": [{"display": "x"}]},
    "Condition.stage": {"summary": {"text": "x"}},
    "Identifier": {"value": "x"},
    "Immunization.education": {"documentType": "x"},
    "MedicationAdministration.dosage": {"dose": {"value": 1}},
    "Observation.referenceRange": {"text": "x"},
    "Patient.contact": {"name": {"text": "x"}},
    "Period": {"start": "2024-02-29"},
    "Quantity": {"value": 1},
    "Reference": {"display": "x"},
}
ODD = {"url": "urn:not-really", "valueBoolean": True}


def definition(name: str) -> dict[str, Any]:
    """The schema of a type, data type or part of a type."""
    found: dict[str, Any] = json_schema()["definitions"][name]
    return found


def target(spec: dict[str, Any]) -> str:
    """Name of the definition that a property has, or has a list of; '' for a plain value."""
    one = spec.get("items", spec)
    return str(one.get("$ref", "")).removeprefix(HEAD)


def smallest(name: str) -> Any:
    """The least that the schema lets through as a ``name``."""
    if name in BY_PATTERN:
        return BY_PATTERN[name]
    spec = definition(name)
    if spec.get("type") == "object" or "properties" in spec:
        return {each: least(spec["properties"][each]) for each in spec.get("required", ())}
    return plain(spec)


def plain(spec: dict[str, Any]) -> Any:
    """A value of a primitive type."""
    return plains(spec)[0]


def plains(spec: dict[str, Any]) -> list[Any]:
    """Values of a primitive type."""
    if "enum" in spec or "const" in spec:
        return list(spec.get("enum") or [spec["const"]])
    if spec.get("type") in ("boolean", "number"):
        return [True, False] if spec["type"] == "boolean" else [1, 2]
    return [text for text in WRITTEN if re.search(spec.get("pattern", ""), text)]


def least(spec: dict[str, Any]) -> Any:
    """The least value of a property."""
    one = smallest(target(spec)) if target(spec) else plain(spec.get("items", spec))
    return [one] if spec.get("type") == "array" else one


def minimal(name: str) -> Any:
    """The least of a type or part (``Patient.contact``) that is valid by every rule."""
    if name in ENOUGH:
        return ENOUGH[name]
    if "." not in name and "properties" not in definition(name):
        return smallest(name)
    found = {}
    for element in elements(name):
        if element.least:
            json_name, type_ = next(iter(element.names.items()))
            value = minimal(type_)
            found[json_name] = [value] if element.many else value
    return found


def with_odd_modifier(resource: dict[str, Any], path: str) -> dict[str, Any]:
    """``resource`` with an extension at ``path`` that changes its meaning and nobody knows."""
    *parts, leaf = path.split(".")
    return _planted(resource, resource["resourceType"], parts, leaf)


def _planted(value: dict[str, Any], name: str, parts: list[str], leaf: str) -> dict[str, Any]:
    if not parts:
        return value | {leaf: "urn:rules" if leaf == "implicitRules" else [ODD]}
    element = next(each for each in elements(name) if each.name == parts[0])
    type_ = element.types[0]
    inner = value.get(parts[0]) or minimal(type_)
    rest = inner[1:] if isinstance(inner, list) else []
    first = inner[0] if isinstance(inner, list) else inner
    changed = _planted(first, type_, parts[1:], leaf)
    return value | {parts[0]: [changed, *rest] if element.many else changed}


DEEPEST = 3
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "decimal": st.sampled_from([1, 1.5, 0.001]),
    "date": st.sampled_from(["1958", "1958-04", "1958-04-01"]),
    "dateTime": st.sampled_from(["1958", "1958-04", "2024-02-29T10:00:00+02:00"]),
    "code": st.sampled_from(["x", "active", "final"]),
    "uri": st.sampled_from(["urn:own", "http://loinc.org"]),
    "string": TEXTS,
    "markdown": TEXTS,
}


def shapes(spec: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a property as the schema describes it, three levels deep."""
    one = _shape(spec, depth)
    if spec.get("type") == "array":
        return st.lists(one, min_size=1, max_size=2)
    return one


def _shape(spec: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    name = target(spec)
    if not name:
        return st.sampled_from(plains(spec.get("items", spec)))
    if name in PRIMITIVES:
        return PRIMITIVES[name]
    properties = definition(name).get("properties", {})
    if not properties or depth >= DEEPEST:
        return st.just(smallest(name))
    return st.deferred(lambda: _parts(name, depth))


def _parts(name: str, depth: int) -> st.SearchStrategy[Any]:
    """Some of the parts of a group; what it needs is always there."""
    properties = definition(name)["properties"]
    needed = smallest(name)
    free = sorted(each for each in properties if each not in needed and each != "resource")
    chosen = st.lists(st.sampled_from(free), max_size=3, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries(
            {each: st.just(needed[each]) for each in needed}
            | {each: shapes(properties[each], depth + 1) for each in names}
        )
    )
