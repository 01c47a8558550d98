"""Which codes R4 permits where a value set is required: the data of bindings.json.gz."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from fhir.definitions import elements
from fhir.definitions.build_elements import definitions

CODE_SYSTEMS = ("valuesets.json", "v3-codesystems.json", "v2-tables.json")

# Nobody can list these; what is known of their codes is their form.
PATTERNS = {
    "http://hl7.org/fhir/ValueSet/currencies": "[A-Z]{3}",
    "http://hl7.org/fhir/ValueSet/mimetypes": "",  # CapabilityStatement.format says xml and json
    "http://hl7.org/fhir/ValueSet/ucum-units": r"[!-~]+",
    "http://loinc.org/vs/LL379-9": r"LA[0-9]+-[0-9]",
}


def bindings(folder: Path) -> dict[str, Any]:
    """The codes of every required value set, and which elements are bound to it.

    Returns:
        ``codes``: value set → system → codes. ``patterns``: value set → form of its codes, where
        they cannot be listed. ``elements``: type or part → element → value set.
    """
    systems: dict[str, Any] = {}
    sets: dict[str, Any] = {}
    for name in CODE_SYSTEMS:
        for entry in orjson.loads((folder / name).read_bytes())["entry"]:
            resource = entry["resource"]
            kind = sets if resource["resourceType"] == "ValueSet" else systems
            kind.setdefault(resource["url"], resource)
    bound = elements_bound(folder)
    used = {url for rows in bound.values() for url in rows.values()}
    return {
        "codes": {url: expanded(sets[url], systems) for url in sorted(used - PATTERNS.keys())},
        "patterns": {url: PATTERNS[url] for url in sorted(used & PATTERNS.keys())},
        "elements": bound,
    }


def elements_bound(folder: Path) -> dict[str, dict[str, str]]:
    """Type or part → element → the value set its codes must be from."""
    found: dict[str, dict[str, str]] = {}
    for definition in definitions(folder):
        for path, url in required(definition):
            place, _, name = path.rpartition(".")
            stem = name.removesuffix("[x]")
            if any(each.name == stem for each in elements(place)):
                found.setdefault(place, {})[stem] = url
    return found


def required(definition: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and value set of every required binding."""
    for row in definition["snapshot"]["element"]:
        binding = row.get("binding", {})
        if binding.get("strength") == "required" and "valueSet" in binding:
            yield row["path"], binding["valueSet"].partition("|")[0]


def expanded(value_set: dict[str, Any], systems: dict[str, Any]) -> dict[str, list[str]]:
    """System → codes of a value set that lists them or takes whole code systems."""
    found: dict[str, set[str]] = {}
    compose = value_set["compose"]
    for include in compose["include"]:
        if include.keys() - {"system", "version", "concept", "extension"} or "exclude" in compose:
            raise SystemExit(f"{value_set['url']} is more than a list; its form goes to PATTERNS.")
        codes = found.setdefault(include["system"], set())
        if "concept" in include:
            codes |= {concept["code"] for concept in include["concept"]}
        else:
            codes |= set(concepts(systems[include["system"]]))
    return {system: sorted(codes) for system, codes in found.items()}


def concepts(system: dict[str, Any]) -> Iterator[str]:
    """All codes of a code system that says to be complete."""
    if system["content"] != "complete":
        raise SystemExit(f"{system['url']} is not complete; its form goes to PATTERNS.")
    waiting = list(system["concept"])
    while waiting:
        concept = waiting.pop()
        yield concept["code"]
        waiting += concept.get("concept", ())
