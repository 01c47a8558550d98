"""Questions that cannot be asked: refused by name, before any row is looked at."""

import pytest

from fhir.errors import BadParameter, Refusal, UnknownParameter
from fhir.search.query import LARGEST_PAGE, parse
from fhir.tests.search.shelf import pairs_of

UNKNOWN = [
    "Patient?password__startswith=a",
    "Patient?managing_organization__name=a",
    "Patient?fhir_id=a",
    "Patient?pk=1",
    "Patient?_connector=OR",
    "Patient?_negated=1",
    "Patient?name:exactly=rosa",
    "Patient?name:iexact=rosa",
    "Patient?name:=rosa",
    "Patient?birthdate:exact=1960",
    "Patient?gender:in=http://example.org/vs",
    "Patient?gender:below=x",
    "Patient?=x",
    "Patient?.=x",
    "Patient?name.family=x",
    "Patient?organization.=x",
    "Patient?organization:Potion.name=x",
    "Patient?organization:Patient.name=x",
    "Patient?organization.strange=x",
    "Patient?organization:identifier.name=x",
    "Patient?_has=x",
    "Patient?_has:Observation=x",
    "Patient?_has:Observation:patient=x",
    "Patient?_has:Observation:patient:=x",
    "Patient?_has:Potion:patient:code=x",
    "Patient?_has:Observation:code:code=x",
    "Patient?_has:Observation:encounter:code=x",
    "Patient?_has:Observation:patient:password=x",
    "Patient?_text=x",
    "Patient?_content=x",
    "Patient?_query=x",
    "Patient?_filter=name eq x",
    "Patient?_list=x",
    "Patient?_contained=true",
    "Patient?_containedType=container",
    "Patient?phonetic=x",
    "Location?near=1|2",
    "Patient?_include:every=Patient:link",
    "Patient?_include=Patient:name",
    "Patient?_include=Patient:strange",
    "Patient?_revinclude=Observation:code",
    "Patient?_sort=strange",
    "Patient?_sort=password",
    "Patient?_sort=name__x",
]
BAD = [
    "Patient?_sort=gender",
    "Patient?_sort=name,name,name,name,name,name",
    "Patient?name=",
    "Patient?name=a,,b",
    "Patient?name=%CC%81",
    "Patient?birthdate=yesterday",
    "Patient?birthdate=zz2020",
    "Patient?active:missing=maybe",
    "Patient?identifier=|",
    "Patient?identifier:of-type=a|b",
    "Patient?_count=-1",
    "Patient?_count=many",
    "Patient?_count=",
    "Patient?_count=１",
    "Patient?_count=1&_count=2",
    "Patient?_total=all",
    "Patient?_summary=some",
    "Patient?_elements=password",
    "Patient?_elements=",
    "Patient?_include=Patient",
    "Patient?_include=Potion:link",
    "Patient?_include=Patient:link:Potion",
    "Patient?_include=Patient:link:Observation",
    "Patient?_include=Observation:patient",
    "Patient?_revinclude=Observation:encounter",
    "Patient?_revinclude=*",
    "Patient?name=%00",
    "Patient?name=\ud800",
    "Patient?\x00=a",
    "Observation?value-quantity=x",
    "Observation?value-quantity=5|mg",
    "Observation?value-quantity=5|http://unitsofmeasure.org|",
    "Observation?code-value-quantity=8867-4",
    "Observation?code-value-quantity=8867-4$",
    "Observation?code-value-quantity=8867-4$gtx",
    "Observation?code-value-quantity=8867-4$1$2",
    "Patient?" + "&".join(["_include=Patient:link"] * 40),
    "Patient?" + "&".join(["_include=Patient:link"] * 10_000),
    "Patient?" + "&".join(["name=a"] * 200),
    "Patient?_id=" + ",".join(map(str, range(1_001))),
    "Patient?name=" + "a" * 1_000_000,
    "Patient?" + "a" * 1_000_000 + "=a",
    "Patient?" + "link." * 5 + "name=a",
    "Patient?" + "_has:Patient:link:" * 5 + "name=a",
    "Patient?" + "link:Patient." * 50_000 + "name=a",
]


@pytest.mark.parametrize("query", UNKNOWN)
def test_a_name_that_is_not_in_the_table_is_refused(query):
    type_, pairs = pairs_of(query)
    with pytest.raises(UnknownParameter):
        parse(type_, pairs)


@pytest.mark.parametrize("query", BAD, ids=lambda query: query[:60].encode("ascii", "replace"))
def test_a_value_that_cannot_be_read_is_refused(query):
    type_, pairs = pairs_of(query)
    with pytest.raises(BadParameter):
        parse(type_, pairs)


@pytest.mark.parametrize("query", [*UNKNOWN, *BAD], ids=lambda q: q[:60].encode("ascii", "replace"))
def test_a_refusal_is_short_and_can_be_sent(query):
    type_, pairs = pairs_of(query)
    with pytest.raises(Refusal) as refused:
        parse(type_, pairs)
    assert 20 < len(refused.value.message.encode()) < 1_500


def test_a_refusal_names_what_it_refuses():
    with pytest.raises(UnknownParameter, match='"colour" is not a search parameter of Patient'):
        parse("Patient", [("colour", "red")])


def test_a_modifier_that_needs_a_terminology_server_says_so():
    with pytest.raises(UnknownParameter, match="terminology server"):
        parse("Observation", [("code:in", "http://example.org/vs")])


def test_lenient_handling_passes_over_what_it_does_not_know():
    query = parse("Patient", [("colour", "red"), ("name", "ann"), ("x:y.z", "1")], lenient=True)
    assert (query.ignored, query.pairs) == (("colour", "x:y.z"), (("name", "ann"),))


def test_lenient_handling_does_not_forgive_values():
    with pytest.raises(BadParameter):
        parse("Patient", [("birthdate", "yesterday")], lenient=True)


def test_a_page_has_a_largest_size():
    assert parse("Patient", [("_count", "999999999999999")]).count == LARGEST_PAGE


def test_the_door_s_own_parameters_are_not_the_engine_s_business():
    assert parse("Patient", [("_format", "json"), ("_pretty", "true")]).criteria == ()
