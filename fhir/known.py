"""Which rows stand behind FHIR references: looked up beforehand, one query for each type."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from fhir.definitions import RESOURCE_TYPES
from fhir.mapping import Resource
from fhir.models import Record
from fhir.registry import mapping


class Known:
    """A resolver over ids that were looked up beforehand."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], UUID] = {}

    def resolve(self, reference: str, target: str) -> UUID | None:
        """The row behind ``Type/id``; None for other types, other servers, unknown ids."""
        kind, _, fhir_id = reference.partition("/")
        return self.found.get((target, fhir_id.split("/")[0])) if kind == target else None

    def add(self, record: Record) -> None:
        """Remember a record made just now."""
        self.found[record.resource_type, record.fhir_id] = record.id

    def look_up(self, keys: Iterable[tuple[str, str]]) -> None:
        """Find many by type and id; types without a table are nobody's foreign key."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for kind, fhir_id in keys:
            if (kind, fhir_id) not in self.found:
                wanted[kind].add(fhir_id)
        for kind, ids in wanted.items():
            model = mapping(kind).model
            if hasattr(model, "fhir_type"):
                rows = model.objects.filter(fhir_id__in=ids).values_list("fhir_id", "id")
                self.found.update({(kind, fhir_id): key for fhir_id, key in rows})

    def look_up_references(self, resources: Iterable[Resource]) -> None:
        """Find all that the resources refer to."""
        self.look_up({key for resource in resources for key in references(resource)})


def references(resource: Resource) -> set[tuple[str, str]]:
    """Type and id of every relative reference, at any depth."""
    found: set[tuple[str, str]] = set()
    stack: list[Any] = [resource]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            kind, _, fhir_id = str(item.get("reference", "")).partition("/")
            if fhir_id and kind in RESOURCE_TYPES:
                found.add((kind, fhir_id))
            stack.extend(item.values())
    return found
