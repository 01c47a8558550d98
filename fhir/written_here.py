"""Types of which this house alone writes rows, such as AuditEvent: over FHIR they are only read.

Their tables have no columns of a Record: no version but the first, no tokens to search by. What
is searched for, columns answer (``fhir.search.columns``).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fhir.errors import NotAllowed
from fhir.mapping import Mapping, Resolver, Resource


@dataclass(frozen=True)
class WrittenHere(Mapping):
    """The mapping of such a type; a subclass says how a row is rendered."""

    def read(self, resource: Resource, resolver: Resolver, into: Any | None = None) -> Any:  # noqa: ARG002
        """Nothing is taken in.

        Raises:
            NotAllowed: always.
        """
        raise refusal(self.type)

    def with_id(self, rows: QuerySet[Any], fhir_id: str) -> QuerySet[Any]:
        """The row of this id."""
        return rows.filter(pk__in=keys_of(fhir_id))


def refusal(type_: str) -> NotAllowed:
    """What whoever wants to write a row is told."""
    return NotAllowed(f"{type_} is written by this server alone, about what it did; only read it.")


def keys_of(fhir_id: str) -> list[UUID]:
    """The key that an id spells, if it is one."""
    try:
        return [UUID(fhir_id)]
    except ValueError:
        return []
