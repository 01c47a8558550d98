"""What FHIR R4 itself says, as compact data made by ``build.py`` from the official definitions."""

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent


@cache
def _load(name: str) -> Any:
    return orjson.loads(gzip.decompress((HERE / name).read_bytes()))


def json_schema() -> dict[str, Any]:
    """The official JSON schema of all resources."""
    schema: dict[str, Any] = _load("schema.json.gz")
    return schema


def _types() -> dict[str, Any]:
    types: dict[str, Any] = _load("types.json.gz")
    return types


def patient_paths(type_: str) -> tuple[tuple[str, ...], ...]:
    """Element paths by which a resource of ``type_`` belongs to a patient's compartment."""
    return tuple(tuple(path) for path in _types().get(type_, {}).get("patient", ()))


def required_elements(type_: str) -> tuple[str, ...]:
    """Top-level elements of ``type_`` that must be present; a choice ends in ``[x]``."""
    return tuple(_types().get(type_, {}).get("required", ()))


def modifier_elements(type_: str) -> tuple[str, ...]:
    """Elements of ``type_``, at any depth, that change the meaning of the rest."""
    return tuple(_types().get(type_, {}).get("modifiers", ()))


@dataclass(frozen=True, slots=True)
class ElementDefinition:
    """One element of a type, or of a part of a type.

    Attributes:
        name: Without ``[x]``: ``value`` where ``choice`` is set.
        types: What ``elements`` knows its content as: a data type, ``Patient.contact`` for a part
            that only this type has, ``Resource`` for a resource of any type.
        least: How many there must be.
        many: Whether it is an array in JSON.
        attribute: Whether it is an attribute in XML.
        choice: Whether its names in JSON and XML end in the type: see ``names``.
        summary: Whether a summary of the resource holds it.
        modifier: Whether it changes the meaning of the rest.
    """

    name: str
    types: tuple[str, ...]
    least: int
    many: bool
    attribute: bool
    choice: bool
    summary: bool
    modifier: bool

    @property
    def names(self) -> dict[str, str]:
        """Each name that the element may have in JSON and XML, with the type it then holds."""
        if not self.choice:
            return {self.name: self.types[0]}
        return {f"{self.name}{type_[0].upper()}{type_[1:]}": type_ for type_ in self.types}


@cache
def elements(name: str) -> tuple[ElementDefinition, ...]:
    """The elements of a type or part (``Patient``, ``Patient.contact``, ``HumanName``) in order.

    A primitive type has ``id`` and ``extension``, its value is none of them. What FHIR R4 does not
    define has none at all.
    """
    return tuple(
        ElementDefinition(
            name=stem,
            types=tuple(types),
            least=least,
            many="*" in flags,
            attribute="@" in flags,
            choice="?" in flags,
            summary="s" in flags,
            modifier="!" in flags,
        )
        for stem, types, least, flags in _load("elements.json.gz")["elements"].get(name, ())
    )


def base(name: str) -> str:
    """The type that ``name`` specialises: Quantity for Age; '' for Resource and Element."""
    found: str = _load("elements.json.gz")["bases"].get(name, "")
    return found


@cache
def primitive_types() -> frozenset[str]:
    """The types whose value is a single text, number or truth value."""
    return frozenset(_load("elements.json.gz")["primitives"])


def search_parameters(type_: str) -> dict[str, Any]:
    """Name → row of each search parameter that ``type_`` itself has; see ``build_search.py``."""
    found: dict[str, Any] = _load("search.json.gz").get(type_, {})
    return found


# The package of definitions holds one type of R4B.
RESOURCE_TYPES = frozenset(_types())
