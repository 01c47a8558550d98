"""XML that others send: what it says in JSON, and what is refused with element and line."""

import tracemalloc

import pytest

from fhir.codec import dumps
from fhir.errors import Malformed, UnknownType
from fhir.tests.xml.documents import FHIR, XHTML, body, narrative, patient
from fhir.xml import to_json

DIV = f'<div xmlns="{XHTML}">'


def said(inner: str) -> bytes:
    return dumps(to_json(patient(inner)))


@pytest.mark.parametrize(
    ("inner", "json"),
    [
        ('<id value="rosa"/>', '"id":"rosa"'),
        ('<active value="true"/>', '"active":true'),
        ('<multipleBirthInteger value="2"/>', '"multipleBirthInteger":2'),
        ('<birthDate id="b" value="1958-04"/>', '"birthDate":"1958-04","_birthDate":{"id":"b"}'),
        (
            '<birthDate><extension url="urn:u"><valueCode value="x"/></extension></birthDate>',
            '"_birthDate":{"extension":[{"url":"urn:u","valueCode":"x"}]}',
        ),
        (
            '<name id="n"><given value="A"/><given id="g"/><given value="B"/></name>',
            '"name":[{"id":"n","given":["A",null,"B"],"_given":[null,{"id":"g"},null]}]',
        ),
        ('<name><given id="g"/></name>', '"name":[{"_given":[{"id":"g"}]}]'),
        (
            "<contained><Location/></contained>",
            '"contained":[{"resourceType":"Location"}]',
        ),
        ("<!-- a word --><active value='false'/>", '"active":false'),
        ('<language value="a&#10;&#9;b&amp;&quot;"/>', '"language":"a\\n\\tb&\\""'),
        ('<language value="a\n\tb"/>', '"language":"a  b"'),
        ('<language value=" a  "/>', '"language":" a  "'),
    ],
)
def test_an_element_of_xml_is_a_member_of_json(inner, json):
    assert said(inner).decode() == f'{{"resourceType":"Patient",{json}}}'


@pytest.mark.parametrize("number", ["1.50", "-0.0", "1.0E-5", "0", "12345678901234567890.10"])
def test_a_decimal_keeps_its_spelling(number):
    observation = (
        f'<Observation xmlns="{FHIR}"><valueQuantity><value value="{number}"/>'
        "</valueQuantity></Observation>"
    )
    assert dumps(to_json(observation.encode())["valueQuantity"]) == f'{{"value":{number}}}'.encode()


@pytest.mark.parametrize(
    "document",
    [
        patient(before="\ufeff"),
        patient(before='<?xml version="1.0" encoding="utf-8"?>\n'),
        patient(before='<?xml version="1.0" encoding="US-ASCII" standalone="yes"?>'),
        patient("\r\n\t <!-- nothing -->"),
        f'<f:Patient xmlns:f="{FHIR}"/>'.encode(),
        f'<Patient xmlns="{FHIR}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://hl7.org/fhir patient.xsd"/>'.encode(),
    ],
    ids=["byte order mark", "declared", "ascii", "space", "prefix", "schema location"],
)
def test_a_document_may_be_dressed_differently(document):
    assert to_json(document) == {"resourceType": "Patient"}


@pytest.mark.parametrize(
    "div",
    [
        f"{DIV}x</div>",
        f"{DIV}\r\n  <b>ä &amp; &#228; &lt;</b><!-- c --><![CDATA[<i>]]>\t</div>",
        f"{DIV}<br/></div>",
        f"{DIV}<div/><div></div></div \n>",
        f"<div xmlns='{XHTML}' class=\"a>b\" ><a href='/>'/></div>",
        f'<div xmlns="{XHTML}"/>',
        f'<h:div xmlns:h="{XHTML}"><h:p xml:lang="de">x</h:p></h:div>',
        f'{DIV}<s:svg xmlns:s="http://www.w3.org/2000/svg"/></div>',
    ],
)
def test_a_narrative_is_kept_to_the_letter(div):
    assert to_json(patient(narrative(div)))["text"]["div"] == div


