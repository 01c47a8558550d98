"""Finding a patient by what one remembers."""

from datetime import date

import pytest

from accounts.models import AuditEvent
from patients.finding import taken_apart
from tests.cast import person


@pytest.fixture
def search(client, dr_ames, rosa, otto):
    client.force_login(dr_ames)

    def find(query):
        return client.post(
            "/patients/search/", {"query": query}, headers={"HX-Request": "true"}
        ).content.decode()

    return find


@pytest.mark.parametrize(
    "query",
    [
        *("lind", "Lindqvist rosa", "ROSA", "qvist", "ro", "100-1", "rosa 1960", "Rosa, LINDQVIST"),
        *("1960-03-12", "rosa 12-Mar-1960", "12 March 1960", "Mar 12, 1960", "12.3.1960"),
        *("12/03/1960", "3/12/1960", "12/3/60", "19600312", "12031960", "rosa 12mar1960"),
    ],
)
def test_rosa_is_found_by(search, query):
    assert "LINDQVIST, Rosa" in search(query)


@pytest.mark.parametrize(
    "query",
    [
        *("", "xyz", "rosa 13-Mar-1960", "rosa 1961", "%", "lindqvist<script>", "\0", "x" * 10_000),
        *("31-Feb-1960", "99/99/9999", "otto"),
    ],
)
def test_rosa_is_not_found_by(search, query):
    assert "LINDQVIST, Rosa" not in search(query)


def test_a_chart_one_may_not_open_shows_identity_only(search, otto):
    page = search("otto")
    assert "LINDQVIST-BERG, Otto" in page
    assert f'href="/patients/{otto.id}/"' not in page


@pytest.mark.parametrize("query", ["lindkvist rosa", "Rosa Lindqvsit", "lindqist", "Linqvist Roza"])
def test_a_typing_error_finds_similar_names(search, query):
    page = search(query)
    assert page.index("Similar names") < page.index("LINDQVIST, Rosa")


def test_what_was_typed_exactly_is_not_mixed_with_what_is_similar(search, harbour):
    person("Rosi", "Lindkvist", "7", harbour)
    assert "Similar names" not in search("lindkvist")


def test_a_whole_word_comes_before_a_part_of_one(search, harbour):
    person("Aa", "Rosander", "7", harbour)
    page = search("rosa")
    assert page.index("LINDQVIST, Rosa") < page.index("ROSANDER, Aa")


def test_a_number_is_never_similar_to_another(search):
    assert "LINDQVIST" not in search("100-3")


def test_people_with_one_family_name_are_warned_of(search, harbour):
    person("Ida", "Lindqvist", "7", harbour)
    assert "share a family name" in search("lindqvist")


def test_different_family_names_are_no_reason_to_warn(search):
    assert "share a family name" not in search("lindqvist")


def test_a_number_comes_before_names(search, harbour):
    person("Number", "Mrn-7", "9", harbour)
    person("Other", "Moon", "mrn-7", harbour)
    page = search("mrn-7")
    assert page.index("MOON, Other") < page.index("MRN-7, Number")


@pytest.fixture
def enter(client, search):
    return lambda query, **more: client.post("/patients/search/", {"query": query} | more)


@pytest.mark.parametrize("query", ["rosa lindqvist", "100-1"])
def test_enter_opens_the_one_that_was_meant(enter, rosa, query):
    assert enter(query).headers["Location"] == f"/patients/{rosa.id}/"


@pytest.mark.parametrize("query", ["rosa lindkvist", "lindq rosa", "lindqvist", "12-Mar-1960"])
def test_enter_opens_nobody_who_was_not_named_in_full(enter, query):
    assert enter(query).status_code == 200


def test_enter_shows_the_details_of_somebody_not_under_care(enter, otto):
    assert enter("100-2").headers["Location"] == f"/patients/{otto.id}/details/"


def test_enter_leads_on_to_what_was_to_be_done(enter, otto):
    answer = enter("100-2", then="book")
    assert answer.headers["Location"] == f"/patients/{otto.id}/visits/book/"


def test_nobody_of_another_facility_is_found(client, dr_baum, rosa):
    client.force_login(dr_baum)
    assert b"LINDQVIST" not in client.post("/patients/search/", {"query": "rosa"}).content


def test_a_thousand_people_are_said_to_be_more_than_shown(search, harbour):
    for number in range(60):
        person(f"Nn{number}", "Lindqvist", f"n{number}", harbour)
    assert "there are more" in search("lindqvist")


def test_a_search_asks_the_database_a_few_times_only(search, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        search("lindqvist")


def test_what_was_found_is_on_record(search, rosa):
    search("rosa")
    assert AuditEvent.objects.get(action="search-patients").entities == [rosa.reference]


@pytest.mark.parametrize(
    ("text", "births"),
    [
        ("2000-02-29", [date(2000, 2, 29)]),
        ("29.2.2001", []),
        ("1-Apr-60", [date(1960, 4, 1)]),
        ("Maria 3", []),
        ("05061970", [date(1970, 6, 5)]),
    ],
)
def test_a_birth_date_is_read_in_several_spellings(text, births):
    assert list(taken_apart(text).births) == births
