"""Entered in error: how each type says so, and how to say it of a copy elsewhere."""

from typing import Any

Resource = dict[str, Any]

IN_ERROR = "entered-in-error"

STATUS_ELEMENT = {
    "CarePlan": "status",
    "CareTeam": "status",
    "Device": "status",
    "DiagnosticReport": "status",
    "DocumentReference": "status",
    "Encounter": "status",
    "FamilyMemberHistory": "status",
    "Goal": "lifecycleStatus",
    "Immunization": "status",
    "MedicationRequest": "status",
    "Observation": "status",
    "Procedure": "status",
}
VERIFIED = {
    "AllergyIntolerance": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
    "Condition": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
}


def is_in_error(resource: Resource) -> bool:
    """Whether ``resource`` says of itself that it was entered in error."""
    type_ = resource["resourceType"]
    if type_ in VERIFIED:
        codings = (resource.get("verificationStatus") or {}).get("coding") or ()
        return any(coding.get("code") == IN_ERROR for coding in codings)
    return resource.get(STATUS_ELEMENT.get(type_, "")) == IN_ERROR


def can_recall(type_: str) -> bool:
    """Whether the type has a way to say it; Patient and Organization have none."""
    return type_ in STATUS_ELEMENT or type_ in VERIFIED


def taken_back(resource: Resource) -> Resource:
    """A copy that says it was entered in error, and otherwise what stood there.

    Used where we may not, or can no longer, send our own content: nothing new is disclosed. The
    narrative goes, since it would still read as if it were true.

    >>> taken_back({"resourceType": "Observation", "status": "final"})["status"]
    'entered-in-error'
    """
    type_ = resource["resourceType"]
    kept = {name: value for name, value in resource.items() if name != "text"}
    if type_ in VERIFIED:
        # Invariants con-5 and ait-2: no clinical status beside "entered in error".
        kept.pop("clinicalStatus", None)
        status = {"coding": [{"system": VERIFIED[type_], "code": IN_ERROR}]}
        return kept | {"verificationStatus": status}
    return kept | {STATUS_ELEMENT[type_]: IN_ERROR}
