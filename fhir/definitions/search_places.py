"""From the expression of a search parameter to the places in JSON that it reads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from fhir.definitions import elements
from fhir.fhirpath import tree
from fhir.fhirpath.tree import Node

# A member; a member with the field and text its items must have; a member and the item's number.
Step: TypeAlias = tuple[Any, ...]


class NotAPlace(Exception):
    """The expression does not lead to a place in a resource."""


@dataclass(frozen=True)
class Place:
    """Where values stand.

    Attributes:
        steps: From the resource down.
        leaf: Type of what stands there.
        only: For references, the one type that they may lead to; empty for any.
        path: Path in the definitions (``Patient.contact.gender``), for bindings.
        system: The system that a code is of by definition.
    """

    steps: tuple[Step, ...]
    leaf: str
    only: str = ""
    path: str = ""
    system: str = ""

    @property
    def bare(self) -> tuple[object, ...]:
        """Where it is, whatever the references there lead to."""
        return self.steps, self.leaf

    def row(self) -> list[Any]:
        """As it is stored."""
        whole = [[list(step) for step in self.steps], self.leaf, self.only, self.system]
        while not whole[-1]:
            whole.pop()
        return whole

    def parent(self, leaf: str) -> "Place":
        """The place one step up, which is of type ``leaf``."""
        return Place(self.steps[:-1], leaf)

    def with_system(self, systems: dict[str, str]) -> "Place":
        """With the system that codes here imply."""
        return replace(self, system=systems.get(self.path, "")) if self.leaf == "code" else self


def places(node: Node, at: list[Place], root: str) -> Iterator[Place]:
    """The places that ``node`` reads, seen from ``at`` in a resource of type ``root``."""
    match node:
        case tree.Operation("|", left, right):
            yield from places(left, at, root)
            yield from places(right, at, root)
        case tree.Member(None, name):
            yield from first(name, at, root)
        case tree.Member(of) | tree.Typed(of) | tree.Indexed(of) | tree.Call(of) if of is not None:
            for place in places(of, at, root):
                yield from further(place, node)
        case _:
            raise NotAPlace(f"cannot follow {node}")


def further(place: Place, node: Node) -> Iterator[Place]:
    """Where the last link of a chain leads from ``place``."""
    match node:
        case tree.Member(_, name):
            yield from below(place, name)
        case tree.Typed(_, "as" | "ofType", type_):
            if place.leaf.lower() == type_.lower():
                yield place
        case tree.Indexed(_, tree.Literal(int() as number)):
            yield last_step(place, number)
        case tree.Call(_, "where", (condition,)):
            yield where(place, condition)
        case _:
            raise NotAPlace(f"cannot follow {node}")


def first(name: str, at: list[Place], root: str) -> Iterator[Place]:
    """The start of a path: a type, or an element of what the expression stands on."""
    if name in (root, "Resource", "DomainResource"):
        yield Place((), root, path=root)
    elif name[0].islower():
        for place in at:
            yield from below(place, name)


def below(place: Place, name: str) -> Iterator[Place]:
    """The element ``name`` of what stands at ``place``; a choice in each of its types."""
    for element in elements(place.leaf):
        for member, type_ in element.names.items():
            if name in (element.name, member):
                path = f"{place.leaf}.{element.name}"
                yield Place((*place.steps, (member,)), type_, path=path)


def last_step(place: Place, *more: Any) -> Place:
    """``place`` with more said about its last step."""
    return replace(place, steps=(*place.steps[:-1], (*place.steps[-1], *more)))


def where(place: Place, condition: Node) -> Place:
    """``place`` under ``resolve() is Type`` or ``field = 'text'``."""
    match condition:
        case tree.Typed(tree.Call(None, "resolve", ()), "is", type_):
            return replace(place, only=type_)
        case tree.Operation("=", tree.Member(None, name), tree.Literal(str() as text)):
            return last_step(place, name, text)
        case _:
            raise NotAPlace(f"cannot judge {condition}")
