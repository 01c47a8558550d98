"""A refusal as FHIR says it: OperationOutcome."""

import re
from typing import Any

from fhir.errors import BadParameter, Refusal, UnknownParameter
from fhir.mapping import Resource

# What XML cannot hold at all, and JSON only as an escape that many readers refuse.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# How a parameter is called; in a Bundle it stands inside an element, which has a path.
NAME = re.compile(r"[A-Za-z0-9_-]+")


def issue(severity: str, code: str, message: str, expression: str = "") -> Resource:
    """One issue of an OperationOutcome."""
    said: Resource = {"severity": severity, "code": code, "details": {"text": writable(message)}}
    return said | ({"expression": [writable(expression)]} if expression else {})


def writable(text: str) -> str:
    """A text that may quote what was sent, fit for either format."""
    return UNWRITABLE.sub("\ufffd", text)


def outcome_of(issues: list[Resource]) -> Resource:
    """An OperationOutcome with these issues."""
    return {"resourceType": "OperationOutcome", "issue": issues}


def outcome(refusal: Refusal) -> Resource:
    """The OperationOutcome of a refusal, naming the element when one is known."""
    several: list[Any] = list(getattr(refusal, "issues", ()))
    if several:
        return outcome_of([problem(each) for each in several])
    return outcome_of([issue("error", refusal.issue, refusal.message, place(refusal))])


def place(refusal: Refusal) -> str:
    """What is at fault: an element as FHIRPath, or a part of the request as ``http.name``.

    Source: FHIR R4, OperationOutcome.issue.location.
    """
    asked = isinstance(refusal, BadParameter | UnknownParameter)
    if refusal.expression and not (asked and NAME.fullmatch(refusal.expression)):
        return refusal.expression
    return f"http.{refusal.expression or refusal.part}"


def problem(found: Any) -> Resource:
    """A problem that validation found, as an issue."""
    return issue(found.severity, found.code, found.message, found.expression or "http.body")
