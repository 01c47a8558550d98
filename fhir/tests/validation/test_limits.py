"""Large, deep and hostile resources are answered soon, and never with an error of ours."""

import time

import pytest

from fhir.codec import loads
from fhir.errors import Invalid
from fhir.validation import problems, validate
from fhir.validation.issue import MOST

LONG = 1_000_000
LONGEST_S = 10  # of this thread alone; each takes under one second
PATIENT = {"resourceType": "Patient"}
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'
BASIC = {"resourceType": "Basic", "code": {"text": "x"}}


def parameter(**value):
    return {"resourceType": "Parameters", "parameter": [{"name": "x"} | value]}


def definition(**element):
    return {
        "resourceType": "StructureDefinition",
        "url": "urn:x",
        "name": "x",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "X",
        "differential": {"element": [element]},
    }


def narrative(content):
    return PATIENT | {"text": {"status": "generated", "div": f"{XHTML}{content}</div>"}}


def nested(wrap, times, inner):
    for _ in range(times):
        inner = wrap(inner)
    return inner


def in_bundle(resource):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}


def extensions(depth):
    return nested(
        lambda inner: {"url": "urn:x", "extension": [inner]},
        depth,
        {"url": "urn:x", "valueString": "x"},
    )


@pytest.mark.parametrize(
    "resource",
    [
        PATIENT | {"name": [{"family": " " * LONG + "x"}]},
        PATIENT | {"id": "a" * LONG},
        PATIENT | {"birthDate": "2" * LONG},
        PATIENT | {"deceasedDateTime": "2023-01-01T00:00:00." + "1" * LONG + "Z"},
        PATIENT | {"photo": [{"contentType": "x/y", "data": "AAAA " * (LONG // 5) + "!"}]},
        parameter(valueBase64Binary="AAAA " * (LONG // 5) + "!"),
        parameter(valueBase64Binary=" " * LONG + "!"),
        parameter(valueCode="a " * (LONG // 2)),
        parameter(valueUri="a" * LONG + " "),
        parameter(valueOid="urn:oid:1" + ".1" * (LONG // 2) + "."),
        parameter(valueInteger=loads("9" * 900)),
        parameter(valueDecimal=loads("1e999999999")),
        narrative("<!--" * (LONG // 4)),
        narrative("<p>" * (LONG // 8) + "</p>" * (LONG // 8)),
        narrative("&a;" * (LONG // 3)),
        definition(path="a" + ".a:a" * (LONG // 4) + " ", sliceName="a" * (LONG - 1) + "!"),
        PATIENT | {"contained": [BASIC | {"id": str(n)} for n in range(3000)]},
        PATIENT | {f"k{n}": n for n in range(20_000)},
        PATIENT | {"name": [{} for _ in range(20_000)]},
        PATIENT | {"name": [{"family": ""} for _ in range(5_000)]},
        PATIENT | {"name": [{"given": [None] * 100_000}]},
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_long_resource_is_judged_soon(resource):
    began = time.thread_time()
    assert len(problems(resource)) <= 2 * MOST
    assert time.thread_time() - began < LONGEST_S


@pytest.mark.parametrize(
    "many",
    [
        lambda n: {"resourceType": "Questionnaire", "status": "draft", "item": [
            {"linkId": str(each), "type": "display"} for each in range(n)]},
        lambda n: PATIENT | {
            "contained": [BASIC | {"id": str(each)} for each in range(n)],
            "link": [{"type": "seealso", "other": {"reference": f"#{each}"}}
                     for each in range(n)]},
        lambda n: {
            "resourceType": "Observation", "status": "final", "valueString": "x",
            "code": {"coding": [{"code": str(each)} for each in range(n)]},
            "component": [{"code": {"coding": [{"code": "x"}]}} for _ in range(n)]},
        lambda n: {"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": f"urn:{each}", "resource": PATIENT} for each in range(n)]},
    ],
)  # fmt: skip
def test_ten_times_as_much_takes_no_hundred_times_as_long(many):
    small, large = many(500), many(5000)
    validate(small)
    assert seconds(large) < 50 * max(seconds(small), 0.002)


def seconds(resource):
    spent = []
    for _ in range(3):
        began = time.thread_time()
        validate(resource)
        spent.append(time.thread_time() - began)
    return min(spent)


@pytest.mark.parametrize(
    "resource",
    [
        PATIENT | {"extension": [extensions(5000)]},
        nested(in_bundle, 2000, PATIENT),
        nested(lambda inner: PATIENT | {"contained": [inner]}, 2000, PATIENT),
        {"resourceType": "Parameters", "parameter": [
            nested(lambda inner: {"name": "x", "part": [inner]}, 5000, {"name": "x"})]},
        {"resourceType": "Questionnaire", "status": "draft", "item": [
            nested(lambda inner: {"linkId": "x", "item": [inner]}, 5000, {"linkId": "x"})]},
        PATIENT | {"name": nested(lambda inner: [inner], 5000, "x")},
    ],
    ids=["extensions", "bundles", "contained", "parts", "items", "lists"],
)  # fmt: skip
def test_what_is_nested_too_deep_is_refused(resource):
    with pytest.raises(Invalid):
        validate(resource)
    assert problems(resource)


@pytest.mark.parametrize(
    "resource",
    [PATIENT | {"extension": [extensions(60)]}, nested(in_bundle, 40, PATIENT)],
    ids=["extensions", "bundles"],
)
def test_what_is_nested_as_deep_as_files_can_be_is_accepted(resource):
    validate(resource)
