"""Python text that gives the values of a FHIRPath expression, with what is known about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fhir.definitions import ElementDefinition, elements, primitive_types

CHOICE = "CHOICE_"  # how the constants begin that hold the names of a choice element
ANY = frozenset({"Resource"})
BOOLEAN = frozenset({"boolean"})
TEXT = frozenset({"string"})
WHOLE = frozenset({"integer"})


class NotCompilable(Exception):
    """This compiler does not know the function, or not for these types."""


@dataclass(frozen=True)
class Code:
    """A Python expression and what it gives.

    Attributes:
        text: The expression.
        many: A list; otherwise a value or None.
        types: FHIR types it may have; None where they are not known.
        sure: Never None.
        exists: A shorter expression for whether there is anything, if there is one.
        choices: For a choice element: each type with the Python test for it and its name.
        owner: The expression that a choice is a member of.
        constant: The constant it starts from, ``%resource`` or another, as Python text.
    """

    text: str
    many: bool
    types: frozenset[str] | None
    sure: bool = False
    exists: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    owner: "Code | None" = None
    constant: str = ""

    @property
    def as_list(self) -> str:
        """The expression as a list."""
        return self.text if self.many else f"listing({self.text})"

    @property
    def something(self) -> str:
        """A test whether there is anything."""
        if self.exists:
            return self.exists
        return f"({self.text})" if self.many else f"({self.text}) is not None"

    @property
    def nothing(self) -> str:
        """A test whether there is nothing."""
        return f"not ({self.something})"

    @property
    def primitive(self) -> bool:
        """Whether all its types are primitive."""
        return self.types is not None and self.types <= primitive_types()


def definition(type_: str, name: str) -> ElementDefinition | None:
    """The element ``name`` of a type; of any resource, what resources have in common."""
    found = elements("DomainResource" if type_ == "Resource" else type_)
    return next((each for each in found if each.name == name), None)


def member(of: Code, name: str, variable: str) -> Code:
    """``of.name``.

    Args:
        of: What it is a member of.
        name: As FHIRPath calls it, choices without their type.
        variable: A fresh name for loops.
    """
    if of.types is None:
        return Code(f"members({of.as_list}, {name!r})", many=True, types=None)
    found = [each for type_ in sorted(of.types) if (each := definition(type_, name))]
    if not found:
        if of.types & ANY:
            return Code(f"members({of.as_list}, {name!r})", many=True, types=None)
        raise NotCompilable(f"{sorted(of.types)} has no {name}")
    types = frozenset(type_ for each in found for type_ in each.types)
    if len(of.types) > 1:
        text = f"members({of.as_list}, {name!r})"
        return Code(text, many=True, types=types, constant=of.constant)
    if not of.many:
        return replace(_of_one(of, found[0], types), constant=of.constant)
    single = _of_one(Code(variable, many=False, types=of.types, sure=True), found[0], types)
    if single.many:
        text = f"[v{variable} for {variable} in {of.text} for v{variable} in {single.text}]"
    else:
        one = f"for v{variable} in ({single.text},) if v{variable} is not None"
        text = f"[v{variable} for {variable} in {of.text} {one}]"
    return Code(text, many=True, types=types, constant=of.constant)


def _of_one(of: Code, element: ElementDefinition, types: frozenset[str]) -> Code:
    """A member of what is there once at most."""
    if element.choice:
        return _choice(of, element, types)
    name, beside = repr(element.name), repr(f"_{element.name}")
    primitive = types <= primitive_types()
    if element.many:
        text = f"listed({of.text}, {name})" if not of.sure else f"{of.text}.get({name}, ())"
        if primitive:
            text = f"leaves({of.text}, {name}, {beside})"
        return Code(text, many=True, types=types)
    if primitive:
        text = f"{of.text}.get({name}, {of.text}.get({beside}))"
        exists = f"({name} in {of.text} or {beside} in {of.text})"
        if not of.sure:
            text, exists = f"leaf({of.text}, {name}, {beside})", ""
        return Code(text, many=False, types=types, exists=exists)
    if of.sure:
        exists = f"{name} in {of.text}"
        return Code(f"{of.text}.get({name})", many=False, types=types, exists=exists)
    return Code(f"get({of.text}, {name})", many=False, types=types)


def _choice(of: Code, element: ElementDefinition, types: frozenset[str]) -> Code:
    names = f"{CHOICE}{'_'.join(of.types or ()).replace('.', '__')}_{element.name}"
    exists = f"not {of.text}.keys().isdisjoint({names})" if of.sure else ""
    return Code(
        f"choice({of.text}, {names})",
        many=False,
        types=types,
        exists=exists,
        choices={type_: name for name, type_ in element.names.items()},
        owner=of,
    )


def choice_names(element: ElementDefinition) -> list[str]:
    """Every member in JSON that stands for a choice, with those that hold only extensions."""
    plain = sorted(element.names)
    primitive = primitive_types()
    return plain + [f"_{name}" for name in plain if element.names[name] in primitive]


def choice_of(constant: str) -> ElementDefinition:
    """The element whose names a constant of the generated code holds."""
    type_, _, name = constant.removeprefix(CHOICE).rpartition("_")
    found = definition(type_.replace("__", "."), name)
    if found is None:
        raise NotCompilable(f"{constant} stands for no element")
    return found
