"""Questions, headers and resources that Hypothesis makes, and makes smaller when one is wrong."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir.definitions import RESOURCE_TYPES
from fhir.search.questions import searchable
from fhir.tests.fuzz.asking import JSON, Request
from fhir.tests.fuzz.corpus import corpus
from fhir.tests.fuzz.judging import asking, judged
from fhir.tests.fuzz.test_fuzz import token
from fhir.tests.fuzz.values import copied

__all__ = ["token"]
pytestmark = pytest.mark.django_db

TYPES = st.sampled_from(sorted(RESOURCE_TYPES)) | st.sampled_from(["Patient", "Observation"])
MODIFIERS = st.sampled_from(["missing", "not", "exact", "contains", "identifier", "x", ""])
# What a header can hold on the wire.
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
ASIDE = ("Accept", "Prefer", "If-None-Match", "If-Modified-Since", "If-Match", "If-None-Exist")
WORDS = st.text(max_size=20)
LIKELY = st.sampled_from(["1", "2024-02-30", "ge2024", "a|b", "Patient/1", "lt", "5.4|u|mg", "a$b"])
ELEMENTS = ["id", "name", "extension", "value", "code", "coding", "subject", "reference", "text"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | LIKELY,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(ELEMENTS) | WORDS, inner, max_size=4)
    ),
    max_leaves=12,
)
PROPERTY = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def questions(draw):
    """A type with a few parameters, nearly all its own, some with a modifier."""
    type_ = draw(TYPES)
    names = st.sampled_from(searchable(type_))
    modified = st.tuples(names, MODIFIERS).map(":".join)
    pairs = st.tuples(names | names | modified | WORDS, LIKELY | LIKELY | WORDS)
    return type_, urlencode(draw(st.lists(pairs, min_size=1, max_size=2)))


@st.composite
def resources(draw):
    """An example with an element replaced, in its first levels, or with one more."""
    resource = copied(draw(st.sampled_from(corpus())))
    place = resource
    for _ in range(draw(st.integers(0, 2))):
        inner = [each for each in _members(place) if isinstance(each, dict)]
        place = draw(st.sampled_from(inner)) if inner else place
    names = sorted(set(place) - {"resourceType"})
    place[draw(st.sampled_from(names or ELEMENTS) | st.sampled_from(ELEMENTS))] = draw(VALUES)
    return resource


def _members(place):
    for each in place.values():
        yield from each if isinstance(each, list) else [each]


def wrong(token, request):
    status, content_type, _, body = asking(token)(request)
    return judged(request, status, content_type, body)


@PROPERTY
@given(questions(), st.dictionaries(st.sampled_from(ASIDE), HEADER, max_size=2))
def test_no_question_is_answered_with_an_error_of_ours(token, question, headers):
    type_, query = question
    assert wrong(token, Request("GET", type_, query, headers)) == ""


@PROPERTY
@given(resources())
def test_no_resource_is_answered_with_an_error_of_ours(token, resource):
    body = json.dumps(resource, default=str).encode()
    type_ = resource["resourceType"]
    assert wrong(token, Request("POST", type_, "", {"Content-Type": JSON}, body)) == ""
