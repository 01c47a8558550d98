"""What compiled FHIRPath stands on.

A collection is a list; what can be there once at most is itself or None. A primitive is its JSON
value, or the object beside it (``_birthDate``) where it has extensions and no value. Predicates
give True, False, or None where FHIRPath gives the empty collection.
"""

import re
from collections.abc import Callable, Container, Iterable
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeAlias

from fhir.fhirpath.comparing import moments, numbers, quantities

__all__ = ["moments", "numbers", "quantities"]

Node: TypeAlias = dict[str, Any]


class Rule(NamedTuple):
    """An invariant.

    Attributes:
        key: Its name, such as ``obs-6``; three of them mean different things in different types.
        severity: ``error`` or ``warning``.
        place: The type, part or element it is said of.
        human: What it says to people.
        expression: What it says in FHIRPath.
    """

    key: str
    severity: str
    place: str
    human: str
    expression: str


class Visit(Protocol):
    """What an expression may ask beyond the element it stands on."""

    resource: Node
    root: Node

    def once(self, place: int, node: Node, make: Callable[[], Any]) -> Any:
        """The value of ``make``, made once for each place in the generated code and node."""

    def unreferenced(self, node: Node) -> list[Node]:
        """The contained resources of ``node`` that nothing refers to."""

    def broken(self, node: Node, rule: int, member: str = "") -> None:
        """Note that ``node``, or a member of it, breaks a rule."""


def leaf(node: Node | None, name: str, beside: str) -> Any:
    """A primitive that is there once at most."""
    if node is None:
        return None
    return node.get(name, node.get(beside))


def get(node: Node | None, name: str) -> Any:
    """A complex element that is there once at most."""
    return None if node is None else node.get(name)


def listed(node: Node | None, name: str) -> list[Any]:
    """A complex element that repeats."""
    return [] if node is None else node.get(name, [])


def leaves(node: Node | None, name: str, beside: str) -> list[Any]:
    """A primitive that repeats; the value where there is one, else what stands beside it."""
    if node is None:
        return []
    values = node.get(name, [])
    extended = node.get(beside)
    if extended is None:
        return list(values)
    longest = max(len(values), len(extended))
    pairs = zip(padded(values, longest), padded(extended, longest), strict=True)
    return [other if value is None else value for value, other in pairs]


def padded(values: list[Any], length: int) -> list[Any]:
    """``values`` with None up to ``length``."""
    return values + [None] * (length - len(values))


def choice(node: Node | None, names: frozenset[str]) -> Any:
    """A choice element, whichever of ``names`` (primitive extensions included) it has."""
    if node is None or node.keys().isdisjoint(names):
        return None
    found = [name for name in node if name in names]
    return node[next((name for name in found if name[0] != "_"), found[0])]


def members(values: Iterable[Any], name: str) -> list[Any]:
    """``name`` of values whose types are not known."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            inner = value.get(name, value.get(f"_{name}"))
            if isinstance(inner, list):
                found.extend(leaves(value, name, f"_{name}"))
            elif inner is not None:
                found.append(inner)
    return found


def children(value: Any) -> list[Any]:
    """Every element directly below; lists are flattened, ``resourceType`` is none."""
    if not isinstance(value, dict):
        return []
    found: list[Any] = []
    for name, inner in value.items():
        if isinstance(inner, list):
            found.extend(item for item in inner if item is not None)
        elif name != "resourceType":
            found.append(inner)
    return found


def descendants(value: Any) -> list[Any]:
    """Every element below, at any depth, without recursion."""
    found = children(value)
    for each in found:  # grows while it is walked
        found.extend(children(each))
    return found


def typed(value: Any, type_: str) -> Any:
    """A resource if it is of the type."""
    return value if get(value, "resourceType") == type_ else None


def listing(value: Any) -> list[Any]:
    """A single value as a collection."""
    return [] if value is None else [value]


def first(values: list[Any]) -> Any:
    """The first, None of nothing."""
    return values[0] if values else None


def valued(value: Any) -> bool:
    """Whether a primitive has a value, not only extensions."""
    return value is not None and value.__class__ is not dict


def primitive(value: Any) -> bool:
    """Whether it is a value, and no list where FHIR has none: that is judged elsewhere."""
    return value is not None and value.__class__ not in (dict, list)


def known(*, yes: bool, no: bool) -> bool | None:
    """A predicate as a value."""
    return True if yes else False if no else None


def equal(one: Any, other: Any) -> bool | None:
    """``=`` of two primitives."""
    if one is None or other is None or one.__class__ is dict or other.__class__ is dict:
        return None
    return bool(one == other)


def alike(one: Any, other: Any) -> bool | None:
    """``=`` of two values of any kind, to the depth."""
    return None if one is None or other is None else frozen(one) == frozen(other)


def among(value: Any, values: Container[Any]) -> bool | None:
    """``value in values`` of a primitive."""
    return value in values if primitive(value) else None


def frozen(value: Any) -> Any:
    """A value of any kind that can be compared and put into a set."""
    if isinstance(value, dict):
        return frozenset((name, frozen(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return tuple(frozen(inner) for inner in value)
    return (bool, value) if isinstance(value, bool) else value


def frozen_all(values: Iterable[Any]) -> frozenset[Any]:
    """The values as a set."""
    return frozenset(frozen(value) for value in values)


def plain(values: Iterable[Any]) -> frozenset[Any]:
    """The primitives among the values as a set."""
    return frozenset(value for value in values if primitive(value))


def distinct(values: list[Any]) -> bool:
    """Whether no value stands twice."""
    return len(values) < 2 or len(frozen_all(values)) == len(values)


def union(one: list[Any], other: list[Any]) -> list[Any]:
    """``|``: both without what stands twice."""
    found: dict[Any, Any] = {}
    for value in (*one, *other):
        found.setdefault(frozen(value), value)
    return list(found.values())


def text(value: Any) -> str:
    """An operand of ``&``: nothing is an empty text."""
    return value if isinstance(value, str) else ""


def starts(value: Any, beginning: Any) -> bool | None:
    """``startsWith``."""
    if not isinstance(value, str) or not isinstance(beginning, str):
        return None
    return value.startswith(beginning)


def holds(value: Any, part: str) -> bool | None:
    """``contains`` of a text."""
    return part in value if isinstance(value, str) else None


def matches(value: Any, pattern: str) -> bool | None:
    """``matches``: somewhere in the text, as FHIR R4 has it."""
    return re.search(pattern, value) is not None if isinstance(value, str) else None


def replaced(value: Any, pattern: str, by: str) -> str | None:
    """``replaceMatches``."""
    return re.sub(pattern, by, value) if isinstance(value, str) else None


def substring(value: Any, start: int) -> str | None:
    """``substring``; beyond the end there is nothing."""
    return value[start:] if isinstance(value, str) and start < len(value) else None


def integer(value: Any) -> int | None:
    """``toInteger`` of what is a number or looks like one."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else None
    return int(value) if isinstance(value, int | Decimal) and value == int(value) else None


def string(value: Any) -> str | None:
    """``toString`` of a primitive, numbers as they were written."""
    return None if not valued(value) else str(getattr(value, "literal", value))


def contained(visit: Visit, reference: Any) -> Node | None:
    """``resolve`` as far as one resource reaches: what it contains."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    found: dict[str, Node] = visit.once(
        -1, visit.root, lambda: {each.get("id"): each for each in listed(visit.root, "contained")}
    )
    return found.get(reference[1:])
