"""Whether a resource is FHIR R4: the official schema first, then the required elements."""

import re
from functools import cache
from typing import Any

import jsonschema_rs

from fhir.definitions import RESOURCE_TYPES, json_schema, required_elements
from fhir.errors import Invalid, Malformed, UnknownType

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
MISSING = re.compile(r'"(\w+)" is a required property')
LONGEST_VALUE_SHOWN = 60


@cache
def _validator(type_: str) -> Any:
    schema = json_schema()
    return jsonschema_rs.validator_for({"$ref": f"#/definitions/{type_}", **schema})


def validate(resource: Any) -> None:
    """Refuse what is not a FHIR R4 resource.

    Raises:
        Malformed: it could not even be read (see ``fhir.files``).
        UnknownType: no ``resourceType``, or none of R4.
        Invalid: an element breaks the schema or is missing; ``expression`` names it.
    """
    if isinstance(resource, Malformed):
        raise resource
    if not isinstance(resource, dict):
        raise Invalid("A resource is a JSON object.")
    type_ = resource.get("resourceType")
    if not isinstance(type_, str) or type_ not in RESOURCE_TYPES:
        raise UnknownType(f'resourceType "{str(type_)[:60]}" is not a FHIR R4 resource type.')
    _require_schema(type_, resource)
    _require_elements(type_, resource)
    if "id" in resource and not FHIR_ID.fullmatch(resource["id"]):
        raise Invalid(
            f"{type_}.id: 1 to 64 letters, digits, hyphens or dots.", expression=f"{type_}.id"
        )


def _require_schema(type_: str, resource: dict[str, Any]) -> None:
    try:
        error = next(iter(_validator(type_).iter_errors(resource)), None)
    except (ValueError, RecursionError) as problem:
        raise Invalid(f"{type_} cannot be read: {str(problem)[:200]}") from None
    if error is None:
        return
    path = expression(type_, list(error.instance_path))
    missing = MISSING.fullmatch(error.message)
    if missing:
        path = f"{path}.{missing.group(1)}"
        raise Invalid(f"{path} is required and missing.", expression=path)
    raise Invalid(f"{path}: {shortened(error.message)}", expression=path)


def _require_elements(type_: str, resource: dict[str, Any]) -> None:
    for element in required_elements(type_):
        stem = element.removesuffix("[x]")
        names = (
            [stem, f"_{stem}"] if stem == element else [k for k in resource if is_choice(k, stem)]
        )
        if not any(name in resource for name in names):
            path = f"{type_}.{element}"
            raise Invalid(f"{path} is required and missing.", expression=path)


def is_choice(name: str, stem: str) -> bool:
    """Whether ``name`` is a form of the choice ``stem[x]``, such as ``valueQuantity``."""
    rest = name.removeprefix("_").removeprefix(stem)
    return rest != name.removeprefix("_") and rest[:1].isupper()


def expression(type_: str, path: list[str | int]) -> str:
    """A FHIRPath for a place in the JSON.

    >>> expression("Patient", ["name", 0, "given"])
    'Patient.name[0].given'
    """
    return type_ + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def shortened(message: str) -> str:
    """A schema message without a resource's whole content in it."""
    return message if len(message) <= 200 else f"{message[:LONGEST_VALUE_SHOWN]} … {message[-100:]}"
