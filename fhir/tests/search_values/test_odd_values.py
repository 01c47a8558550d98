"""What is unknown, misshapen or enormous is found by little, and breaks nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.codec import loads
from fhir.search.folding import LONGEST, fold
from fhir.search.values import values_of
from fhir.tests.search_values.samples import amount, amounts, concept, has, observation, texts

BP = "8480-6"
ABSENT = [
    {
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown",
    }
]
UNSAID = [
    ({"_status": {"extension": ABSENT}}, "status"),
    ({"code": {"extension": ABSENT}}, "code"),
    ({"subject": {"extension": ABSENT}}, "subject"),
    ({"valueQuantity": {"extension": ABSENT}}, "value-quantity"),
    ({"_valueDateTime": {"extension": ABSENT}}, "value-date"),
    ({"valuePeriod": {"extension": ABSENT}}, "value-date"),
    ({"_valueString": {"extension": ABSENT}}, "value-string"),
    ({"identifier": [{"extension": ABSENT}]}, "identifier"),
]


@pytest.mark.parametrize(("elements", "name"), UNSAID)
def test_what_is_said_to_be_unknown_is_missing(elements, name):
    assert not has({"resourceType": "Observation", **elements}, name)


ODD = [
    {"status": None}, {"status": 5}, {"status": ["final"]}, {"code": "x"}, {"code": [1, None, []]},
    {"code": {"coding": {"code": "x"}}}, {"code": {"coding": [None, 1, "x"]}}, {"subject": "x"},
    {"subject": {"reference": 5}}, {"subject": {"reference": ""}}, {"valueQuantity": 5},
    {"valueQuantity": {"value": "5"}}, {"valueQuantity": {"value": Decimal("1e999999")}},
    {"valueQuantity": {"value": 5, "code": 7, "unit": []}}, {"valueDateTime": "?"},
    {"valueDateTime": {}}, {"valuePeriod": "2020"}, {"valueSampledData": {"origin": 5}},
    {"component": "x"}, {"component": [None, [], {"code": None}]}, {"identifier": {"value": 5}},
    {"code": {"coding": [{"system": 5, "code": {}}]}}, {"meta": "x"}, {"meta": {"tag": 5}},
    {"code": concept("x"), "valueCodeableConcept": "y"}, {"effectiveTiming": {"event": 5}},
    {"valueQuantity": {"value": 5, "comparator": []}}, {"valueRange": {"low": 5}},
]  # fmt: skip


@pytest.mark.parametrize("elements", ODD, ids=str)
def test_what_is_not_of_the_expected_shape_breaks_nothing(elements):
    assert values_of({"resourceType": "Observation", **elements}).dates == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["coding", "system", "code", "value", "reference", "start", "end", "low"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
MEMBERS = ["code", "subject", "component", "valueQuantity", "valuePeriod", "valueCodeableConcept"]


@given(st.dictionaries(st.sampled_from(MEMBERS), anything))
def test_no_content_breaks_it(elements):
    assert values_of({"resourceType": "Observation", **elements}).tokens is not None


def test_a_text_of_a_million_letters_is_cut():
    (text,) = texts(observation(valueString="ä" * 1_000_000), "value-string")
    assert len(text) == LONGEST


def test_a_text_of_a_million_letters_is_kept_exactly():
    long = "ä" * 1_000_000
    assert has(observation(valueString=long), "value-string:exact", long)


def test_a_code_with_a_thousand_codings_on_both_sides_does_not_explode():
    many = {"coding": [{"system": "urn:s", "code": str(n)} for n in range(1000)]}
    assert len(values_of(observation(code=many, valueCodeableConcept=many)).tokens) < 50_000


def test_a_thousand_samples_of_the_same_key_are_kept_once():
    same = [{"code": concept(BP), "valueQuantity": amount(5)}] * 1000
    assert len(amounts(observation(component=same), "component-value-quantity")) == 1


def test_digits_count_in_the_question_only():
    literal = loads('{"resourceType": "Observation", "valueQuantity": {"value": 5.40}}')
    assert amounts(literal, "value-quantity") == [(Decimal("5.4"), Decimal("5.4"))]


FOLDED = [
    ("Müller", "muller"),
    ("  two \t words\n", "two words"),
    ("STRASSE", "strasse"),
    ("Straße", "strasse"),
    ("İstanbul", "istanbul"),
    ("ﬁn", "fin"),
    ("Ａ", "a"),
    ("Ångström", "angstrom"),
    ("Ελλάς", "ελλασ"),
    ("张无忌", "张无忌"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_two_spellings_of_a_name_are_one(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=1000))
def test_what_is_folded_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=3000))
def test_a_folded_text_fits_the_index(text):
    assert len(fold(text).encode()) <= 4 * LONGEST
