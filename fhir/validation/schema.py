"""What the official JSON schema says of a resource; those inside it are checked apart."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import jsonschema_rs

from fhir.codec import NumberLiteral
from fhir.validation.issue import Finding, Node, Rank
from fhir.validation.official import validator
from fhir.validation.wording import findings


def breaches(type_: str, resource: Node, *, every: bool = True) -> Iterator[Finding]:
    """Where a resource breaks the schema of its type; what is inside other resources is left out.

    Args:
        type_: Its type.
        resource: The resource.
        every: Whether to look for more than one breach, which takes long where there are many.
    """
    try:
        for error in _errors(type_, without_inner(resource), every=every):
            yield from findings(resource, error)
    except (ValueError, RecursionError) as problem:
        text = f"{{}} cannot be read: {str(problem)[:200]}"
        yield Finding(Rank.SHAPE, resource, (), text)


def _errors(type_: str, resource: Any, *, every: bool) -> Iterable[Any]:
    """What the schema says; numbers that keep their literal are plain ones to it."""
    try:
        return _all_errors(type_, resource) if every else _first_error(type_, resource)
    except ValueError as problem:
        if NumberLiteral.__name__ not in str(problem):
            raise
        return _errors(type_, _with_plain_numbers(resource), every=every)


def _all_errors(type_: str, resource: Any) -> Iterable[Any]:
    errors: Iterable[Any] = validator(type_).iter_errors(resource)
    return errors


def _first_error(type_: str, resource: Any) -> Iterable[Any]:
    try:
        validator(type_).validate(resource)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _with_plain_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_plain_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_plain_numbers(inner) for inner in value]
    return Decimal(value) if isinstance(value, NumberLiteral) else value


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
