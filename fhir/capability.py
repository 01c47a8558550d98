"""What this server can do, read off its tables so that it cannot claim more (metadata)."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from fhir.definitions import RESOURCE_TYPES
from fhir.mapping import Resource
from fhir.negotiation import JSON_PATCH, Format
from fhir.search.official import official
from fhir.search.questions import is_written_here, searchable

OPERATION = "http://hl7.org/fhir/OperationDefinition"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
# Everything that a type can do; which addresses there are, ``fhir.urls.TABLE`` says.
NOT_INTERACTIONS = {"validate", "everything", "capabilities"}
# What is done over FHIR with types of which this house alone writes rows.
WRITTEN_HERE = ("read", "search-type")
OF_THE_SYSTEM = {"batch", "history-system"}


def statement(base: str) -> Resource:
    """The CapabilityStatement for the server at ``base``."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": timezone.now().date().isoformat(),
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": [*(each.value for each in Format), "json", "xml"],
        "patchFormat": [JSON_PATCH],
        "implementation": {"description": "Chartwave", "url": base},
        "software": {"name": "Chartwave"},
        "rest": [
            {
                "mode": "server",
                "security": {
                    "extension": [_token_address(base)],
                    "service": [{"coding": [{"system": SECURITY, "code": "OAuth"}]}],
                    "description": "OAuth 2 client credentials with SMART system scopes; a "
                    "signed-in browser may read. Answers hold only what the asker may see.",
                },
                "resource": [_resource(type_) for type_ in sorted(RESOURCE_TYPES)],
                "interaction": [
                    {"code": "transaction"},
                    *({"code": code} for code in sorted(codes() & OF_THE_SYSTEM)),
                ],
                "operation": [_operation("validate", "Resource-validate")],
            }
        ],
    }


def _token_address(base: str) -> Resource:
    """Where clients get tokens, as SMART has always said it; ``fhirclient`` looks for it here."""
    address = base.removesuffix("/fhir") + settings.FHIR_TOKENS_AT
    return {"url": OAUTH_URIS, "extension": [{"url": "token", "valueUri": address}]}


def codes() -> set[str]:
    """What the table of addresses calls its interactions."""
    from fhir.urls import TABLE  # the table names the door that answers with this statement

    return {act.code for acts in TABLE.values() for act in acts.values()}


@cache
def _resource(type_: str) -> Resource:
    searched = [_parameter(type_, name) for name in searchable(type_)]
    if is_written_here(type_):
        codes_here = [{"code": code} for code in WRITTEN_HERE]
        return {"type": type_, "interaction": codes_here, "searchParam": searched}
    interactions = sorted(codes() - NOT_INTERACTIONS - OF_THE_SYSTEM)
    found: Resource = {
        "type": type_,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "searchInclude": [f"{type_}:{name}" for name in _references(type_)],
        "searchRevInclude": _pointing_at(type_),
        "searchParam": searched,
    }
    if type_ == "Patient":
        found["operation"] = [_operation("everything", "Patient-everything")]
    return {name: value for name, value in found.items() if value != []}


def _operation(name: str, definition: str) -> Resource:
    return {"name": name, "definition": f"{OPERATION}/{definition}"}


def _parameter(type_: str, name: str) -> Resource:
    known: Any = official(type_)[name]
    found = {"name": name, "type": known.type}
    if known.url:
        found["definition"] = known.url
    return found


def _references(type_: str) -> list[str]:
    return [name for name in searchable(type_) if official(type_)[name].type == "reference"]


@cache
def _all_references() -> tuple[tuple[str, str, frozenset[str]], ...]:
    return tuple(
        (type_, name, frozenset(official(type_)[name].targets))
        for type_ in sorted(RESOURCE_TYPES)
        if not is_written_here(type_)
        for name in _references(type_)
    )


def _pointing_at(type_: str) -> list[str]:
    return [
        f"{source}:{name}"
        for source, name, targets in _all_references()
        if type_ in targets or not targets
    ]
