"""An empty field is named, and the page says what to do with it."""

import pytest
from django import forms
from django.template import Context, Engine

from ehr_project import field_errors
from patients.forms.fields import MomentField, VersionField

ONE = [("a", "A")]


class Everything(forms.Form):
    reason = forms.CharField(help_text="It is kept with the prescription.")
    place = forms.ChoiceField(choices=[("", "Choose"), *ONE])
    outcome = forms.ChoiceField(choices=ONE, widget=forms.RadioSelect)
    types = forms.MultipleChoiceField(choices=ONE, widget=forms.CheckboxSelectMultiple)
    sure = forms.BooleanField()
    picture = forms.FileField()
    at = MomentField()
    version = VersionField()
    said = forms.CharField(error_messages={"required": "Say it."})


EXPECTED = {
    "reason": "Reason: fill this in.",
    "place": "Place: choose one.",
    "outcome": "Outcome: choose one.",
    "types": "Types: choose at least one.",
    "sure": "Sure: tick this to go on.",
    "picture": "Picture: choose a file.",
    "at": "At: enter day and time.",
    "version": "This page is not complete any more: open it again, then send it.",
    "said": "Say it.",
}


@pytest.mark.parametrize(("name", "words"), EXPECTED.items())
def test_an_empty_field_says_which_it_is_and_what_to_do(name, words):
    assert field_errors.beside(Everything({})[name]) == [words]


def test_the_head_of_the_page_has_the_hint_as_well():
    (line,) = field_errors.in_summary(Everything({})["reason"])
    assert line == "Reason: fill this in. It is kept with the prescription."


def test_every_other_fault_stands_under_the_name_of_its_field():
    assert field_errors.in_summary(Everything({})["said"]) == ["Said: Say it."]
    assert field_errors.in_summary(Everything({"place": "b"})["place"])[0].startswith("Place: ")


def test_no_page_says_that_this_field_is_required():
    source = "{% error_summary form %}{% for each in form %}{% field each %}{% endfor %}"
    page = Engine.get_default().from_string(source).render(Context({"form": Everything({})}))
    assert "Reason: fill this in." in page
    assert "field is required" not in page
