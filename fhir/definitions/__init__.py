"""What FHIR R4 itself says, as compact data made by ``build.py`` from the official definitions."""

import gzip
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


RESOURCE_TYPES = frozenset(_types())
