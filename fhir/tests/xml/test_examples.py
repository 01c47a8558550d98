"""All official examples go to XML and back, and somebody else's parser sees the same in it."""

import tarfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from fhir.codec import dumps, loads, same
from fhir.xml import from_json, to_json
from tests.shared_data import DATA

pytestmark = pytest.mark.needs("shared_data")
FHIR = "{http://hl7.org/fhir}"
DIV = "{http://www.w3.org/1999/xhtml}div"
HOW_MANY = 484
LARGE = 1_000_000  # seven bundles of definitions, ten times as long as all the rest


def examples() -> Iterator[tuple[str, Any]]:
    with tarfile.open(DATA / "fhir" / "r4-examples.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".json"):
                file = archive.extractfile(member)
                assert file
                yield member.name, loads(file.read())


def test_every_official_example_comes_back_from_xml_as_it_was():
    changed, seen = [], 0
    for name, example in examples():
        written = from_json(example)
        read = to_json(written)
        seen += 1
        if not same(read, example) or from_json(read) != written:
            changed.append(name)
    assert changed == []
    assert seen == HOW_MANY


def test_a_reader_without_tables_finds_every_value_of_the_examples_in_the_xml():
    for name, example in examples():
        written = from_json(example)
        if len(written) > LARGE:
            continue
        root = ElementTree.fromstring(written)
        assert root.tag == f"{FHIR}{example['resourceType']}", name
        assert sorted(leaves_of_xml(root)) == sorted(leaves_of_json(example)), name


def leaves_of_xml(root: ElementTree.Element) -> list[tuple[str, str]]:
    """Every attribute with the element names above it, and narratives by their plain text."""
    found: list[tuple[str, str]] = []
    waiting = [("", root)]
    while waiting:
        path, element = waiting.pop()
        if element.tag == DIV:
            found.append((f"{path}/div", "".join(element.itertext()).replace("\r\n", "\n")))
            continue
        tag = element.tag.removeprefix(FHIR)
        here = f"{path}/{tag}"
        for key, text in element.attrib.items():
            found.append((here if key == "value" else f"{here}@{key}", text))
        waiting += [(here, inner) for inner in element]
    return found


def leaves_of_json(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """The same of JSON, knowing of FHIR only how JSON writes ids, links and resources."""
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Any, bool]] = [("", resource, False)]
    while waiting:
        path, value, attribute = waiting.pop()
        if isinstance(value, list):
            waiting += [(path, each, attribute) for each in value]
        elif isinstance(value, dict):
            here = f"{path}/{value['resourceType']}" if is_resource(value) else path
            for key, inner in value.items():
                if key == "resourceType" and is_resource(value):
                    continue
                attribute = key == "id" and not is_resource(value)
                attribute |= key == "url" and path.endswith(("/extension", "/modifierExtension"))
                sign = "@" if attribute else "/"
                waiting.append((f"{here}{sign}{key.removeprefix('_')}", inner, attribute))
        elif value is not None:
            found.append((path, as_text(path, value)))
    return found


def is_resource(value: dict[str, Any]) -> bool:
    # A part of ExampleScenario has an element of that name in small letters.
    return value.get("resourceType", "x")[0].isupper() and "resourceId" not in value


def as_text(path: str, value: Any) -> str:
    if path.endswith("/div"):
        return "".join(ElementTree.fromstring(value).itertext()).replace("\r\n", "\n")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return dumps(value).decode()
    return str(value)
