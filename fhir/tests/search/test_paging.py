"""Pages follow each other without gap or repeat, whatever is written between them."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.errors import BadParameter
from fhir.models import DateValue, StoredResource
from fhir.principal import SYSTEM, Principal
from fhir.search import engine, paging
from fhir.search.engine import find
from fhir.search.keys import key
from fhir.search.query import parse
from fhir.tests.search.shelf import ids, page_of, put

pytestmark = pytest.mark.django_db

CREATED = key("Claim", "created")
ORDERS = ["", "created", "-created", "_id", "-_id", "-_lastUpdated", "-created,_id"]


def moment(day):
    return datetime(2024, 1, 1 + day, tzinfo=UTC)


def claim(name, day, status="active"):
    """A row as the writer makes it, with a date to sort by unless ``day`` is None."""
    row = StoredResource(type="Claim", fhir_id=name, search_tokens=[key("Claim", "status", status)])
    row.updated_at = moment(day or 0)
    row.save()
    dated(row, day)
    return row


def dated(row, day):
    DateValue.objects.filter(record_id=row.pk).delete()
    if day is not None:
        DateValue.objects.create(record_id=row.pk, key=CREATED, low=moment(day), high=moment(day))


def pages(sort, count, between=lambda: None):
    """The ids of all pages in order; ``between`` is done after each page."""
    pairs = [("status", "active"), ("_count", str(count))] + ([("_sort", sort)] if sort else [])
    seen = []
    while pairs is not None:
        page = find(SYSTEM, parse("Claim", pairs))
        seen += [record.fhir_id for record in page.matches]
        pairs = page.next_pairs
        between()
    return seen


DAYS = st.none() | st.integers(0, 5)
EVENTS = st.lists(
    st.tuples(st.sampled_from(["insert", "delete", "update"]), st.integers(0, 9), DAYS), max_size=6
)


@settings(max_examples=40, deadline=None)
@given(st.lists(DAYS, max_size=9), EVENTS, st.sampled_from(ORDERS), st.integers(1, 4))
def test_what_stood_all_the_time_is_given_once(days, events, order, count):
    with transaction.atomic():
        rows = [claim(f"old-{n}", day) for n, day in enumerate(days)]
        stood = {row.fhir_id for row in rows}
        waiting = list(enumerate(events))

        def happens():
            if not waiting:
                return
            number, (event, place, day) = waiting.pop()
            if event == "insert":
                claim(f"new-{number}", day)
            elif place < len(rows):
                stood.discard(rows[place].fhir_id)
                if event == "delete":
                    StoredResource.objects.filter(fhir_id=f"old-{place}").delete()
                else:
                    dated(rows[place], day)

        seen = pages(order, count, happens)
        transaction.set_rollback(True)
    assert sorted(each for each in seen if each in stood) == sorted(stood)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("created", "d b a c"),
        ("-created", "a d b c"),
        ("_id", "a b c d"),
        ("-_id", "d c b a"),
        ("", "d c b a"),
        ("-_lastUpdated,_id", "a b d c"),
    ],
)
@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_pages_are_in_order_and_what_has_no_value_comes_last(order, expected, count):
    for name, day in (("a", 5), ("b", 1), ("c", None), ("d", 1)):
        claim(name, day)
    assert pages(order, count) == expected.split()


def test_what_stands_in_a_table_is_sorted_by_its_columns(shelf):
    assert [r.fhir_id for r in page_of("Observation?_sort=date").matches] == [
        "smoke",
        "k",
        "hr",
        "hr-ben",
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), max_size=12), st.integers(0, 6), st.integers(1, 4))
def test_what_is_common_is_walked_and_what_lies_far_is_gathered(wanted, near, count):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "FEW", 0)
        patch.setattr(paging, "NEAR", near)
        for number, active in enumerate(wanted):
            claim(f"c-{number}", None, "active" if active else "draft")
        seen = pages("", count)
        transaction.set_rollback(True)
    ours = [name for name in seen if name.startswith("c-")]
    assert ours == [f"c-{n}" for n in reversed(range(len(wanted))) if wanted[n]]


def test_no_index_is_walked_for_what_is_gathered():
    rows = paging.gathered(StoredResource.objects.filter(type="Claim"))[:20]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        sql, values = rows.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        assert "Sort" in str(cursor.fetchall())


def test_texts_and_amounts_have_an_order(shelf):
    by_amount = page_of("Observation?_sort=-value-quantity&value-quantity:missing=false")
    by_name = page_of("Patient?_sort=family,birthdate")
    assert [r.fhir_id for r in by_amount.matches] == ["hr-ben", "hr", "k"]
    assert [r.fhir_id for r in by_name.matches] == ["ben", "ann"]


@pytest.fixture
def following(shelf):
    """What leads to the second page of patients."""
    return page_of("Patient?_count=1").next_pairs


def forged(pairs, change):
    return [(name, change(value) if name == "_cursor" else value) for name, value in pairs]


@pytest.mark.parametrize(
    "change",
    [
        lambda cursor: "forged",
        lambda cursor: cursor[:-1] + ("A" if cursor[-1] != "A" else "B"),
        lambda cursor: cursor[1:],
        lambda cursor: "",
        lambda cursor: cursor + "\u00e9",
        lambda cursor: "a:b:c",
        lambda cursor: "." + cursor,
    ],
)
def test_a_forged_cursor_is_refused(following, change):
    changed = forged(following, change)
    if not dict(changed)["_cursor"]:
        changed = [*changed[:-1], ("_cursor", ":")]
    with pytest.raises(BadParameter, match="_cursor"):
        find(SYSTEM, parse("Patient", changed))


@pytest.mark.parametrize(
    "more", [("gender", "male"), ("_count", "2"), ("_sort", "name"), ("_include", "Patient:link")]
)
def test_a_cursor_belongs_to_its_question(following, more):
    pairs = [pair for pair in following if pair[0] != more[0]]
    with pytest.raises(BadParameter, match="another search"):
        find(SYSTEM, parse("Patient", [*pairs, more]))


def test_a_cursor_belongs_to_its_type(following):
    with pytest.raises(BadParameter, match="another search"):
        find(SYSTEM, parse("Claim", following))


def test_a_cursor_belongs_to_its_compartment(following):
    with pytest.raises(BadParameter, match="another search"):
        find(SYSTEM, parse("Patient", following), within="ann")


def test_a_cursor_belongs_to_its_reader(following):
    other = Principal("client", "2", facilities=None, interactions={"*": "rs"})
    with pytest.raises(BadParameter, match="another reader"):
        find(other, parse("Patient", following))


def test_the_last_page_has_no_next(shelf):
    assert page_of("Patient?_count=2").next_pairs is None


@pytest.mark.parametrize(
    "asked", ["_total=accurate", "_total=estimate", "_summary=count", "_count=0"]
)
def test_all_are_counted_when_asked(shelf, asked):
    assert page_of(f"Patient?{asked}").total == len(ids("Patient"))


@pytest.mark.parametrize("asked", ["", "_total=none"])
def test_nothing_is_counted_unasked(shelf, asked):
    assert page_of(f"Patient?{asked}").total is None


def test_the_total_of_a_page_is_that_of_all(shelf):
    assert page_of("Patient?_total=accurate&_count=1").total == len(ids("Patient"))


@pytest.mark.parametrize("records", [3, 40])
def test_a_page_is_one_look_and_one_statement_however_long(django_assert_num_queries, records):
    for number in range(records):
        put({"resourceType": "Patient", "id": f"p{number}", "name": [{"family": "Many"}]})
    with django_assert_num_queries(2):
        assert len(page_of("Patient?name=many").matches) == records
