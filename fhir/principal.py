"""Who acts: the only "who" that acts, audit and visibility take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Kind = Literal["user", "device", "client", "system"]
# Create, read, update, delete, search: as SMART App Launch 2 spells them in scopes.
Interaction = Literal["c", "r", "u", "d", "s"]
# "every type" does not mean these: who looked at whom is for those whom it is named for.
NAMED_ONLY = frozenset({"AuditEvent"})


@dataclass(frozen=True)
class Principal:
    """A person, device, program or the house itself, with what it may do where.

    Attributes:
        kind: What sort of actor it is.
        id: Its id as text; for a user the user's UUID.
        name: For people to read, e.g. in the history of a record.
        facilities: Facility id → scopes there; None means every facility with ``scopes``.
        scopes: Scopes that hold everywhere, whatever the facility.
        interactions: FHIR type (or "*") → letters of the interactions allowed over ``/fhir/``.
    """

    kind: Kind
    id: str
    name: str = ""
    facilities: Mapping[str, frozenset[str]] | None = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    interactions: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """``kind:id``, as history and audit keep it."""
        return f"{self.kind}:{self.id}"

    def may(self, scope: str, facility: object = None) -> bool:
        """Whether ``scope`` holds, at ``facility`` if one is named, else anywhere."""
        if scope in self.scopes:
            return True
        here = self.facilities or {}
        if facility is not None:
            return scope in here.get(str(facility), frozenset())
        return any(scope in scopes for scopes in here.values())

    def may_interact(self, interaction: Interaction, type_: str) -> bool:
        """Whether ``/fhir/`` carries out ``interaction`` on ``type_`` for this principal."""
        if self.kind == "system":
            return True
        allowed = self.interactions
        every = "" if type_ in NAMED_ONLY else allowed.get("*", "")
        return interaction in allowed.get(type_, "") or interaction in every

    def facilities_with(self, scope: str) -> list[UUID]:
        """Ids of the facilities where ``scope`` holds by membership."""
        return [UUID(place) for place, scopes in (self.facilities or {}).items() if scope in scopes]

    @property
    def sees_everything(self) -> bool:
        """True for the house itself and for clients registered for all facilities."""
        return self.kind in ("system", "client") and self.facilities is None


SYSTEM = Principal("system", "chartwave", "Chartwave", facilities=None)
