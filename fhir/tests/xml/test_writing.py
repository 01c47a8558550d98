"""XML that we send: in the order of FHIR, whole, and never with something left out in silence."""

from decimal import Decimal

import pytest

from fhir.codec import loads
from fhir.errors import Invalid, UnknownType
from fhir.tests.xml.documents import XHTML, body, patient, questionnaire
from fhir.xml import from_json, to_json

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
DIV = f'<div xmlns="{XHTML}">'
EMPTY = patient(before=DECLARATION).replace(b"></Patient>", b"/>")


def written(inner: str) -> bytes:
    return patient(inner, before=DECLARATION)


@pytest.mark.parametrize(
    ("elements", "inner"),
    [
        ({"id": "rosa"}, '<id value="rosa"/>'),
        ({"active": False}, '<active value="false"/>'),
        (
            {"birthDate": "1958", "active": True, "language": "de"},
            '<language value="de"/><active value="true"/><birthDate value="1958"/>',
        ),
        (
            {"_birthDate": {"id": "b"}, "birthDate": "1958"},
            '<birthDate value="1958" id="b"/>',
        ),
        ({"_birthDate": {"id": "b"}}, '<birthDate id="b"/>'),
        (
            {"name": [{"given": ["A", None], "_given": [None, {"id": "g"}], "id": "n"}]},
            '<name id="n"><given value="A"/><given id="g"/></name>',
        ),
        (
            {"name": [{"given": ["A"], "_given": [None, {"id": "g"}]}]},
            '<name><given value="A"/><given id="g"/></name>',
        ),
        (
            {"extension": [{"valueCode": "x", "url": "urn:u&v"}]},
            '<extension url="urn:u&amp;v"><valueCode value="x"/></extension>',
        ),
        (
            {"contained": [{"active": True, "resourceType": "Practitioner"}]},
            '<contained><Practitioner><active value="true"/></Practitioner></contained>',
        ),
        ({"contained": [{"resourceType": "Flag"}]}, "<contained><Flag/></contained>"),
        (
            {"language": "a\n\t\rb <&> \" ' ä😀"},
            '<language value="a&#10;&#9;&#13;b &lt;&amp;&gt; &quot; \' ä😀"/>',
        ),
        (
            {"text": {"div": f"{DIV}ä\r\n<br /></div>", "status": "empty"}},
            f'<text><status value="empty"/>{DIV}ä\r\n<br /></div></text>',
        ),
    ],
)
def test_a_member_of_json_is_an_element_of_xml(elements, inner):
    assert from_json(body(**elements)) == written(inner)


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"name": []},
        {"name": [{}]},
        {"contact": [{"name": {"_family": {}}}]},
        {"birthDate": None},
        {"_birthDate": {}},
        {"language": ""},
        {"name": [{"given": [None], "_given": [None]}]},
    ],
)
def test_what_holds_nothing_is_no_element(elements):
    """XML has no way to say it: an element has a value or something inside."""
    assert from_json(body(**elements)) == EMPTY


@pytest.mark.parametrize(
    "number", ["1.50", "-0", "-0.0", "1.0E-5", "1e3", "1e400", "12345678901234567890.10"]
)
def test_a_number_keeps_its_spelling(number):
    observation = loads(f'{{"resourceType":"Observation","valueQuantity":{{"value":{number}}}}}')
    assert f'<value value="{number}"/>'.encode() in from_json(observation)