def test_a_narrative_is_kept_to_the_letter_behind_signs_of_many_bytes():
    document = patient(f'<language value="ä€😀"/>{narrative(f"{DIV}ß</div>")}', before="\ufeff")
    assert to_json(document)["text"]["div"] == f"{DIV}ß</div>"


def test_a_narrative_takes_its_namespace_along():
    document = (
        f'<f:Patient xmlns:f="{FHIR}" xmlns="{XHTML}"><f:text><f:status value="empty"/>'
        '<div class="c">x</div></f:text></f:Patient>'
    )
    assert to_json(document.encode())["text"]["div"] == f'<div xmlns="{XHTML}" class="c">x</div>'


@pytest.mark.parametrize("inside", ["<p:b/>", "<b p:c='d'/>", "<b\n p:c = 'd'/>", "<b ä:c='d'/>"])
def test_a_narrative_that_needs_a_prefix_from_outside_is_refused(inside):
    """Kept by itself, it would no longer be XML."""
    div = f"{DIV}{inside}</div>"
    outside = narrative(div).replace("<text>", '<text xmlns:p="urn:p" xmlns:ä="urn:ä">')
    with pytest.raises(Malformed, match="unbound prefix") as refusal:
        to_json(patient(outside))
    assert refusal.value.expression == "Patient.text.div"


MISTAKES = {
    "": "no element found at line 1",
    "{}": "not well-formed (invalid token) at line 1",
    f'<Patient xmlns="{FHIR}">': "no element found at line 1",
    f'<Patient xmlns="{FHIR}"/><Patient/>': "junk after document element",
    "<Patient/>": 'Patient (line 1) stands in the namespace ""',
    '<Patient xmlns="urn:x"/>': 'Patient (line 1) stands in the namespace "urn:x"',
    f'<Patient xmlns="{FHIR}" id="x"/>': 'Patient (line 1) has an attribute "id"',
    f'<Patient xmlns="{FHIR}" xml:lang="de"/>': 'has an attribute "lang"',
    f'<?xml version="1.0" encoding="ISO-8859-1"?><Patient xmlns="{FHIR}"/>': "send it as UTF-8",
    f'<?xml version="1.1"?><Patient xmlns="{FHIR}"/>': "XML 1.0",
    f'<?go now?><Patient xmlns="{FHIR}"/>': "no processing instructions such as <?go?>",
    f'<!DOCTYPE Patient><Patient xmlns="{FHIR}"/>': "Line 1: FHIR XML has no DOCTYPE",
}


@pytest.mark.parametrize("document", MISTAKES)
def test_what_is_no_document_of_fhir_is_refused(document):
    with pytest.raises(Malformed) as refusal:
        to_json(document.encode())
    assert MISTAKES[document] in refusal.value.message


