"""Objects changed a little, so that invariants break which no real resource breaks."""

import copy
import random
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from fhir.definitions import ElementDefinition, elements, primitive_types
from fhir.definitions.invariants import RULES
from fhir.fhirpath.parser import parse
from fhir.fhirpath.runtime import Node
from fhir.fhirpath.tree import Constant, Literal, Member
from fhir.tests.validation.oracle import Place, rules_of
from tests.fhir_samples import smallest

FEWEST = 60
DEEPEST = 3
ODD = {
    "decimal": [-1, 0, 7, 101],
    "integer": [-1, 0, 1],
    "positiveInt": [1, 2],
    "unsignedInt": [0, 3],
    "boolean": [True, False],
    "dateTime": ["2024-01-01", "2024-01-03T10:00:00Z", "2023"],
    "string": ["x", "#x", "-1", "a.b"],
    "uri": ["http://hl7.org/fhir/StructureDefinition/x", "urn:x"],
}
CHOICES = {"boolean", "decimal", "string", "Quantity", "Range", "Reference", "dateTime", "code"}


@cache
def words(type_: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names and texts that the invariants of a type speak of."""
    names: set[str] = set()
    texts: list[str] = []
    for number in rules_of(type_):
        names.add(RULES[number].place.rpartition(".")[2])
        for node in walked(parse(RULES[number].expression)):
            if isinstance(node, Member):
                names.add(node.name)
            elif isinstance(node, Literal) and isinstance(node.value, str) and node.value:
                texts.append(node.value)
            elif isinstance(node, Constant) and node.name == "ucum":
                texts.append("http://unitsofmeasure.org")
    return frozenset(names), tuple(dict.fromkeys(texts))


def walked(node: Any) -> Iterator[Any]:
    """Every node of a tree."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        for field in fields(each):
            value = getattr(each, field.name)
            inner = value if isinstance(value, tuple) else (value,)
            waiting += [one for one in inner if hasattr(one, "__dataclass_fields__")]


class Grower:
    """Small values of any type, of what the invariants of one type speak of."""

    def __init__(self, type_: str, chance: random.Random) -> None:
        self.names, self.texts = words(type_)
        self.chance = chance

    def members(self, type_: str) -> list[tuple[ElementDefinition, str, str]]:
        """The members of a type that may matter: element, name, type."""
        return [
            (element, name, inner)
            for element in elements(type_)
            if element.name in self.names or element.name == "id"
            for name, inner in element.names.items()
            if inner in CHOICES or not element.choice
        ]

    def value(self, element: ElementDefinition, type_: str, depth: int) -> Any:
        """A value of a member, in an array of one or two where it is one."""
        one = self.primitive(type_) if type_ in primitive_types() else self.object(type_, depth)
        if not element.many:
            return one
        other = copy.deepcopy(one) if self.chance.random() < 0.5 else self.one(type_, depth)
        return [one, other] if self.chance.random() < 0.5 else [one]

    def one(self, type_: str, depth: int) -> Any:
        return self.primitive(type_) if type_ in primitive_types() else self.object(type_, depth)

    def primitive(self, type_: str) -> Any:
        odd = ODD.get(type_)
        if odd is not None and type_ not in ("string", "uri"):
            return self.chance.choice(odd)
        least = smallest(type_)
        return self.chance.choice([*(odd or ["x" if least is None else least]), *self.texts])

    def object(self, type_: str, depth: int) -> Node:
        """An object with one to four members."""
        known = self.members(type_) if depth < DEEPEST else []
        chosen = self.chance.sample(known, min(len(known), self.chance.randint(1, 4)))
        found = {name: self.value(e, inner, depth + 1) for e, name, inner in chosen}
        if type_ == "Resource":
            return {"resourceType": self.chance.choice(["Composition", "Patient"])} | found
        return found or {"id": "x"}


def mutants(place: Place, chance: random.Random) -> Iterator[Place]:
    """The object with one to three members changed or taken away."""
    grower = Grower(place.type, chance)
    known = [each for each in grower.members(place.type) if each[1] != "id"]
    many = FEWEST + 12 * len(grower.texts)
    for _ in range(many if known else 0):
        node = copy.deepcopy(place.node)
        for element, name, inner in chance.sample(known, min(len(known), chance.randint(1, 4))):
            node.pop(name, None)
            if chance.random() < 0.8:
                node[name] = grower.value(element, inner, 0)
        yield standing(place, node)


def standing(place: Place, node: Node) -> Place:
    """The changed object in the resource, or as the resource, that it was changed in."""
    if place.node is not place.resource:
        return Place(place.type, node, place.resource, place.root)
    return Place(place.type, node, node, node if place.root is place.resource else place.root)