NOT_WRITABLE = [
    ({"foo": 1}, "Patient.foo", "does not have there"),
    ({"fhir_comments": ["x"]}, "Patient.fhir_comments", "does not have there"),
    ({"valueString": "x"}, "Patient.valueString", "does not have there"),
    ({"_name": [{"id": "x"}]}, "Patient._name", "does not have there"),
    ({"name": [{"_id": {}}]}, "Patient.name[0]._id", "does not have there"),
    ({"name": [{"resourceType": "x"}]}, "Patient.name[0].resourceType", "does not have there"),
    ({"name": [{}, {"family": 1}]}, "Patient.name[1].family", "is not a text"),
    ({"name": {"family": "x"}}, "Patient.name", "is an array in JSON"),
    ({"name": ["x"]}, "Patient.name[0]", "is not an object"),
    ({"name": [None]}, "Patient.name[0]", "is not an object"),
    ({"name": [{"id": 1}]}, "Patient.name[0].id", "is not a text"),
    ({"birthDate": ["1958"]}, "Patient.birthDate", "is not a text"),
    ({"_birthDate": "x"}, "Patient.birthDate", "is not an object"),
    ({"_birthDate": {"value": "x"}}, "Patient.birthDate.value", "does not have there"),
    ({"active": "true"}, "Patient.active", "is not a boolean"),
    ({"active": 1}, "Patient.active", "is not a boolean"),
    ({"multipleBirthInteger": "1"}, "Patient.multipleBirthInteger", "is not a number"),
    ({"multipleBirthInteger": True}, "Patient.multipleBirthInteger", "is not a number"),
    ({"multipleBirthInteger": float("nan")}, "Patient.multipleBirthInteger", "is not a number"),
    ({"multipleBirthInteger": Decimal("NaN")}, "Patient.multipleBirthInteger", "is not a number"),
    ({"language": "\x00"}, "Patient.language", "U+0000"),
    ({"name": [{"given": ["A", "\x01"]}]}, "Patient.name[0].given[1]", "U+0001"),
    ({"language": "\ufffe"}, "Patient.language", "U+FFFE"),
    ({"language": "\ud800"}, "Patient.language", "U+D800"),
    ({"name": [{"id": "\x1f"}]}, "Patient.name[0].id", "U+001F"),
    ({"text": {"div": 1}}, "Patient.text.div", "is not a text"),
    ({"text": {"div": ""}}, "Patient.text.div", "no element found"),
    ({"text": {"div": "x"}}, "Patient.text.div", "not well-formed"),
    ({"text": {"div": "<div>x</div>"}}, "Patient.text.div", XHTML),
    ({"text": {"div": f'<p xmlns="{XHTML}">x</p>'}}, "Patient.text.div", "is one <div"),
    ({"text": {"div": f"{DIV}x"}}, "Patient.text.div", "no element found"),
    ({"text": {"div": f"{DIV}<br></div>"}}, "Patient.text.div", "mismatched tag"),
    ({"text": {"div": f"{DIV}&nbsp;</div>"}}, "Patient.text.div", "undefined entity"),
    ({"text": {"div": f"{DIV}\x01</div>"}}, "Patient.text.div", "not well-formed"),
    ({"text": {"div": f"{DIV}\ud800</div>"}}, "Patient.text.div", "half a surrogate pair"),
    ({"text": {"div": f"{DIV}</div><active/>"}}, "Patient.text.div", "junk after"),
    ({"text": {"div": f"{DIV}</div></text><active/>"}}, "Patient.text.div", "not well-formed"),
    ({"text": {"div": f"<!DOCTYPE div>{DIV}</div>"}}, "Patient.text.div", "DOCTYPE"),
    ({"text": {"div": f"{DIV}<?x?></div>"}}, "Patient.text.div", "processing instructions"),
    ({"text": {"div": f'<?xml version="1.0"?>{DIV}</div>'}}, "Patient.text.div", "declaration"),
    (
        {"text": {"div": f"{DIV}{'<b>' * 200}{'</b>' * 200}</div>"}},
        "Patient.text.div",
        "100 levels",
    ),
]


@pytest.mark.parametrize(("elements", "expression", "why"), NOT_WRITABLE)
def test_what_xml_cannot_say_is_refused_with_its_place(elements, expression, why):
    with pytest.raises(Invalid) as refusal:
        from_json(body(**elements))
    assert refusal.value.expression == expression
    assert refusal.value.message.startswith(f"{expression} ")
    assert why in refusal.value.message


@pytest.mark.parametrize(
    ("resource", "expression"),
    [
        ({}, ""),
        ({"resourceType": 1}, ""),
        ({"resourceType": "Patien"}, ""),
        ({"resourceType": "DomainResource"}, ""),
        ({"resourceType": "HumanName"}, ""),
        (body(contained=["x"]), "Patient.contained[0]"),
        (body(contained=[{"resourceType": "Flag"}, {"resourceType": "x"}]), "Patient.contained[1]"),
        (
            {"resourceType": "Bundle", "entry": [{"resource": {"id": "x"}}]},
            "Bundle.entry[0].resource",
        ),
    ],
)
def test_a_resource_that_r4_does_not_have_is_an_unknown_type(resource, expression):
    with pytest.raises(UnknownType) as refusal:
        from_json(resource)
    assert refusal.value.expression == expression


def test_space_around_a_narrative_is_not_part_of_it():
    div = f"{DIV}x</div>"
    read = to_json(from_json(body(text={"status": "empty", "div": f"\n <!-- x --> {div}\n"})))
    assert read["text"]["div"] == div


def test_what_is_written_deep_is_read_again():
    deep = questionnaire(98)
    assert to_json(from_json(deep)) == deep


@pytest.mark.parametrize("levels", [99, 100, 101, 400])
def test_a_tower_is_refused(levels):
    with pytest.raises(Invalid, match="deeper than 100 levels"):
        from_json(questionnaire(levels))


@pytest.mark.parametrize("levels", [50, 51, 300])
def test_a_tower_of_resources_is_refused(levels):
    tower = body()
    for _ in range(levels):
        tower = body(contained=[tower])
    with pytest.raises(Invalid, match="deeper than 100 levels"):
        from_json(tower)
