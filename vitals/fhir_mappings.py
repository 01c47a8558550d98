"""Device as FHIR. A recording's summary is an Observation and needs no mapping of its own."""

from typing import Any

from fhir.elements import custom, literal_reference, primitive, reference, verbatim
from fhir.mapping import Columns, Mapping, Resource
from fhir.search import columns
from vitals.models import Device

MODEL_NAME = "model-name"


def _read_names(resource: Resource) -> Columns:
    names = resource.get("deviceName") or []
    of_model = [name.get("name", "") for name in names if name.get("type") == MODEL_NAME]
    return {"names": names, "model_name": (of_model or [""])[0]}


def _render_names(device: Any) -> Resource:
    names = [name for name in device.names if name.get("type") != MODEL_NAME]
    if device.model_name:
        names.append({"name": device.model_name, "type": MODEL_NAME})
    return {"deviceName": names} if names else {}


MAPPINGS = (
    Mapping(
        "Device",
        Device,
        elements=(
            verbatim("identifier", "identifiers"),
            primitive("status", "status"),
            primitive("manufacturer", "manufacturer"),
            primitive("serialNumber", "serial"),
            custom("deviceName", ("names", "model_name"), _read_names, _render_names),
            literal_reference("patient", "patient_reference"),
            reference("owner", "facility", "Organization"),
        ),
        search=(columns.reference("organization", "facility", "Organization"),),
        joins=("facility",),
    ),
)
