"""Organization, Location and Practitioner as FHIR; what AuditEvent is, the trail says."""

from typing import Any

from accounts.models import Location, Organization, Practitioner, PractitionerRole
from accounts.trail.resource import AUDIT_EVENT
from fhir.elements import boolean, period, primitive, reference, verbatim
from fhir.mapping import Mapping
from fhir.search import columns


def name_of(names: list[dict[str, Any]]) -> str:
    """The name to show: its text, or prefix, given and family in that order."""
    name = next((n for n in names if n.get("use") in ("official", "usual")), None)
    name = name or (names[0] if names else {})
    parts = [*name.get("prefix", []), *name.get("given", []), name.get("family", "")]
    text: str = name.get("text") or " ".join(part for part in parts if part)
    return text[:300]


def _derive_practitioner(practitioner: Practitioner) -> None:
    practitioner.display = name_of(practitioner.names)


MAPPINGS = (
    AUDIT_EVENT,
    Mapping(
        "Organization",
        Organization,
        elements=(
            verbatim("identifier", "identifiers"),
            boolean("active", "active"),
            primitive("name", "name"),
        ),
    ),
    Mapping(
        "Location",
        Location,
        elements=(
            primitive("name", "name"),
            primitive("status", "status"),
            primitive("mode", "mode"),
            reference("managingOrganization", "organization", "Organization"),
            reference("partOf", "part_of", "Location"),
        ),
        search=(
            columns.reference("organization", "organization", "Organization"),
            columns.reference("partof", "part_of", "Location"),
        ),
        joins=("organization", "part_of"),
    ),
    Mapping(
        "Practitioner",
        Practitioner,
        elements=(
            verbatim("identifier", "identifiers"),
            boolean("active", "active"),
            verbatim("name", "names"),
            primitive("gender", "gender"),
        ),
        derive=_derive_practitioner,
    ),
    Mapping(
        "PractitionerRole",
        PractitionerRole,
        elements=(
            verbatim("identifier", "identifiers"),
            boolean("active", "active"),
            period("period", "start", "end"),
            reference("practitioner", "practitioner", "Practitioner"),
            reference("organization", "organization", "Organization"),
            verbatim("code", "codes"),
            verbatim("specialty", "specialties"),
            verbatim("location", "locations"),
            verbatim("telecom", "telecom"),
        ),
        search=(
            columns.reference("practitioner", "practitioner", "Practitioner"),
            columns.reference("organization", "organization", "Organization"),
            columns.moments("date", "start", "end"),
        ),
        joins=("practitioner", "organization"),
    ),
)
