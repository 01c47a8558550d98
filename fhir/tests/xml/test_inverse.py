"""Whatever R4 allows survives JSON → XML → JSON, and XML → JSON → XML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.codec import dumps, loads, same
from fhir.definitions import RESOURCE_TYPES, ElementDefinition, elements, primitive_types
from fhir.errors import Refusal
from fhir.tests.xml.documents import XHTML, body
from fhir.xml import from_json, to_json

TYPES = sorted(type_ for type_ in RESOURCE_TYPES if elements(type_))
DEEPEST = 4
XML_TEXT = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)
TEXTS = st.text(XML_TEXT, min_size=1, max_size=8)
NUMBERS = st.one_of(
    st.from_regex(r"\A-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?\Z"),
    st.sampled_from(["1.0", "1.50", "1.0E-5", "-0", "-0.0", "12345678901234567890.10"]),
).map(loads)
DIVS = TEXTS.map(
    lambda text: (
        f'<div xmlns="{XHTML}">{text.replace("&", "&amp;").replace("<", "&lt;")}<br/></div>'
    )
)
NOTES = st.fixed_dictionaries({"id": TEXTS}) | st.fixed_dictionaries(
    {"extension": st.just([{"url": "urn:own", "valueDecimal": loads("1.00")}])}
)


def values(type_: str, depth: int) -> st.SearchStrategy[object]:
    """Values of a type, a few levels deep."""
    if type_ in primitive_types():
        plain = {"boolean": st.booleans(), "xhtml": DIVS}
        numeric = type_ in ("decimal", "integer", "positiveInt", "unsignedInt")
        return NUMBERS if numeric else plain.get(type_, TEXTS)
    if type_ == "Resource":
        contained = st.sampled_from(["Basic", "Binary", "Patient", "Parameters", "Bundle"])
        return contained.flatmap(lambda name: resources(name, depth + 1))
    return st.deferred(lambda: groups(type_, depth))


def groups(type_: str, depth: int) -> st.SearchStrategy[dict[str, object]]:
    """Some of the elements of a type or part, never none."""
    known = elements(type_)
    if depth >= DEEPEST:
        known = tuple(each for each in known if each.types[0] in primitive_types())
    most = max(1, 4 - depth)
    chosen = st.lists(st.sampled_from(known), min_size=1, max_size=most, unique=True)
    return chosen.flatmap(lambda these: st.tuples(*(members(each, depth) for each in these))).map(
        lambda parts: {key: value for part in parts for key, value in part.items()}
    )


def members(element: ElementDefinition, depth: int) -> st.SearchStrategy[dict[str, object]]:
    """What one element is in JSON: a member, or two where something is said about the value."""
    return st.sampled_from(sorted(element.names)).flatmap(
        lambda name: member(name, element.names[name], element, depth)
    )


def member(
    name: str, type_: str, element: ElementDefinition, depth: int
) -> st.SearchStrategy[dict[str, object]]:
    value = values(type_, depth + 1)
    noted = type_ in primitive_types() and type_ != "xhtml" and not element.attribute
    if not noted:
        return (st.lists(value, min_size=1, max_size=2) if element.many else value).map(
            lambda one: {name: one}
        )
    pairs = st.tuples(value, st.none()) | st.tuples(value, NOTES) | st.tuples(st.none(), NOTES)
    if element.many:
        return st.lists(pairs, min_size=1, max_size=3).map(lambda each: side_by_side(name, each))
    return pairs.map(lambda pair: present({name: pair[0], f"_{name}": pair[1]}))


def side_by_side(name: str, pairs: list[tuple[object, object]]) -> dict[str, object]:
    found = {name: [value for value, _ in pairs], f"_{name}": [note for _, note in pairs]}
    return {key: each for key, each in found.items() if set(map(type, each)) != {type(None)}}


def present(found: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in found.items() if value is not None}


def resources(type_: str, depth: int = 0) -> st.SearchStrategy[dict[str, object]]:
    return groups(type_, depth).map(lambda found: found | {"resourceType": type_})


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_any_resource_comes_back_from_xml_as_it_was(data):
    resource = data.draw(st.sampled_from(TYPES).flatmap(resources))
    written = from_json(resource)
    read = to_json(written)
    assert same(read, resource)
    assert from_json(loads(dumps(read))) == written


@given(text=TEXTS)
def test_any_text_comes_back_from_an_attribute(text):
    assert to_json(from_json(body(language=text))) == body(language=text)


@given(div=DIVS)
def test_any_narrative_comes_back_to_the_letter(div):
    resource = body(text={"status": "generated", "div": div})
    assert to_json(from_json(resource)) == resource


@given(document=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(document):
    with pytest.raises(Refusal):
        to_json(document)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_document_is_read_or_refused(data):
    """Nothing but a refusal leaves the reader, whatever a line does to the bytes."""
    resource = data.draw(st.sampled_from(["Patient", "Observation"]).flatmap(resources))
    document = bytearray(from_json(resource))
    place = data.draw(st.integers(0, len(document) - 1))
    document[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        read = to_json(bytes(document))
    except Refusal:
        return
    assert same(to_json(from_json(read)), read)
