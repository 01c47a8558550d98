"""Everything that happened to a patient: nothing is left out, nothing comes twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from fhir.times import moment_range
from patients.chart.concepts import moment_words
from patients.chart.timeline import PAGE, timeline
from patients.models import AllergyIntolerance, CarePlan, Condition, MedicationRequest, Observation

NOW = timezone.now()


def observed(rosa, text="Sodium", at=NOW, category="laboratory", **columns):
    return Observation(
        patient=rosa,
        status="final",
        categories=[category],
        code_text=text,
        effective_start=at,
        value=Decimal(139),
        value_ucum="mmol/L",
        **columns,
    )


def titles(page):
    return [entry.title for entry in page.entries]


def whole(rosa, **asked):
    """Every page, one after the other."""
    found, after = [], None
    while True:
        page = timeline(rosa, after=after, **asked)
        found += page.entries
        if page.older is None:
            return found
        after = (page.older.at, page.older.id)


def test_newest_first(rosa):
    changes.create(observed(rosa, "Old", NOW - timedelta(days=1)), by=SYSTEM)
    changes.create(observed(rosa, "New"), by=SYSTEM)
    assert titles(timeline(rosa, kinds=["results"])) == ["New", "Old"]


def test_pages_lose_nothing_where_many_share_one_moment(rosa):
    rows = [observed(rosa, f"Test {n}") for n in range(2 * PAGE + 7)]
    changes.bulk_create(rows, by=SYSTEM)
    found = [entry.id for entry in whole(rosa, kinds=["results"])]
    assert sorted(found) == sorted(row.id for row in rows)


def test_a_plan_begins_on_a_day_not_at_midnight(rosa):
    start, _ = moment_range("2026-03-01")
    changes.create(CarePlan(patient=rosa, title="Walk more", start=start), by=SYSTEM)
    (entry,) = timeline(rosa, kinds=["plans"]).entries
    assert entry.recorded_as == "01-Mar-2026"


def test_what_has_no_date_stands_at_the_end(rosa):
    changes.create(observed(rosa, "Undated", None), by=SYSTEM)
    assert [entry.title for entry in timeline(rosa, kinds=["results"]).undated] == ["Undated"]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("problems", lambda p: Condition(patient=p, code_text="Gout", onset_start=NOW)),
        ("allergies", lambda p: AllergyIntolerance(patient=p, code_text="Nuts", recorded_at=NOW)),
        (
            "medications",
            lambda p: MedicationRequest(patient=p, medication_text="Aspirin", authored_at=NOW),
        ),
        ("vitals", lambda p: observed(p, "Pulse", category="vital-signs")),
        ("observations", lambda p: observed(p, "Smoking", category="social-history")),
    ],
)
def test_a_filter_shows_its_kind_alone(rosa, kind, row):
    mine = changes.create(row(rosa), by=SYSTEM)
    changes.create(observed(rosa), by=SYSTEM)
    assert [entry.id for entry in timeline(rosa, kinds=[kind]).entries] == [mine.id]


def test_search_needs_every_word(rosa):
    changes.create(observed(rosa, "Serum sodium"), by=SYSTEM)
    changes.create(observed(rosa, "Urine sodium"), by=SYSTEM)
    assert titles(timeline(rosa, text="sodium serum")) == ["Serum sodium"]


def test_an_observation_without_a_category_is_not_lost(rosa):
    row = observed(rosa, "Loose")
    row.categories = []
    changes.create(row, by=SYSTEM)
    assert "Loose" in titles(timeline(rosa))


@pytest.fixture
def ask(client, dr_ames, rosa):
    client.force_login(dr_ames)
    return lambda **said: client.post(f"/patients/{rosa.id}/timeline/", said)


def test_what_was_entered_in_error_stays_and_is_struck(ask, rosa):
    row = observed(rosa, "Wrong one")
    row.status = "entered-in-error"
    changes.create(row, by=SYSTEM)
    assert "<s>Wrong one</s>" in ask().content.decode()


def test_markup_is_text(ask, rosa):
    changes.create(observed(rosa, "<b>x</b>"), by=SYSTEM)
    assert "&lt;b&gt;x&lt;/b&gt;" in ask().content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"after_at": "yesterday", "after_id": "x"},
        {"kinds": "everything"},
        {"text": "\0" * 3},
        {"text": "x" * 500},
    ],
)
def test_bad_input_is_no_accident(ask, said):
    assert ask(**said).status_code in (200, 422)


def test_hides_other_facilities_patients(client, dr_baum, rosa):
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/timeline/").status_code == 404


def test_one_statement_brings_a_page(rosa, django_assert_num_queries):
    changes.bulk_create([observed(rosa, f"Test {n}") for n in range(PAGE + 1)], by=SYSTEM)
    with django_assert_num_queries(1):
        timeline(rosa)


def potassium(rosa, value):
    code = {"code_system": "http://loinc.org", "code_code": "2823-3"}
    row = observed(rosa, "Potassium", **code)
    row.value = Decimal(value)
    return changes.create(row, by=SYSTEM)


@pytest.mark.parametrize(("value", "flag"), [("6.9", "HH"), ("5.5", "H"), ("4.2", "")])
def test_a_result_has_the_flag_that_it_has_elsewhere(rosa, value, flag):
    potassium(rosa, value)
    assert [entry.flag for entry in timeline(rosa, kinds=["results"]).entries] == [flag]


def test_the_ranges_of_this_house_take_one_more_statement(rosa, django_assert_num_queries):
    potassium(rosa, "4.2")
    with django_assert_num_queries(3):  # dated, ranges, undated
        timeline(rosa, kinds=["results"])


@pytest.mark.parametrize("written", ["2017", "2017-03", "2017-03-12"])
def test_a_date_has_no_invented_hour(rosa, written):
    low, high = moment_range(written)
    changes.create(
        Condition(patient=rosa, code_text="Gout", onset_start=low, onset_end=high), by=SYSTEM
    )
    [entry] = timeline(rosa, kinds=["problems"]).entries
    assert entry.recorded_as == moment_words(low, high)
