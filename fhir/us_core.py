"""Which US Core 6.1.0 profile a resource of our own declares: only one that it satisfies.

The profiles are HL7's (CC0); what each asks for beyond base R4 stands here as a table, and a test
lets an independent validator compare resources of every kind with the published definitions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Resource: TypeAlias = dict[str, Any]
Rule: TypeAlias = Callable[[Resource], bool]

CANONICAL = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

# LOINC code of a vital sign → profile and the UCUM units that it allows.
VITAL_SIGNS = {
    "85354-9": ("blood-pressure", ()),
    "8867-4": ("heart-rate", ("/min",)),
    "9279-1": ("respiratory-rate", ("/min",)),
    "8310-5": ("body-temperature", ("Cel", "[degF]")),
    "29463-7": ("body-weight", ("kg", "g", "[lb_av]")),
    "8302-2": ("body-height", ("cm", "[in_i]")),
    "9843-4": ("head-circumference", ("cm", "[in_i]")),
    "39156-5": ("bmi", ("kg/m2",)),
    "59408-5": ("pulse-oximetry", ("%",)),
}
BLOOD_PRESSURES = ("8480-6", "8462-4")
ARTERIAL_SATURATION = "2708-6"
SOCIAL = {
    "72166-2": "smokingstatus",
    "82810-3": "observation-pregnancystatus",
    "11341-5": "observation-occupation",
}


@dataclass(frozen=True)
class Profile:
    """A profile, the elements it requires (dots go deeper, into every item), and the rest."""

    name: str
    required: tuple[str, ...] = ()
    rule: Rule = lambda _: True

    def fits(self, resource: Resource) -> bool:
        """Whether ``resource`` satisfies it."""
        return all(has(resource, path) for path in self.required) and self.rule(resource)


def profiles(resource: Resource) -> list[str]:
    """Canonical addresses of what ``resource`` may declare in ``meta.profile``; often one."""
    if resource["resourceType"] == "Observation":
        found = _observation(resource)
    else:
        found = iter(PROFILES.get(resource["resourceType"], ()))
    return [CANONICAL + profile.name for profile in found if profile.fits(resource)][:1]


def declare(resource: Resource, extra: Resource) -> Resource:
    """Write the profile that ``resource`` satisfies into its meta, and into ``extra`` of its row.

    Returns:
        ``extra`` with it; what other makers declared stays, what no longer holds goes.
    """
    meta = dict(extra.get("meta") or {})
    others = [url for url in meta.get("profile", ()) if not url.startswith(CANONICAL)]
    names = profiles(resource) + others
    if names == meta.get("profile", []):
        return extra
    meta.pop("profile", None)
    meta |= {"profile": names} if names else {}
    ours = {k: v for k, v in resource["meta"].items() if k != "profile"}
    resource["meta"] = ours | meta
    rest = {name: value for name, value in extra.items() if name != "meta"}
    return rest | ({"meta": meta} if meta else {})


def has(value: Any, path: str) -> bool:
    """Whether every item has something at ``path``; a choice is named with its type.

    >>> has({"name": [{"family": "Lind"}, {"text": "Rosa"}]}, "name.family")
    False
    """
    name, _, rest = path.partition(".")
    found = value.get(name) if isinstance(value, dict) else None
    if found in (None, "", [], {}):
        return False
    items = found if isinstance(found, list) else [found]
    return not rest or all(has(item, rest) for item in items)


def coded(concepts: Any, system: str, *codes: str) -> bool:
    """Whether a coding of these concepts is one of ``codes`` of ``system``."""
    listed = concepts if isinstance(concepts, list) else [concepts or {}]
    return any(
        coding.get("system") == system and coding.get("code") in codes
        for concept in listed
        for coding in concept.get("coding", ())
    )


def category(system: str, *codes: str) -> Rule:
    """A category of the resource is one of these."""
    return lambda resource: coded(resource.get("category"), system, *codes)


def _occurred(resource: Resource) -> bool:
    return "effectiveDateTime" in resource or "effectivePeriod" in resource


def _measured(resource: Resource, units: tuple[str, ...]) -> bool:
    """The value, if there is one, is in an allowed unit; without one it is said why."""
    quantity = resource.get("valueQuantity")
    if quantity is None:
        return "dataAbsentReason" in resource
    return has(quantity, "value") and quantity.get("system") == UCUM and quantity["code"] in units


def _pressures(resource: Resource) -> bool:
    components = resource.get("component", ())
    found = [code for code in BLOOD_PRESSURES for c in components if coded(c["code"], LOINC, code)]
    return found == list(BLOOD_PRESSURES) and all(
        has(c, "dataAbsentReason") or c.get("valueQuantity", {}).get("code") == "mm[Hg]"
        for c in components
    )


def _vital_sign(code: str, units: tuple[str, ...]) -> Rule:
    def rule(resource: Resource) -> bool:
        if code == "85354-9":
            return _pressures(resource)
        if code == "59408-5" and not coded(resource["code"], LOINC, ARTERIAL_SATURATION):
            return False
        return _measured(resource, units)

    return rule


def _observation(resource: Resource) -> Iterator[Profile]:
    base = ("status", "code", "subject")
    in_category = category(
        TERMINOLOGY + "observation-category", "vital-signs", "laboratory", "social-history"
    )
    if not in_category(resource):
        return
    codes = {c.get("code") for c in resource["code"].get("coding", ()) if c.get("system") == LOINC}
    for code in codes & VITAL_SIGNS.keys():
        name, units = VITAL_SIGNS[code]
        if _occurred(resource):
            yield Profile(name, base, _vital_sign(code, units))
    for code in codes & SOCIAL.keys():
        yield Profile(SOCIAL[code], (*base, "effectiveDateTime", "valueCodeableConcept.coding"))
    if coded(resource["category"], TERMINOLOGY + "observation-category", "laboratory"):
        yield Profile("observation-lab", (*base, "effectiveDateTime"), _has_result)


def _has_result(resource: Resource) -> bool:
    """Rule us-core-2: a value, its absence with a reason, components or members."""
    names = ("dataAbsentReason", "component", "hasMember")
    return any(name in resource or name.startswith("value") for name in (*names, *resource))


def _named(resource: Resource) -> bool:
    return all(has(name, "family") or has(name, "given") for name in resource["name"])


PROFILES: dict[str, tuple[Profile, ...]] = {
    "Patient": (
        Profile(
            "patient",
            ("identifier.system", "identifier.value", "name", "gender"),
            _named,
        ),
    ),
    "AllergyIntolerance": (
        Profile("allergyintolerance", ("code", "patient", "clinicalStatus.coding")),
    ),
    "CarePlan": (
        Profile(
            "careplan",
            ("status", "intent", "subject"),
            category("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan"),
        ),
    ),
    "CareTeam": (
        Profile("careteam", ("subject", "participant.role", "participant.member.reference")),
    ),
    "Condition": (
        Profile(
            "condition-encounter-diagnosis",
            ("code", "subject"),
            category(TERMINOLOGY + "condition-category", "encounter-diagnosis"),
        ),
        Profile(
            "condition-problems-health-concerns",
            ("code", "subject"),
            category(TERMINOLOGY + "condition-category", "problem-list-item"),
        ),
    ),
    "DiagnosticReport": (
        Profile(
            "diagnosticreport-lab",
            ("status", "code", "subject", "effectiveDateTime", "issued"),
            category(TERMINOLOGY + "v2-0074", "LAB"),
        ),
        Profile(
            "diagnosticreport-note",
            ("status", "code", "subject", "effectiveDateTime", "category"),
            lambda resource: not coded(resource["category"], TERMINOLOGY + "v2-0074", "LAB"),
        ),
    ),
    "DocumentReference": (
        Profile(
            "documentreference",
            (
                *("status", "type", "category", "subject", "content.attachment.contentType"),
                "author.reference",
            ),
        ),
    ),
    "Encounter": (Profile("encounter", ("status", "class", "type", "subject")),),
    "Goal": (Profile("goal", ("lifecycleStatus", "description", "subject")),),
    "Immunization": (
        Profile("immunization", ("status", "vaccineCode", "patient", "occurrenceDateTime")),
    ),
    "Location": (Profile("location", ("name",)),),
    "Medication": (Profile("medication", ("code",)),),
    "MedicationRequest": (
        Profile("medicationrequest", ("status", "intent", "medicationCodeableConcept", "subject")),
    ),
    "Organization": (Profile("organization", ("active", "name")),),
    "Practitioner": (
        Profile("practitioner", ("identifier.system", "identifier.value", "name.family")),
    ),
    "PractitionerRole": (Profile("practitionerrole", ("telecom",)),),
    "Procedure": (
        Profile("procedure", ("status", "code", "subject", "performedDateTime")),
        Profile("procedure", ("status", "code", "subject", "performedPeriod")),
    ),
    "RelatedPerson": (Profile("relatedperson", ("active", "patient", "relationship")),),
    "ServiceRequest": (
        Profile("servicerequest", ("status", "intent", "category", "code", "subject")),
    ),
}
