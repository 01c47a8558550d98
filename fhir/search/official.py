"""The search parameters of R4 (and US Core's), as they are found in this house.

``definitions/search.json.gz`` holds them; ``definitions/build_search.py`` makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from fhir.definitions import RESOURCE_TYPES, base, search_parameters

Kind: TypeAlias = Literal[
    "token", "reference", "string", "uri", "date", "number", "quantity", "composite", "special"
]
ANY_TYPE = tuple(sorted(RESOURCE_TYPES))


@dataclass(frozen=True, slots=True)
class Step:
    """One step down in JSON.

    Attributes:
        name: Member of an object.
        field: Only the items that have ``wanted`` in this field; empty for all.
        wanted: Text of ``field``.
        first: Only the first item.
    """

    name: str
    field: str = ""
    wanted: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where values stand.

    Attributes:
        steps: From the resource (or the base of a composite) down.
        leaf: Data type of what stands there.
        only: For references, the one type that they lead to; empty for any.
        system: The system of which a code is by definition; empty if none.
    """

    steps: tuple[Step, ...]
    leaf: str
    only: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One half of a composite parameter: what it is found by, and where, below the base."""

    name: str
    type: Kind
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Official:
    """A search parameter of one type.

    Attributes:
        name: As in a query.
        type: How its values are compared.
        targets: Types to which a reference may lead.
        places: Where it reads; for a composite, the bases from which its parts are read.
        parts: The two halves of a composite.
        alias_of: The parameters under whose names its values are kept; empty for its own name.
        narrowed: It leads to ``targets`` only, while its elements (and ``alias_of``) lead to more.
        unsupported: Why nothing can be found by it; empty where something can.
        url: Canonical address of the definition.
        description: What it finds, in one line.
    """

    name: str
    type: Kind
    targets: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    parts: tuple[Part, ...] = ()
    alias_of: tuple[str, ...] = ()
    narrowed: bool = False
    unsupported: str = ""
    url: str = ""
    description: str = ""

    @property
    def components(self) -> tuple[str, ...]:
        """The names of the parameters that a composite is made of."""
        return tuple(part.name for part in self.parts)

    @property
    def kept_as(self) -> tuple[str, ...]:
        """The names under which its values are found."""
        return self.alias_of or (self.name,)

    @property
    def present_as(self) -> tuple[str, ...]:
        """The names whose presence tells whether it is there (``:missing``)."""
        return (self.name,) if self.narrowed else self.kept_as


@cache
def official(type_: str) -> Mapping[str, Official]:
    """Every search parameter of a resource type by name, those of all types included."""
    rows = dict(search_parameters(type_))
    general = type_
    while general := base(general):
        rows = search_parameters(general) | rows
    return MappingProxyType({name: _official(name, rows[name]) for name in sorted(rows)})


def _official(name: str, row: dict[str, Any]) -> Official:
    targets = row.get("targets", ())
    return Official(
        name,
        row["type"],
        targets=ANY_TYPE if targets == ["*"] else tuple(targets),
        places=_places(row.get("places", ())),
        parts=tuple(Part(name, kind, _places(at)) for name, kind, at in row.get("parts", ())),
        alias_of=tuple(row.get("aliases", ())),
        narrowed=row.get("narrowed", False),
        unsupported=row.get("unsupported", ""),
        url=row["url"],
        description=row.get("description", ""),
    )


def _places(rows: Any) -> tuple[Place, ...]:
    return tuple(Place(tuple(map(_step, steps)), *rest) for steps, *rest in rows)


def _step(parts: list[Any]) -> Step:
    name, *more = parts
    return Step(name, first=True) if more == [0] else Step(name, *more)
