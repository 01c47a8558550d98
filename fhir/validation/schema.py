"""The official JSON schema: names, types, forms of texts; inner resources are checked apart."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs

from fhir.codec import NumberLiteral
from fhir.definitions import json_schema
from fhir.validation.issue import Finding, Node, Rank
from fhir.validation.wording import NO_CONTROLS, TEXT, findings

INNER = {"type": "object", "required": ["resourceType"]}
ELEMENT = {"$ref": "#/definitions/Element"}


@cache
def _schema() -> dict[str, Any]:
    schema = _corrected(json_schema())
    definitions = schema["definitions"] | {"ResourceList": INNER}
    for definition in definitions.values():
        _add_missing_extensions(definition.get("properties", {}), definitions)
    return {**schema, "definitions": definitions}


def _corrected(value: Any) -> Any:
    """The schema with texts as FHIR has them; what must be there is asked by the walk."""
    if isinstance(value, dict):
        return {
            name: _corrected(inner)
            for name, inner in value.items()
            if not (name == "required" and isinstance(inner, list))
        }
    if isinstance(value, list):
        return [_corrected(inner) for inner in value]
    return NO_CONTROLS if value == TEXT else value


def _add_missing_extensions(properties: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Beside canonicals the schema forgets the member that holds their extensions."""
    for name, spec in list(properties.items()):
        target = spec.get("items", spec).get("$ref", "").removeprefix("#/definitions/")
        primitive = definitions.get(target, {}).get("type", "object") != "object"
        if primitive and name != "id" and name[0] != "_" and f"_{name}" not in properties:
            many = "items" in spec
            properties[f"_{name}"] = {"type": "array", "items": ELEMENT} if many else ELEMENT


@cache
def _validator(type_: str) -> Any:
    return jsonschema_rs.validator_for({**_schema(), "$ref": f"#/definitions/{type_}"})


def breaches(type_: str, resource: Node) -> Iterator[Finding]:
    """Where a resource breaks the schema of its type; what is inside other resources is left out.

    In an array of primitives null is right where the array beside it has an extension, which the
    schema does not know; the walk looks at those.
    """
    try:
        for error in _errors(type_, without_inner(resource)):
            path = list(error.instance_path)
            if not _null_beside_extension(resource, path):
                yield from findings(resource, error)
    except (ValueError, RecursionError) as problem:
        text = f"{{}} cannot be read: {str(problem)[:200]}"
        yield Finding(Rank.SHAPE, resource, (), text)


def _errors(type_: str, resource: Any) -> list[Any]:
    """What the schema says; numbers that keep their literal are plain ones to it."""
    try:
        return list(_validator(type_).iter_errors(resource))
    except ValueError as problem:
        if NumberLiteral.__name__ not in str(problem):
            raise
        return list(_validator(type_).iter_errors(_with_plain_numbers(resource)))


def _with_plain_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_plain_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_plain_numbers(inner) for inner in value]
    return Decimal(value) if isinstance(value, NumberLiteral) else value


def _null_beside_extension(resource: Node, path: list[str | int]) -> bool:
    if len(path) < 2 or not isinstance(path[-1], int):
        return False
    *way, number = path
    owner: Any = None
    array: Any = resource
    for part in way:
        owner, array = array, array[part]
    if array[number] is not None:
        return False
    name = str(way[-1])
    beside = name[1:] if name.startswith("_") else f"_{name}"
    return isinstance(owner, dict) and isinstance(owner.get(beside), list)


def without_inner(resource: Node) -> Node:
    """A resource with only the types of those in it; the same object where there are none."""
    plain = resource
    if isinstance(resource.get("contained"), list):
        plain = plain | {"contained": [_stub(each) for each in resource["contained"]]}
    name = {"Bundle": "entry", "Parameters": "parameter"}.get(resource["resourceType"], "")
    if isinstance(resource.get(name), list):
        plain = plain | {name: [_hollow(each) for each in resource[name]]}
    return plain


def _hollow(entry: Any) -> Any:
    """An entry of a Bundle or a parameter with stubs in the place of resources."""
    if not isinstance(entry, dict):
        return entry
    hollow = dict(entry)
    if "resource" in entry:
        hollow["resource"] = _stub(entry["resource"])
    response = entry.get("response")
    if isinstance(response, dict) and "outcome" in response:
        hollow["response"] = response | {"outcome": _stub(response["outcome"])}
    if isinstance(entry.get("part"), list):
        hollow["part"] = [_hollow(each) for each in entry["part"]]
    return hollow


def _stub(resource: Any) -> Any:
    if isinstance(resource, dict) and "resourceType" in resource:
        return {"resourceType": resource["resourceType"]}
    return resource
