"""One statement brings what several would."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fhir import changes
from fhir.principal import SYSTEM
from fhir.together import fetch_together
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
