"""A refusal as FHIR says it: OperationOutcome."""

from fhir.errors import Refusal
from fhir.mapping import Resource


def outcome(refusal: Refusal) -> Resource:
    """The OperationOutcome of a refusal, naming the element when one is known."""
    issue: Resource = {
        "severity": "error",
        "code": refusal.issue,
        "details": {"text": refusal.message},
    }
    if refusal.expression:
        issue["expression"] = [refusal.expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
