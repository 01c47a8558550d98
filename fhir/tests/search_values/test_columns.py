"""Dates that columns answer: only where the columns say just what the resource says."""

from datetime import date, datetime

import pytest
from django.db import models

from fhir import changes
from fhir.known import Known
from fhir.models import DateValue
from fhir.principal import SYSTEM
from fhir.registry import mapping, native_types, render
from fhir.search.official import official
from fhir.search.plans import answered_by_columns
from fhir.search.values import values_of
from fhir.tests.search_values.samples import observation, pressure

DECLARED = [(type_, one) for type_ in native_types() for one in mapping(type_).search]
PAIRS = [(type_, one) for type_, one in DECLARED if one.type == "date" and one.start != one.end]
SINGLE = [(type_, one) for type_, one in DECLARED if one.type == "date" and one.start == one.end]


@pytest.mark.parametrize(("type_", "one"), DECLARED, ids=lambda each: getattr(each, "name", each))
def test_what_is_declared_is_an_official_parameter_of_that_kind(type_, one):
    assert official(type_)[one.name].type == one.type


@pytest.mark.parametrize(("type_", "one"), DECLARED, ids=lambda each: getattr(each, "name", each))
def test_only_dates_and_foreign_keys_are_declared(type_, one):
    assert one.type == "date" or isinstance(
        mapping(type_).model._meta.get_field(one.column), models.ForeignKey
    )


@pytest.mark.parametrize(("type_", "one"), SINGLE, ids=lambda each: getattr(each, "name", each))
def test_a_single_column_holds_instants_only(type_, one):
    """A date of a day or a year is a span, of which one column knows the beginning only."""
    assert {place.leaf for place in official(type_)[one.name].places} == {"instant"}


TOLD = {
    "date": "1958-04",
    "dateTime": "1958",
    "instant": "2024-02-29T10:00:00.123Z",
    "Period": {"start": "2020-05"},
    "Timing": {"event": ["2021-03-01", "2020"]},
}
SPANS = {
    "date": (date(1958, 4, 1), date(1958, 4, 30)),
    "dateTime": ("1958-01-01T00:00:00", "1958-12-31T23:59:59.999999"),
    "instant": ("2024-02-29T10:00:00.123+00:00", "2024-02-29T10:00:00.123+00:00"),
    "Period": ("2020-05-01T00:00:00", None),
    "Timing": ("2020-01-01T00:00:00", "2021-03-01T23:59:59.999999"),
}
PLACES = [
    (type_, one, place)
    for type_, one in DECLARED
    if one.type == "date"
    for place in official(type_)[one.name].places
]


@pytest.mark.parametrize(
    ("type_", "one", "place"), PLACES, ids=lambda each: getattr(each, "name", str(each)[:30])
)
def test_the_columns_hold_the_whole_span_of_every_place(type_, one, place, here):
    (step,) = place.steps
    resource = {"resourceType": type_, "id": "x", step.name: TOLD[place.leaf]}
    record = mapping(type_).read(resource, Known())
    assert (getattr(record, one.start), getattr(record, one.end)) == here(SPANS[place.leaf])


@pytest.fixture
def here(settings):
    """The moments of a span, in the house's zone where they say none."""
    from zoneinfo import ZoneInfo

    def moment(text):
        if not isinstance(text, str):
            return text
        exact = datetime.fromisoformat(text)
        return exact if exact.tzinfo else exact.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))

    return lambda span: tuple(map(moment, span))


def test_what_columns_hold_has_no_row_besides():
    assert values_of(observation(effectiveDateTime="2024")).dates == []


def test_what_no_column_holds_has_a_row():
    assert len(values_of(observation(valueDateTime="2024")).dates) == 1


def test_the_columns_of_observations_are_used():
    assert answered_by_columns("Observation") == {"date"}


@pytest.mark.django_db
def test_a_saved_observation_has_no_row_for_its_date(rosa):
    saved = changes.create(pressure(rosa), by=SYSTEM)
    assert not DateValue.objects.filter(record_id=saved.pk).exists()


def test_a_timing_comes_back_as_it_came():
    timing = {"event": ["2021-03-01"], "repeat": {"boundsPeriod": {"start": "2020"}}}
    resource = observation(id="x", effectiveTiming=timing)
    assert render(mapping("Observation").read(resource, Known()))["effectiveTiming"] == timing
