"""The mapping of every type without a table: kept whole, linked to its patients."""

from functools import cache
from typing import Any

from django.db.models import QuerySet

from fhir.definitions import patient_paths
from fhir.mapping import Mapping, Resolver, Resource, read_identity, remainder
from fhir.models import StoredResource, StoredSubject


class StoredMapping(Mapping):
    """Reads and renders a resource whole."""

    def queryset(self) -> QuerySet[Any]:
        """Stored rows of this type."""
        return StoredResource.objects.filter(type=self.type)

    def read(
        self, resource: Resource, resolver: Resolver, into: StoredResource | None = None
    ) -> StoredResource:
        """A stored record that holds all of ``resource``."""
        record = into if into is not None else StoredResource(type=self.type)
        read_identity(record, resource, keep_id=into is not None)
        record.extra = remainder(resource, {})
        references = list(patient_references(resource))
        found = (resolver.resolve(reference, "Patient") for reference in references)
        record.subject_ids = [key for key in found if key is not None]
        record.about_patient = bool(references)
        return record


def patient_references(resource: Resource) -> list[str]:
    """The references by which ``resource`` belongs to the compartment of patients."""
    found: list[str] = []
    for path in patient_paths(resource["resourceType"]):
        for value in _walk(resource, path):
            literal = value.get("reference") if isinstance(value, dict) else None
            if isinstance(literal, str) and literal.startswith("Patient/"):
                found.append(literal)
    return found


def _walk(value: Any, path: tuple[str, ...]) -> list[Any]:
    if isinstance(value, list):
        return [leaf for item in value for leaf in _walk(item, path)]
    if not path:
        return [value]
    return _walk(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


@cache
def stored_mapping(type_: str) -> Mapping:
    """The mapping that keeps ``type_`` whole."""
    return StoredMapping(type_, StoredResource, (), link=link_subjects)


def link_subjects(records: list[Any]) -> None:
    """Write whom each stored record concerns, in place of what stood there before."""
    StoredSubject.objects.filter(resource__in=[r.pk for r in records if r.version > 1]).delete()
    links = [
        StoredSubject(resource=record, patient_id=patient_id)
        for record in records
        for patient_id in dict.fromkeys(record.subject_ids)
    ]
    StoredSubject.objects.bulk_create(links, batch_size=1000)
