"""Pages of the history ask the database as often for one row as for hundreds."""

import pytest

from fhir import changes
from fhir.principal import SYSTEM
from fhir.times import moment_range
from patients.models import (
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Immunization,
    Procedure,
)

TEAM = [{"actor": {"reference": "Practitioner/ames"}}]
ASKED_AT_MOST = 30


@pytest.fixture
def long_history(rosa):
    for n in range(60):
        low, high = moment_range(str(1961 + n))
        changes.create(Condition(patient=rosa, code_text=f"c{n}", onset_start=low), by=SYSTEM)
        changes.create(AllergyIntolerance(patient=rosa, code_text=f"a{n}"), by=SYSTEM)
        changes.create(
            Procedure(patient=rosa, code_text=f"{n}ectomy", status="completed", performers=TEAM),
            by=SYSTEM,
        )
        changes.create(
            Immunization(
                patient=rosa,
                vaccine_text=f"v{n}",
                status="completed",
                occurrence_start=low,
                occurrence_end=high,
                performers=TEAM,
            ),
            by=SYSTEM,
        )
        changes.create(FamilyMemberHistory(patient=rosa, status="completed"), by=SYSTEM)


@pytest.mark.parametrize("tab", ["problems", "allergies", "immunizations", "history"])
def test_a_long_list_asks_no_more_often(
    chart, rosa, long_history, tab, django_assert_max_num_queries
):
    with django_assert_max_num_queries(ASKED_AT_MOST):
        chart.get(f"/patients/{rosa.id}/{tab}/")


def test_a_long_list_has_pages(chart, rosa, long_history):
    text = chart.get(f"/patients/{rosa.id}/immunizations/").content.decode()
    assert "Older entries" in text


def test_every_row_of_a_page_is_on_record_as_looked_at(chart, rosa, long_history):
    from accounts.models import AuditEvent

    chart.get(f"/patients/{rosa.id}/immunizations/")
    look = AuditEvent.objects.filter(action="read").latest("id")
    assert len(look.entities) == 50
