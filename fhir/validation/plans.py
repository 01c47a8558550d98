"""What is asked of each element of a type: looked up once for each type, then only followed."""

from collections.abc import Callable
from threading import RLock

from fhir.definitions import RESOURCE_TYPES, ElementDefinition, elements, primitive_types
from fhir.definitions.invariants import ADVICE, CHECKS
from fhir.fhirpath.code import choice_names
from fhir.fhirpath.runtime import Node
from fhir.fhirpath.runtime import Visit as Rules
from fhir.validation import bindings, members
from fhir.validation.members import Handler

Check = Callable[[Node, Rules], None]


class Plan:
    """What is asked of a type or part.

    Attributes:
        element: Whether it must have more than an id; what stands beside a value need not.
        members: By their names in JSON; None where the schema has said all.
        required: Element and its names, at least one of which must be there.
        choices: Choice elements and their names, of which one may be there.
        check: Its invariants.
        advise: What FHIR only advises.
    """

    __slots__ = ("advise", "check", "choices", "element", "members", "required")

    def __init__(self, name: str) -> None:
        resource = name in RESOURCE_TYPES
        self.element = not resource and name != "Element"
        self.members: dict[str, Handler | None] = {"resourceType": None} if resource else {}
        self.required: list[tuple[str, frozenset[str]]] = []
        self.choices: list[tuple[str, frozenset[str]]] = []
        self.check = _both(CHECKS, name)
        self.advise = _both(ADVICE, name)


_plans: dict[str, Plan] = {}
_building = RLock()


def plan(name: str) -> Plan:
    """The plan of a type or part."""
    if name not in _plans:
        with _building:
            fresh: dict[str, Plan] = {}
            _build(name, fresh)
            _plans.update(fresh)
    return _plans[name]


def _both(table: dict[str, Check], name: str) -> Check | None:
    """The invariants of a type and, for a resource, those of every resource."""
    own = table.get(name)
    if name not in RESOURCE_TYPES or not any(e.name == "contained" for e in elements(name)):
        return own
    general = table["DomainResource"]
    if own is None:
        return general

    def check(node: Node, visit: Rules) -> None:
        general(node, visit)
        own(node, visit)

    return check


def _build(name: str, fresh: dict[str, Plan]) -> Plan:
    known = _plans.get(name) or fresh.get(name)
    if known is not None:
        return known
    made = fresh[name] = Plan(name)
    for element in elements(name):
        for member, type_ in element.names.items():
            made.members |= _members(name, element, member, type_, fresh)
        names = frozenset(choice_names(element))
        if element.least:
            made.required.append((element.name + "[x]" * element.choice, names))
        if element.choice:
            made.choices.append((element.name, names))
    return made


def _members(
    place: str, element: ElementDefinition, name: str, type_: str, fresh: dict[str, Plan]
) -> dict[str, Handler | None]:
    """A member, with the one beside it if it is primitive."""
    many = element.many
    if type_ == "Resource" or type_ in RESOURCE_TYPES:
        return {name: members.resources if many else members.resource}
    url = bindings.value_set(place, element.name)
    if type_ not in primitive_types():
        inner = _build(type_, fresh)
        if url and type_ == "CodeableConcept":
            return {name: members.concept(inner, url, many=many)}
        return {name: members.objects(inner) if many else members.an_object(inner)}
    element_plan = _build("Element", fresh)
    extensions = members.beside_many(element_plan) if many else members.beside(element_plan)
    return {
        name: members.primitive(type_, url, many=many, link=_is_link(place, name)),
        f"_{name}": extensions,
    }


def _is_link(place: str, name: str) -> bool:
    return place == "Reference" and name == "reference"
