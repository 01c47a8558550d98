"""What the other system must have and what it has, reduced to what can be compared."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from tests.faults.checker import Expected, Played
from tests.faults.tapes import MICROVOLT_PER_STEP, RATE_HZ
from tests.fhir_server.fixture import Remote

Resource = dict[str, Any]
PIECE_S = 300
PIECE_SAMPLES = PIECE_S * RATE_HZ
# Says "a piece of this recording" (docs of vitals/sync/waveforms.py).
RECORDING_SYSTEM = "urn:uuid:7c9d6a1e-3f0b-4c58-8d0e-6a5a0f2f6b77"
TYPES = ("Patient", "Device", "Observation")


def expected_pieces(played: Played) -> list[Expected]:
    """Five minutes each of what one device played, from its tape alone."""
    found = []
    ends = [part.begins for part in played.parts[1:]] + [len(played.tape)]
    for part, end in zip(played.parts, ends, strict=True):
        samples = played.tape[part.begins : end]
        for piece, first in enumerate(range(0, len(samples), PIECE_SAMPLES)):
            block = samples[first : first + PIECE_SAMPLES]
            found.append(Expected(f"piece {part.recording}/{piece}", sampled(block)))
    return found


def sampled(samples: np.ndarray) -> tuple[str, float, float]:
    """The data of SampledData, its factor in µV and its period in ms."""
    text = " ".join(map(str, samples.tolist()))
    return text, float(MICROVOLT_PER_STEP), round(1000 / RATE_HZ, 6)


def expected_reading(value: str) -> Expected:
    """A weight that a clinician accepted."""
    return Expected(weight(value), ("final", "kg"))


def weight(value: str) -> str:
    """How a weight is known: 70.10 and 70.1 are one."""
    return f"weight {Decimal(value).normalize():f}"


def expected_person(patient: Resource) -> list[Expected]:
    """The patient and the devices that `set_up.wearer` made."""
    devices = [Expected(f"device {one['serial']}", "device") for one in patient["devices"]]
    return [Expected(f"patient {patient['given']}", patient["family"]), *devices]


def expected_summaries(rows: Iterable[tuple[str, Any]]) -> list[Expected]:
    """The newest summary of each recording here: source and components."""
    return [Expected(f"summary {source}", _components(parts)) for source, parts in rows]


def standing(remote: Remote, types: Sequence[str] = TYPES) -> list[Expected]:
    """Everything of ``types`` at the other system."""
    return [read(resource) for type_ in types for resource in remote.all(type_)]


def repeated(remote: Remote) -> list[str]:
    """Observations of which the other system has two versions that say the same."""
    found = []
    for resource in remote.all("Observation"):
        versions = remote.history("Observation", resource["id"])
        said = [{k: v for k, v in one.items() if k != "meta"} for one in versions]
        found += [resource["id"] for one, other in pairwise(said) if one == other]
    return found


def read(resource: Resource) -> Expected:
    """How a resource is known, and what it says."""
    type_ = resource["resourceType"]
    if type_ == "Patient":
        name = resource["name"][0]
        return Expected(f"patient {name['given'][0]}", name["family"])
    if type_ == "Device":
        return Expected(f"device {resource['serialNumber']}", "device")
    for identifier in resource.get("identifier", ()):
        if identifier.get("system") == RECORDING_SYSTEM:
            return Expected(f"piece {identifier['value']}", _sampled(resource))
    if "valueQuantity" in resource:
        quantity = resource["valueQuantity"]
        return Expected(weight(str(quantity["value"])), (resource["status"], quantity["code"]))
    source = resource.get("meta", {}).get("source", "")
    return Expected(f"summary {source}", _components(resource.get("component", ())))


def _sampled(resource: Resource) -> tuple[str, float, float]:
    data = resource["component"][0]["valueSampledData"]
    return data["data"], float(data["factor"]), round(float(data["period"]), 6)


def _components(parts: Iterable[Resource]) -> list[tuple[str, Any]]:
    return [
        (
            one["code"]["text"],
            float(one["valueQuantity"]["value"]) if "valueQuantity" in one else one["valueString"],
        )
        for one in parts
    ]
