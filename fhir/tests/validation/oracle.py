"""The invariants as an interpreter of FHIRPath judges them, beside what the compiled tests say."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import fhirpathpy
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.engine.util import get_data
from fhirpathpy.models import models

from fhir.definitions import elements, primitive_types
from fhir.definitions.invariants import CHECKS, RULES
from fhir.fhirpath.runtime import Node
from fhir.validation.issue import Findings
from fhir.validation.walk import Visit

R4 = models["r4"]
# The interpreter has no such function, or not for what it is used here; each has examples by hand.
BEYOND = {
    "dom-3": "as() of values that have no type there",
    "txt-1": "htmlChecks",
    "txt-2": "htmlChecks",
    "ctm-1": "resolve",
    "rng-2": "the order of quantities",
    "que-7": "it takes the boolean of FHIR for another type than Boolean",
}


class Place(NamedTuple):
    """An object in a resource."""

    type: str
    node: Node
    resource: Node
    root: Node


def places(resource: Node, root: Node | None = None) -> Iterator[Place]:
    """Every object of a resource with its type, those of resources inside included."""
    around = root or resource
    if any(element.name == "contained" for element in elements(resource["resourceType"])):
        yield Place("DomainResource", resource, resource, around)
    waiting = [(resource["resourceType"], resource)]
    while waiting:
        type_, node = waiting.pop()
        yield Place(type_, node, resource, around)
        for element in elements(type_):
            for name, inner in element.names.items():
                for value in listed(node.get(name)):
                    if inner == "Resource" or (name == "outcome" and "resourceType" in value):
                        yield from places(value, around if name == "contained" else None)
                    elif inner not in primitive_types():
                        waiting.append((inner, value))


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@cache
def rules_of(type_: str) -> list[int]:
    """The rules that are said of a type or of a member of it."""
    tests = {type_, *(f"{type_}.{element.name}" for element in elements(type_))}
    return [
        number
        for number, rule in enumerate(RULES)
        if rule.severity == "error"
        and rule.place in tests
        and rule.key not in BEYOND
        and (rule.place == type_ or not elements(rule.place))
    ]


class Heard(Visit):
    """A visit that only listens to which rules are broken."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.resource, place.root, Findings(), advising=False)
        self.heard: set[tuple[int, int]] = set()

    def broken(self, node: Node, rule: int, member: str = "") -> None:
        self.heard.add((rule, id(node)))


def ours(place: Place) -> set[tuple[int, int]]:
    """Which rules the compiled tests find broken, at which object."""
    visit = Heard(place)
    check = CHECKS.get(place.type)
    if check is not None:
        check(place.node, visit)
    return {(rule, node) for rule, node in visit.heard if RULES[rule].key not in BEYOND}


def theirs(place: Place) -> set[tuple[int, int]]:
    """Which rules the interpreter finds false, at which object."""
    found = set()
    for number in rules_of(place.type):
        for focus, node, path in focuses(number, place):
            alone = focus if "resourceType" in node else ResourceNode.create_node(focus, path)
            if false(number, alone, place):
                found.add((number, id(node)))
    return found


def focuses(number: int, place: Place) -> Iterator[tuple[Any, Node, str]]:
    """What a rule stands on: its value, the object it is told of, its path."""
    rule = RULES[number]
    if rule.place == place.type:
        yield place.node, place.node, place.type
        return
    name = rule.place.rpartition(".")[2]
    element = next(each for each in elements(place.type) if each.name == name)
    for member, type_ in element.names.items():
        if rule.key == "sqty-1" and type_ != "Quantity":
            continue
        for value in listed(place.node.get(member)):
            told = value if isinstance(value, dict) else place.node
            yield value, told, rule.place if type_ in primitive_types() else type_


def false(number: int, focus: Any, place: Place) -> bool:
    """Whether the expression is false; empty is not."""
    around = {"resource": place.resource, "rootResource": place.root}
    return compiled(number)(focus, around | {"context": focus}) == [False]


@cache
def compiled(number: int) -> Any:
    options = {"traceFn": lambda *_: None, "userInvocationTable": {"hasValue": HAS_VALUE}}
    return fhirpathpy.compile(RULES[number].expression, R4, options)


def has_value(nodes: list[Any]) -> list[bool]:
    values = [get_data(node) for node in nodes]
    return [len(values) == 1 and values[0] is not None and not isinstance(values[0], dict)]


HAS_VALUE = {"fn": has_value, "arity": {0: []}}
