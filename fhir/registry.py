"""The types this house knows: found in each app's ``fhir_mappings``, never imported by name."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from fhir.definitions import RESOURCE_TYPES
from fhir.errors import UnknownType
from fhir.mapping import Mapping, Resource
from fhir.models import Record
from fhir.stored import stored_mapping
from fhir.written_here import WrittenHere

_native: dict[str, Mapping] = {}


def discover() -> None:
    """Collect ``MAPPINGS`` from the ``fhir_mappings`` module of every app that has one."""
    for app in apps.get_app_configs():
        name = f"{app.name}.fhir_mappings"
        if find_spec(app.name) and find_spec(name):
            for mapping in import_module(name).MAPPINGS:
                _native[mapping.type] = mapping


def native_types() -> list[str]:
    """Types whose records have a table of their own, by name."""
    return sorted(name for name, each in _native.items() if not isinstance(each, WrittenHere))


def mapping(type_: str) -> Mapping:
    """The mapping of a type: its own, or the one that stores it whole.

    Raises:
        UnknownType: R4 has no such type.
    """
    if type_ in _native:
        return _native[type_]
    if type_ not in RESOURCE_TYPES:
        raise UnknownType(f'"{type_[:60]}" is not a FHIR R4 resource type.')
    return stored_mapping(type_)


def render(record: Record) -> Resource:
    """``record`` as a FHIR resource."""
    return mapping(record.resource_type).render(record)


def patient_model() -> type[Any]:
    """The table behind Patient, for compartments."""
    return mapping("Patient").model
