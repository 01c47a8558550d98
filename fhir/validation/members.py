"""What is done with a member of an object that is more than another object."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir.validation import bindings
from fhir.validation.issue import Node, Rank
from fhir.validation.primitives import CHECKS, Check
from fhir.validation.wording import UNKNOWN

if TYPE_CHECKING:
    from fhir.validation.plans import Plan
    from fhir.validation.walk import Visit

Handler: TypeAlias = Callable[[Any, Node, str, "Visit"], None]

LINKS = {"uri", "url", "canonical"}
EMPTY = "{} is empty; leave it out instead."
HOLE = "{} is null, and nothing stands beside it."
UNEVEN = "{} and the array beside it differ in length; fill the shorter one up with null."


def primitive(type_: str, url: str, *, many: bool, link: bool) -> Handler | None:
    """The handler of a primitive; None where the schema has said all.

    Args:
        type_: The primitive type.
        url: The value set that its codes must be from; '' for none.
        many: Whether it is an array.
        link: Whether it may refer to a contained resource by ``#``.
    """
    check = _bound(url) if url else CHECKS.get(type_)
    rank = Rank.BINDING if url else Rank.SHAPE
    link = link or type_ in LINKS
    if many:
        return _each(check, rank, link=link)
    if check is None:
        return None
    return _link(check) if link else _one(check, rank)


def _bound(url: str) -> Check:
    permits = bindings.permits_code(url)
    text = f"{{}}: this code is not permitted; use {bindings.advice(url)}."
    return lambda value: "" if permits(value) else text


def _one(check: Check, rank: Rank) -> Handler:
    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        problem = check(value)
        if problem:
            visit.note(rank, node, (name,), problem)

    return handle


def _link(check: Check) -> Handler:
    """A handler that remembers what within the resource is referred to."""

    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        if value[:1] == "#":
            visit.mentioned.add(value)
        problem = check(value)
        if problem:
            visit.note(Rank.SHAPE, node, (name,), problem)

    return handle


def _each(check: Check | None, rank: Rank, *, link: bool) -> Handler:
    """A handler of an array; null is right only where an extension stands beside it."""

    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        if not value:
            visit.note(Rank.SHAPE, node, (name,), EMPTY)
        if None in value:
            _holes(value, node.get(f"_{name}", ()), node, name, visit)
        for number, item in enumerate(value):
            if item is None:
                continue
            problem = check(item) if check is not None else ""
            if problem:
                visit.note(rank, node, (name, number), problem)
            if link and item[:1] == "#":
                visit.mentioned.add(item)

    return handle


def _holes(value: Any, other: Any, node: Node, name: str, visit: "Visit") -> None:
    """Refuse null where nothing stands beside it."""
    for number, item in enumerate(value):
        if item is None and (number >= len(other) or other[number] is None):
            visit.note(Rank.SHAPE, node, (name, number), HOLE)


def beside(element: "Plan") -> Handler:
    """The handler of what stands beside a primitive: its id and extensions."""

    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        if "extension" not in value and not (value and name[1:] in node):
            visit.empty(value)
        visit.walk(value, element)

    return handle


def beside_many(element: "Plan") -> Handler:
    """The handler of the array beside an array of primitives."""

    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        values = node.get(name[1:], ())
        _even(value, values, node, name, visit)
        for number, item in enumerate(value):
            if item is None:
                continue
            if "extension" not in item and not (item and values[number : number + 1]):
                visit.empty(item)
            visit.walk(item, element)

    return handle


def _even(value: Any, values: Any, node: Node, name: str, visit: "Visit") -> None:
    """Refuse arrays beside each other that do not go together."""
    if not value:
        visit.note(Rank.SHAPE, node, (name,), EMPTY)
    elif values and len(values) != len(value):
        visit.note(Rank.SHAPE, node, (name,), UNEVEN)
    elif not values and None in value:
        _holes(value, values, node, name, visit)


def an_object(inner: "Plan") -> Handler:
    """The handler of an object."""

    def handle(value: Any, _: Node, __: str, visit: "Visit") -> None:
        visit.walk(value, inner)

    return handle


def objects(inner: "Plan") -> Handler:
    """The handler of an array of objects."""

    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        if not value:
            visit.note(Rank.SHAPE, node, (name,), EMPTY)
        for item in value:
            visit.walk(item, inner)

    return handle


def unknown(_: Any, node: Node, name: str, visit: "Visit") -> None:
    """The handler of what is no element: the schema has a few of later versions."""
    visit.note(Rank.SHAPE, node, (name,), UNKNOWN)


def concept(inner: "Plan", url: str, *, many: bool) -> Handler:
    """The handler of a CodeableConcept with a required value set: one coding is from there."""
    permits = bindings.permits_coding(url)
    text = f"{{}}: no coding is permitted here; one must be {bindings.advice(url)}."

    def one(value: Node, visit: "Visit") -> None:
        visit.walk(value, inner)
        codings = value.get("coding", ())
        if codings or "text" in value:
            pairs = ((coding.get("system", ""), coding.get("code", "")) for coding in codings)
            if not any(permits(*pair) for pair in pairs):
                visit.note(Rank.BINDING, value, (), text)

    def handle(value: Any, node: Node, name: str, visit: "Visit") -> None:
        if many and not value:
            visit.note(Rank.SHAPE, node, (name,), EMPTY)
        for item in value if many else (value,):
            one(item, visit)

    return handle


def resource(value: Any, _: Node, __: str, visit: "Visit") -> None:
    """The handler of a resource in a Bundle or Parameters: it stands for itself."""
    visit.enter(value, contained=False)


def resources(value: Any, node: Node, name: str, visit: "Visit") -> None:
    """The handler of what a resource contains."""
    if not value:
        visit.note(Rank.SHAPE, node, (name,), EMPTY)
    for item in value:
        visit.enter(item, contained=True)
