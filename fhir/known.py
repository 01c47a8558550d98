"""Which rows stand behind FHIR references: looked up beforehand, all in one statement."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import QuerySet, Value

from fhir.definitions import RESOURCE_TYPES
from fhir.mapping import Resource
from fhir.models import Record, StoredResource
from fhir.ports import port
from fhir.principal import SYSTEM, Principal
from fhir.registry import mapping

Key: TypeAlias = tuple[str, str]


class Known:
    """A resolver over ids that were looked up beforehand, among what ``by`` may see.

    A reference to a row that ``by`` may not see is like one to a row that is not here.
    """

    def __init__(self, by: Principal = SYSTEM) -> None:
        self.by = by
        self.found: dict[Key, UUID] = {}

    def resolve(self, reference: str, target: str) -> UUID | None:
        """The row behind ``Type/id``; None for other types, other servers, unknown ids."""
        kind, _, fhir_id = reference.partition("/")
        return self.found.get((target, fhir_id.split("/")[0])) if kind == target else None

    def add(self, record: Record) -> None:
        """Remember a record made just now."""
        self.found[record.resource_type, record.fhir_id] = record.id

    def look_up(self, keys: Iterable[Key]) -> None:
        """Find many by type and id."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for kind, fhir_id in keys:
            if (kind, fhir_id) not in self.found:
                wanted[kind].add(fhir_id)
        rows = [self._rows(kind, wanted[kind]) for kind in sorted(wanted)]
        if rows:
            together = rows[0].union(*rows[1:], all=True) if rows[1:] else rows[0]
            self.found.update({(kind, fhir_id): key for kind, fhir_id, key in together})

    def _rows(self, kind: str, ids: set[str]) -> "QuerySet[Any, tuple[str, str, UUID]]":
        rules = mapping(kind)
        rows = with_ids(rules.model.objects.all(), ids)
        if rules.model is StoredResource:
            rows = rows.filter(type=kind)
        visible = port("visible")(rows, self.by).order_by()
        found: QuerySet[Any, tuple[str, str, UUID]] = visible.values_list(
            Value(kind), "fhir_id", "id"
        )
        return found

    def look_up_references(self, resources: Iterable[Resource]) -> None:
        """Find all that the resources refer to."""
        keys = {key for resource in resources for key in references(resource)}
        self.look_up(key for key in keys if has_table(key[0]))


def with_ids(rows: QuerySet[Any], ids: Iterable[str]) -> QuerySet[Any]:
    """The rows of these FHIR ids: one parameter, however many there are."""
    column = f'"{rows.model._meta.db_table}"."fhir_id"'
    return rows.extra(where=[f"{column} = ANY(%s)"], params=[sorted(ids)])  # noqa: S610


def has_table(type_: str) -> bool:
    """Whether rows of a type can be somebody's foreign key."""
    return mapping(type_).model is not StoredResource


def references(resource: Resource) -> set[Key]:
    """Type and id of every relative reference, at any depth."""
    found: set[Key] = set()
    stack: list[Any] = [resource]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            key = key_of(str(item.get("reference", "")))
            if key:
                found.add(key)
            stack.extend(item.values())
    return found


def key_of(reference: str) -> Key | None:
    """Type and id of a relative reference, without its version; None for any other."""
    kind, slash, rest = reference.partition("/")
    fhir_id = rest.partition("/")[0]
    return (kind, fhir_id) if slash and fhir_id and kind in RESOURCE_TYPES else None
