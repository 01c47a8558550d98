"""Whether a resource is FHIR R4: schema, required elements, required codes, invariants."""

import re
from typing import Any

from fhir.definitions import RESOURCE_TYPES, elements
from fhir.errors import Invalid, Malformed, UnknownType
from fhir.validation.further import further
from fhir.validation.issue import Issue, expression, issues
from fhir.validation.walk import examine
from fhir.validation.wording import shortened

__all__ = ["FHIR_ID", "Issue", "expression", "is_choice", "problems", "shortened", "validate"]

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def validate(resource: Any) -> None:
    """Refuse what is not a FHIR R4 resource.

    Raises:
        Malformed: it could not even be read (see ``fhir.files``).
        UnknownType: no ``resourceType``, or none of R4.
        Invalid: it breaks a rule; ``expression`` names the element.
    """
    require_type(resource)
    findings = examine(resource, advising=False)
    if findings:
        worst = issues(findings, resource)[0]
        raise Invalid(worst.message, expression=worst.expression)


def problems(resource: Any) -> list[Issue]:
    """Everything that is wrong with a resource, the most basic first, and what FHIR advises.

    Raises:
        Malformed: it could not even be read.
        UnknownType: no ``resourceType``, or none of R4.
    """
    require_type(resource)
    findings = examine(resource, advising=True)
    found = issues(findings, resource)
    return found + further(resource, found) if findings.halted else found


def require_type(resource: Any) -> None:
    """Refuse what is no resource at all."""
    if isinstance(resource, Malformed):
        raise resource
    if not isinstance(resource, dict):
        raise Invalid("A resource is a JSON object.")
    type_ = resource.get("resourceType")
    if not isinstance(type_, str) or type_ not in RESOURCE_TYPES or not elements(type_):
        raise UnknownType(f'resourceType "{str(type_)[:60]}" is not a FHIR R4 resource type.')


def is_choice(name: str, stem: str) -> bool:
    """Whether ``name`` is a form of the choice ``stem[x]``, such as ``valueQuantity``."""
    rest = name.removeprefix("_").removeprefix(stem)
    return rest != name.removeprefix("_") and rest[:1].isupper()
