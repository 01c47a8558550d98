"""Parts of resources: what a summary keeps, and that a part says that it is one."""

import pytest

from fhir.search.query import parse
from fhir.search.subsetting import SUBSETTED, subset

ANN = {
    "resourceType": "Patient",
    "id": "ann",
    "meta": {"versionId": "1", "tag": [{"code": "study"}]},
    "text": {"status": "generated", "div": "<div>Ann</div>"},
    "extension": [{"url": "urn:x", "valueBoolean": True}],
    "name": [{"family": "O'Brien", "extension": [{"url": "urn:x"}]}],
    "birthDate": "1958",
    "_birthDate": {"extension": [{"url": "urn:x"}]},
    "deceasedBoolean": False,
    "photo": [{"data": "abcd"}],
    "contact": [{"name": {"family": "Fox"}}],
    "link": [{"other": {"reference": "Patient/x"}, "type": "seealso"}],
}
PULSE = {
    "resourceType": "Observation",
    "id": "hr",
    "meta": {},
    "status": "final",
    "code": {"text": "Pulse"},
    "valueQuantity": {"value": 72},
    "note": [{"text": "sitting"}],
    "referenceRange": [{"text": "60 to 100"}],
    "component": [{"code": {"text": "a"}, "valueString": "b", "referenceRange": [{"text": "c"}]}],
}


def part(resource, **asked):
    query = parse(resource["resourceType"], [(f"_{name}", text) for name, text in asked.items()])
    return subset(resource, query)


@pytest.mark.parametrize(
    ("resource", "asked", "kept"),
    [
        (ANN, {"elements": "birthDate"}, "birthDate _birthDate deceasedBoolean link"),
        (ANN, {"elements": "photo,contact"}, "photo contact deceasedBoolean link"),
        (ANN, {"summary": "text"}, "text"),
        (ANN, {"summary": "true"}, "name birthDate _birthDate deceasedBoolean link"),
        (PULSE, {"elements": "value"}, "status code valueQuantity"),
        (PULSE, {"elements": "valueQuantity"}, "status code valueQuantity"),
        (PULSE, {"elements": "note"}, "status code note"),
        (PULSE, {"summary": "text"}, "status code"),
        (PULSE, {"summary": "true"}, "status code valueQuantity component"),
    ],
)
def test_a_part_holds_what_was_asked_and_what_must_not_be_missing(resource, asked, kept):
    found = part(resource, **asked).keys() - {"resourceType", "id", "meta"}
    assert found == set(kept.split())


def test_data_is_all_but_the_narrative():
    assert ANN.keys() - part(ANN, summary="data").keys() == {"text"}


def test_a_summary_goes_down_into_elements():
    assert part(PULSE, summary="true")["component"] == [{"code": {"text": "a"}, "valueString": "b"}]


@pytest.mark.parametrize("asked", [{"elements": "name"}, {"summary": "true"}, {"summary": "data"}])
def test_a_part_says_that_it_is_one(asked):
    assert part(ANN, **asked)["meta"]["tag"] == [{"code": "study"}, SUBSETTED]


@pytest.mark.parametrize("asked", [{}, {"summary": "false"}])
def test_the_whole_is_untouched(asked):
    assert part(ANN, **asked) is ANN


def test_a_resource_without_tags_gets_one():
    assert part(PULSE, elements="note")["meta"] == {"tag": [SUBSETTED]}


def test_what_was_found_keeps_its_own_tags():
    part(ANN, summary="true")
    assert ANN["meta"] == {"versionId": "1", "tag": [{"code": "study"}]}
