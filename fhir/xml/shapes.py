"""The element tables in the form the converter asks for: by name in XML and by key in JSON."""

from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property

from fhir.definitions import RESOURCE_TYPES, ElementDefinition, elements, primitive_types

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
DEEPEST = 100
NUMBERS = frozenset({"decimal", "integer", "positiveInt", "unsignedInt"})


class Kind(Enum):
    """What stands inside an element."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    XHTML = "xhtml"
    GROUP = "group"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Child:
    """An element inside another.

    Attributes:
        key: Its name in JSON and, without namespace, in XML.
        note: Where JSON keeps the id and the extensions of a primitive value.
        place: Its place in the order of elements; the forms of a choice share one.
        barrier: It may not follow an element of this place or a later one.
        many: Whether it may repeat.
        kind: What stands inside.
        primitive: Whether it has a value of its own.
        type: Whose elements may stand inside it.
    """

    key: str
    note: str
    place: int
    barrier: int
    many: bool
    kind: Kind
    primitive: bool
    type: str


@dataclass(frozen=True)
class Shape:
    """What a type, or a part of a type, may hold."""

    type: str

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of XML attributes, besides the ``value`` of a primitive type."""
        return tuple(each.name for each in elements(self.type) if each.attribute)

    @cached_property
    def is_resource(self) -> bool:
        """Whether it is a resource, not a data type or a part."""
        return is_resource(self.type)

    @cached_property
    def by_key(self) -> dict[str, Child]:
        """Key in JSON, such as ``birthDate`` and ``_birthDate``, → the element."""
        found = {}
        for place, definition in enumerate(elements(self.type)):
            if definition.attribute:
                continue
            for key, type_ in definition.names.items():
                each = _child(key, type_, place, definition)
                found[key] = each
                if each.primitive:
                    found[each.note] = each
        return found

    @cached_property
    def by_name(self) -> dict[str, Child]:
        """Name in XML, namespace first, → the element."""
        return {
            f"{XHTML if each.kind is Kind.XHTML else FHIR} {each.key}": each
            for each in self.by_key.values()
        }


def _child(key: str, type_: str, place: int, definition: ElementDefinition) -> Child:
    kind = _kind(type_)
    return Child(
        key=key,
        note=f"_{key}",
        place=place,
        barrier=place + definition.many,
        many=definition.many,
        kind=kind,
        primitive=kind in (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN),
        type=type_,
    )


def _kind(type_: str) -> Kind:
    if type_ == "Resource":
        return Kind.RESOURCE
    if type_ not in primitive_types():
        return Kind.GROUP
    if type_ in NUMBERS:
        return Kind.NUMBER
    return {"boolean": Kind.BOOLEAN, "xhtml": Kind.XHTML}.get(type_, Kind.TEXT)


@cache
def shape(type_: str) -> Shape:
    """The one shape of a type or part."""
    return Shape(type_)


@cache
def is_resource(type_: str) -> bool:
    """Whether R4 has a resource of that type."""
    return type_ in RESOURCE_TYPES and bool(elements(type_))
