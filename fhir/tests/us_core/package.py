"""HL7's US Core 6.1.0 package: what a server SHALL search by, and examples to find."""

import tarfile
from functools import cache
from typing import Any

from fhir.codec import loads
from tests.shared_data import DATA

ARCHIVE = DATA / "fhir" / "us-core-6.1.0.tgz"
EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-"
COMBINATION = EXTENSIONS + "search-parameter-combination"


@cache
def files() -> dict[str, dict[str, Any]]:
    """Every JSON file of the package by its name below ``package/``."""
    with tarfile.open(ARCHIVE) as archive:
        return {
            member.name.removeprefix("package/"): loads(archive.extractfile(member).read())
            for member in archive.getmembers()
            if member.name.endswith(".json")
        }


def resources(kind: str) -> list[dict[str, Any]]:
    """Definitions of one type."""
    return [f for name, f in files().items() if name.startswith(f"{kind}-")]


def examples() -> list[dict[str, Any]]:
    """The example resources."""
    return [f for name, f in files().items() if name.startswith("example/")]


def shall(thing: dict[str, Any]) -> bool:
    """Whether it is marked as an obligation."""
    found = {e["url"]: e.get("valueCode") for e in thing.get("extension", ())}
    return found.get(EXTENSIONS + "expectation") == "SHALL"


def server() -> list[dict[str, Any]]:
    """What the server's CapabilityStatement says of each type."""
    statement = files()["CapabilityStatement-us-core-server.json"]
    listed: list[dict[str, Any]] = statement["rest"][0]["resource"]
    return listed


def searches() -> list[tuple[str, tuple[str, ...]]]:
    """Type and parameters of every search that a server SHALL answer."""
    found = []
    for resource in server():
        alone = [(p["name"],) for p in resource.get("searchParam", ()) if shall(p)]
        together = [
            tuple(part["valueString"] for part in e["extension"] if part["url"] == "required")
            for e in resource.get("extension", ())
            if e["url"] == COMBINATION and shall(e)
        ]
        found += [(resource["type"], names) for names in (*alone, *together)]
    return found


def expression(type_: str, name: str) -> str:
    """FHIRPath of a search parameter, as the package defines it."""
    for parameter in resources("SearchParameter"):
        if parameter["code"] == name and type_ in parameter["base"]:
            text: str = parameter["expression"]
            return text
    raise LookupError(f"{type_} {name}")