INNER_MISTAKES = [
    ("<foo/>", "Patient.foo", "does not have there"),
    ('<fhir_comments value="x"/>', "Patient.fhir_comments", "does not have there"),
    ('<valueString value="x"/>', "Patient.valueString", "does not have there"),
    ('<deceasedString value="x"/>', "Patient.deceasedString", "does not have there"),
    ('<resourceType value="Patient"/>', "Patient.resourceType", "does not have there"),
    ('<_birthDate id="x"/>', "Patient._birthDate", "does not have there"),
    ('<active xmlns="" value="true"/>', "Patient.active", 'namespace ""'),
    ("x", "Patient", 'holds the text "x"'),
    ('<active value="true">yes</active>', "Patient.active", 'holds the text "yes"'),
    ("<active><![CDATA[true]]></active>", "Patient.active", 'holds the text "true"'),
    ("<active/>", "Patient.active", "is empty"),
    ("<name/>", "Patient.name[0]", "is empty"),
    ('<name><family value="x"/></name><name></name>', "Patient.name[1]", "is empty"),
    ('<name><family value="x"/><text value="y"/></name>', "Patient.name[0].text", "stands after"),
    ('<language value=""/>', "Patient.language", "has an empty value"),
    ('<name id=""/>', "Patient.name[0]", "has an empty id"),
    ('<name value="x"/>', "Patient.name[0]", 'attribute "value"'),
    ('<active wert="x"/>', "Patient.active", 'attribute "wert"'),
    ('<active url="x"/>', "Patient.active", 'attribute "url"'),
    ('<name xmlns:a="urn:a" a:id="x"/>', "Patient.name[0]", 'attribute "id"'),
    ('<active value="1"/>', "Patient.active", "not true or false"),
    ('<active value=" true"/>', "Patient.active", "not true or false"),
    ('<multipleBirthInteger value="+1"/>', "Patient.multipleBirthInteger", "not a number"),
    ('<multipleBirthInteger value="01"/>', "Patient.multipleBirthInteger", "not a number"),
    ('<multipleBirthInteger value=" 1"/>', "Patient.multipleBirthInteger", "not a number"),
    ('<multipleBirthInteger value="1 "/>', "Patient.multipleBirthInteger", "not a number"),
    ('<multipleBirthInteger value="1."/>', "Patient.multipleBirthInteger", "not a number"),
    ('<multipleBirthInteger value="NaN"/>', "Patient.multipleBirthInteger", "not a number"),
    ('<multipleBirthInteger value="٣"/>', "Patient.multipleBirthInteger", "not a number"),
    ('<gender value="male"/><gender value="male"/>', "Patient.gender", "only once"),
    ('<gender value="male"/><active value="true"/>', "Patient.active", "stands after gender"),
    (
        '<name><family value="x"/></name><gender value="male"/><name><family value="y"/></name>',
        "Patient.name",
        "stands after gender",
    ),
    (
        '<deceasedBoolean value="true"/><deceasedDateTime value="2024"/>',
        "Patient.deceasedDateTime",
        "only once",
    ),
    ("<contained/>", "Patient.contained[0]", "is empty"),
    ("<contained><Flag/><Flag/></contained>", "Patient.contained[0]", "second resource"),
    ('<contained id="x"><Flag/></contained>', "Patient.contained[0]", 'attribute "id"'),
    ("<contained>x<Flag/></contained>", "Patient.contained[0]", "holds the text"),
    ('<contained><Flag id="x"/></contained>', "Patient.contained[0]", 'attribute "id"'),
    ("<Patient/>", "Patient.Patient", "does not have there"),
    (narrative("<div>x</div>"), "Patient.text.div", f"belongs into {XHTML}"),
    (narrative(f'<p xmlns="{XHTML}">x</p>'), "Patient.text.p", "namespace"),
    (narrative(f"{DIV}x</div>{DIV}x</div>"), "Patient.text.div", "only once"),
    (
        f'<text xmlns:h="{XHTML}"><status value="empty"/><h:div>x</h:div></text>',
        "Patient.text.div",
        "unbound prefix",
    ),
]


@pytest.mark.parametrize(("inner", "expression", "why"), INNER_MISTAKES)
def test_what_fhir_does_not_have_is_refused_with_its_place(inner, expression, why):
    with pytest.raises(Malformed) as refusal:
        to_json(patient(f"\n\n{inner}"))
    assert refusal.value.expression == expression
    assert "(line 3)" in refusal.value.message
    assert why in refusal.value.message


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        ('<active value="true" value="true"/>', "duplicate attribute"),
        ("<active value=true/>", "not well-formed"),
        ('<active value="<"/>', "not well-formed"),
        ("<active></aktive>", "mismatched tag"),
        ('<language value="&nbsp;"/>', "undefined entity"),
        ('<language value="&#0;"/>', "reference to invalid character number"),
        ('<language value="&#xD800;"/>', "reference to invalid character number"),
        ('<language value="\x01"/>', "not well-formed"),
        ('<language value="\uffff"/>', "not well-formed"),
        ('<a:language value="x"/>', "unbound prefix"),
        (narrative(f"{DIV}<p></div>"), "mismatched tag"),
        (narrative(f"{DIV}&nbsp;</div>"), "undefined entity"),
        (narrative(f"{DIV}<?php?></div>"), "processing instructions"),
    ],
)
def test_what_is_no_xml_is_refused_with_its_line(inner, why):
    with pytest.raises(Malformed) as refusal:
        to_json(patient(f"\n\n{inner}"))
    assert why in refusal.value.message
    assert "ine 3" in refusal.value.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_only_utf_8_is_taken(encoding):
    with pytest.raises(Malformed, match="UTF-8"):
        to_json(patient().decode().encode(encoding))


