"""Dates and times of every form: hours shown twice, implausible years."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from patients.forms.fields import MomentField, PartialDateField
from patients.forms.people import BirthDateField
from patients.forms.plans import DayField

TWICE = "2025-10-26T02:30"


class Visit(forms.Form):
    at = MomentField()


@pytest.fixture(autouse=True)
def in_oslo():
    with timezone.override(ZoneInfo("Europe/Oslo")):
        yield


def test_an_hour_shown_twice_is_refused_until_one_is_chosen():
    form = Visit({"at": TWICE})
    assert form.errors["at"] == ["The clock showed 02:30 twice that night. Choose which one."]


@pytest.mark.parametrize(("which", "hour"), [("0", 0), ("1", 1)])
def test_the_chosen_one_is_taken(which, hour):
    form = Visit({"at": TWICE, "at-which": which})
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2025, 10, 26, hour, 30, tzinfo=UTC)


def test_a_moment_to_come_is_refused_in_the_words_of_the_page():
    class Round(forms.Form):
        at = MomentField(future=False)

    said = Round({"at": "2099-01-02T10:00"}).errors["at"]
    assert said == ["02-Jan-2099 10:00 is in the future. Enter when it happened."]


def test_the_choice_stands_beside_the_input():
    page = Visit({"at": TWICE})["at"].as_widget()
    assert 'name="at-which"' in page
    assert "the second time, +01:00" in page


def test_the_choice_is_not_there_for_other_hours():
    assert "at-which" not in Visit({"at": "2025-10-26T04:30"})["at"].as_widget()


def test_the_choice_stays_chosen():
    page = Visit({"at": TWICE, "at-which": "1"})["at"].as_widget()
    assert '<option value="1" selected>' in page
    assert f'value="{TWICE}"' in page


def test_a_stored_moment_of_that_hour_says_which():
    page = Visit(initial={"at": datetime(2025, 10, 26, 1, 30, tzinfo=UTC)})["at"].as_widget()
    assert '<option value="1" selected>' in page


def test_a_choice_that_is_not_offered_is_no_choice():
    assert "at" in Visit({"at": TWICE, "at-which": "2"}).errors


def test_an_hour_that_the_clock_skipped_is_refused():
    assert "at" in Visit({"at": "2026-03-29T02:30"}).errors


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "0026-11-22T10:00", "9999-12-31T23:59"])
def test_a_time_in_an_implausible_year_is_refused(text):
    with pytest.raises(ValidationError, match="Check the year: 1850 to"):
        MomentField(future=True).clean(text)


@pytest.mark.parametrize("text", ["0001", "0026-11-22", "Jan-0001", "9999", "31-Dec-9999"])
def test_a_partial_date_in_an_implausible_year_is_refused(text):
    with pytest.raises(ValidationError, match="Check the year"):
        PartialDateField(future=True).clean(text)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_a_day_in_an_implausible_year_is_refused(text):
    with pytest.raises(ValidationError, match="Check the year"):
        DayField().clean(text)


@pytest.mark.parametrize("text", ["0001-01-01", "1", "1066", "9999"])
def test_a_birth_in_an_implausible_year_is_refused(text):
    with pytest.raises(ValidationError):
        BirthDateField().clean(text)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00", "1" * 5000])
def test_what_is_no_time_is_an_error_of_the_field(text):
    assert "at" in Visit({"at": text}).errors
