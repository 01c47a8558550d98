"""One statement brings what several would."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.principal import SYSTEM
from fhir.together import Sql, fetch_together, load, together
from patients.models import Condition, Observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(rosa):
    from decimal import Decimal

    from django.utils import timezone

    for number, text in enumerate(["Gout", "Asthma"]):
        changes.create(
            Condition(
                patient=rosa,
                code_text=text,
                categories=["problem-list-item"],
                onset_start=timezone.now(),
                notes=[{"text": f"{number}"}],
            ),
            by=SYSTEM,
        )
    changes.create(
        Observation(
            patient=rosa,
            value=Decimal("6.30"),
            components=[{"valueQuantity": {"value": Decimal("1.50")}}],
        ),
        by=SYSTEM,
    )
    return rosa


def lists(patient):
    return {
        "conditions": Condition.objects.of(patient).order_by("-id"),
        "observations": Observation.objects.of(patient),
    }


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("name", ["conditions", "observations"])
def test_rows_are_what_each_query_would_bring_in_its_order(chart, name):
    together = fetch_together(lists(chart))[name]
    assert [values(row) for row in together] == [values(row) for row in lists(chart)[name]]


def test_numbers_keep_their_digits(chart):
    (row,) = fetch_together(lists(chart))["observations"]
    assert str(row.value) == "6.30"
    assert str(row.components[0]["valueQuantity"]["value"]) == "1.50"


def test_there_is_one_statement(chart):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        fetch_together(lists(chart))
    assert len(asked) == 1


def test_an_empty_list_is_there(rosa):
    assert fetch_together({"conditions": Condition.objects.of(rosa)}) == {"conditions": []}


def test_an_annotation_becomes_an_attribute(chart):
    from django.db.models import Value

    rows = Condition.objects.of(chart).annotate(shown=Value("yes"))
    assert fetch_together({"conditions": rows})["conditions"][0].shown == "yes"


def names(patient):
    found = yield {"conditions": Condition.objects.of(patient).order_by("id")}
    again = yield {"same": Condition.objects.filter(pk__in=[c.pk for c in found["conditions"]])}
    return len(again["same"]), [str(c) for c in found["conditions"]]


def values_of(patient):
    found = yield {"values": Observation.objects.of(patient)}
    return [str(row.value) for row in found["values"]]


def test_a_loading_goes_on_with_what_it_asked_for(chart):
    assert load(names(chart)) == (2, ["Gout", "Asthma"])


def test_loadings_share_a_statement_at_each_step(chart):
    with CaptureQueriesContext(connection) as asked:
        both = together({"names": names(chart), "values": values_of(chart)})
    assert (both["values"], both["names"][0], len(asked)) == (["6.30"], 2, 2)


def nothing():
    found = yield {}
    return found


def test_a_loading_that_needs_nothing_asks_nothing(db):
    with CaptureQueriesContext(connection) as asked:
        assert load(nothing()) == {}
    assert len(asked) == 0


def test_a_query_set_that_cannot_match_is_empty(chart):
    rows = {"none": Condition.objects.none(), "all": Condition.objects.of(chart)}
    assert [len(found) for found in fetch_together(rows).values()] == [0, 2]


def test_a_statement_of_ones_own_comes_as_rows(db):
    rows = fetch_together({"sums": Sql("SELECT %(a)s::int + %(b)s::int AS sum", {"b": 2, "a": 1})})
    assert rows["sums"][0].sum == 3
