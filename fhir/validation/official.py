"""The official JSON schema with its gaps closed: one validator for each type."""

from functools import cache
from typing import Any

import jsonschema_rs

from fhir.definitions import json_schema
from fhir.validation.wording import NO_CONTROLS, TEXT

Spec = dict[str, Any]

HEAD = "#/definitions/"
INNER = {"type": "object", "required": ["resourceType"]}
ELEMENT = {"$ref": f"{HEAD}Element"}
OR_NULL = "_or_null"
SCALARS = ("string", "number", "boolean")


@cache
def validator(type_: str) -> Any:
    """The validator of a resource type; resources inside are only objects with a type to it.

    Its patterns are matched in linear time whatever the text.
    """
    return jsonschema_rs.validator_for(
        {
            "$schema": json_schema()["$schema"],
            "$ref": HEAD + type_,
            "definitions": _reachable(type_),
        },
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def _reachable(type_: str) -> dict[str, Spec]:
    """The definitions that the definition of a type leads to, directly or not."""
    found: dict[str, Spec] = {}
    waiting = [type_]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _definitions()[name]
            specs = found[name].get("properties", {}).values()
            waiting += [target for spec in specs if (target := _target(spec))]
    return found


@cache
def _definitions() -> dict[str, Spec]:
    definitions: dict[str, Spec] = _corrected(json_schema()["definitions"])
    definitions["ResourceList"] = INNER
    primitive = {
        name for name, spec in definitions.items() if spec.get("type", "object") in SCALARS
    }
    for name in ("Element", *primitive):
        definitions[name + OR_NULL] = _or_null(definitions[name])
    for definition in definitions.values():
        properties = definition.get("properties", {})
        _add_missing_extensions(properties, primitive)
        for name in [each for each in properties if f"_{each}" in properties]:
            for one in (properties[name], properties[f"_{name}"]):
                if "items" in one:
                    one["items"] = _nullable(one["items"])
    return definitions


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


def _add_missing_extensions(properties: dict[str, Spec], primitive: set[str]) -> None:
    """Beside canonicals the schema forgets the member that holds their extensions."""
    for name, spec in list(properties.items()):
        if _target(spec) in primitive and name not in ("id", "_id") and name[0] != "_":
            many = "items" in spec
            missing = {"type": "array", "items": ELEMENT} if many else ELEMENT
            properties.setdefault(f"_{name}", missing)


def _target(spec: Spec) -> str:
    """The definition that a property, or each item of it, refers to; '' for none."""
    return str(spec.get("items", spec).get("$ref", "")).removeprefix(HEAD)


def _nullable(item: Spec) -> Spec:
    """The item of an array that may hold null where the array beside it has something."""
    return {"$ref": item["$ref"] + OR_NULL} if "$ref" in item else _or_null(item)


def _or_null(spec: Spec) -> Spec:
    if "enum" in spec:
        return spec | {"enum": [*spec["enum"], None]}
    return spec | ({"type": [spec["type"], "null"]} if "type" in spec else {})
