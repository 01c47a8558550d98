"""What this server can do, read off the registry so that it cannot claim more (metadata)."""

from django.utils import timezone

from fhir.definitions import RESOURCE_TYPES
from fhir.mapping import Resource
from fhir.registry import mapping
from fhir.search.old import EVERY_TYPE


def statement(base: str) -> Resource:
    """The CapabilityStatement for the server at ``base``."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": timezone.now().date().isoformat(),
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "implementation": {"description": "Chartwave", "url": base},
        "software": {"name": "Chartwave"},
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A signed-in session; rows follow what it may see."},
                "resource": [_resource(type_) for type_ in sorted(RESOURCE_TYPES)],
            }
        ],
    }


def _resource(type_: str) -> Resource:
    parameters = (*EVERY_TYPE, *mapping(type_).search)
    return {
        "type": type_,
        "interaction": [{"code": "read"}, {"code": "vread"}, {"code": "search-type"}],
        "versioning": "versioned",
        "readHistory": True,
        "searchParam": [{"name": p.name, "type": p.type} for p in parameters],
    }