def test_bytes_that_are_no_utf_8_are_refused():
    with pytest.raises(Malformed, match="line 1"):
        to_json(patient('<language value="ä"/>').decode().encode("latin-1"))


@pytest.mark.parametrize(
    ("document", "expression"),
    [
        (f'<Patien xmlns="{FHIR}"/>'.encode(), ""),
        (f'<Resource xmlns="{FHIR}"/>'.encode(), ""),
        (f'<DomainResource xmlns="{FHIR}"/>'.encode(), ""),
        (f'<HumanName xmlns="{FHIR}"/>'.encode(), ""),
        (f'<SubscriptionStatus xmlns="{FHIR}"/>'.encode(), ""),
        (
            patient("<contained><Flag/></contained><contained><x/></contained>"),
            "Patient.contained[1]",
        ),
    ],
)
def test_a_resource_that_r4_does_not_have_is_an_unknown_type(document, expression):
    with pytest.raises(UnknownType) as refusal:
        to_json(document)
    assert refusal.value.expression == expression


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]>',
    "blow-up": f'<!DOCTYPE x [<!ENTITY a9 "{"a" * 100_000}">]>',
    "file": '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
    "outside": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_entity_is_refused_before_it_grows(bomb):
    document = patient(f'<language value="{"&a9;" * 1000}"/>', before=BOMBS[bomb])
    tracemalloc.start()
    try:
        with pytest.raises(Malformed, match="DOCTYPE"):
            to_json(document)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000


def test_nothing_of_a_document_stays_in_memory():
    """Not even until the garbage collector comes: a busy server has no time for it."""
    document = patient(narrative(f"{DIV}{'x' * 1_000_000}</div>"))
    tracemalloc.start()
    try:
        for _ in range(20):
            to_json(document)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left < 2_000_000


def nested(levels: int) -> bytes:
    opening = '<extension url="urn:u">' * levels
    return patient(f"{opening}<valueCode value='x'/>{'</extension>' * levels}")


def test_ninety_levels_are_read():
    assert to_json(nested(90))["extension"]


@pytest.mark.parametrize("levels", [100, 1_000_000])
def test_a_tower_is_refused(levels):
    with pytest.raises(Malformed, match="deeper than 100 levels"):
        to_json(nested(levels))


def test_forty_nine_resources_in_each_other_are_read():
    tower = f"{'<contained><Patient>' * 49}{'</Patient></contained>' * 49}"
    assert to_json(patient(tower))["contained"]


@pytest.mark.parametrize("levels", [50, 51, 1000])
def test_a_tower_of_resources_is_refused(levels):
    tower = f"{'<contained><Patient>' * levels}{'</Patient></contained>' * levels}"
    with pytest.raises(Malformed, match="deeper than 100 levels"):
        to_json(patient(tower))


def test_a_tower_in_a_narrative_is_refused():
    with pytest.raises(Malformed, match="deeper than 100 levels") as refusal:
        to_json(patient(narrative(f"{DIV}{'<b>' * 100_000}{'</b>' * 100_000}</div>")))
    assert refusal.value.expression == "Patient.text.div"


def test_many_elements_are_read_in_their_order():
    names = "".join(f'<name><family value="{n}"/></name>' for n in range(10_000))
    assert to_json(patient(names)) == body(name=[{"family": str(n)} for n in range(10_000)])
