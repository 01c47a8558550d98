"""The looks: what each tag says, and that nothing a person typed becomes markup."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Engine
from django.utils import timezone

from ehr_project import components

ENGINE = Engine.get_default
MARKUP = '<script>alert("x")</script>'


def render(source: str, **context: object) -> str:
    return ENGINE().from_string(source).render(Context(context))


@pytest.mark.parametrize("code", ["LL", "L", "H", "HH", "A"])
def test_a_flag_is_a_code_a_word_and_an_icon(code):
    html = components.flag(code)
    assert f"<b>{code}</b>" in html
    assert "<use href=" in html
    assert html.split("</b>")[1].removesuffix("</span>").strip()


@pytest.mark.parametrize("code", ["", None, "N", "XX"])
def test_no_flag_says_nothing_and_never_normal(code):
    assert components.flag(code) == ""


def test_no_range_is_said_and_never_taken_for_normal():
    assert "no reference range" in components.reference("")


def test_an_empty_list_is_told_from_one_that_failed():
    assert "none recorded" in components.none_recorded("Problems:")
    assert "could not load" in components.could_not_load("Problems")
    assert "none recorded" not in components.could_not_load("Problems")


def test_a_missing_value_is_a_dash():
    assert "–" in components.quantity("", "kg")
    assert "kg" not in components.quantity(None, "kg")


def test_zero_is_a_value():
    assert "<b>0</b>" in components.quantity(0, "/10")


@pytest.mark.parametrize(
    "source",
    [
        "{% quantity text 'kg' %}",
        "{% reference text %}",
        "{% badge 'info' %}{{ text }}{% endbadge %}",
        "{% notice 'info' text %}{{ text }}{% endnotice %}",
        "{% panel text note=text %}{{ text }}{% endpanel %}",
        "{% button 'primary' name=text %}{{ text }}{% endbutton %}",
        "{% link_button text %}{{ text }}{% endlink_button %}",
        "{% icon 'info' label=text %}",
        "{% status text %}",
        "{% none_recorded text %}{% could_not_load text %}",
        "{% sparkline numbers text %}",
    ],
)
def test_markup_stays_text_in_every_tag(source):
    html = render(source, text=MARKUP, numbers=[1, 2])
    assert "<script" not in html
    assert "&lt;script" in html


def test_markup_of_the_template_inside_a_badge_stays_markup():
    assert "<span data-x>" in render("{% badge 'info' %}<span data-x>now</span>{% endbadge %}")


def test_entered_in_error_is_said_in_words():
    assert "entered in error" in components.status("entered-in-error")


def test_an_unfamiliar_status_is_shown_as_it_came():
    assert "waiting list" in components.status("waiting-list")


def test_a_share_just_below_one_is_not_rounded_up_to_all():
    assert components.percent(0.9996) == "99 %"
    assert components.percent(None) == components.percent("") == "–"


def test_a_sparkline_needs_two_points():
    assert components.sparkline([5], "Weight") == ""


def test_a_sparkline_is_spoken_and_has_no_style():
    html = components.sparkline([132, 148], "Systolic")
    assert 'aria-label="Systolic: last 2 values, from 132 to 148, lowest 132, highest 148"' in html
    assert "style" not in html


def test_an_unchanged_value_draws_a_flat_line():
    assert "unchanged at 5" in components.sparkline([5, 5, 5], "Pain")


def person(**more: object) -> SimpleNamespace:
    base = {"family": "Okafor", "given": "Rosa", "birth_date": date(1960, 3, 12), "deceased": False}
    return SimpleNamespace(**(base | more))


def test_the_age_stops_at_death():
    died = datetime(2000, 3, 11, 12, tzinfo=UTC)
    assert components.born(person(deceased=died)) == "12-Mar-1960 (39y)"


def test_the_age_at_an_unknown_day_of_death_is_not_guessed():
    assert components.born(person(deceased=True)) == "12-Mar-1960"


def test_a_partial_birth_date_stays_partial():
    assert components.born(person(birth_date=None, birth_date_text="1958")) == "1958"


def test_an_unknown_birth_date_is_said():
    assert components.born(person(birth_date=None)) == "not recorded"


def test_a_time_of_this_year_is_short_and_another_year_is_written_out():
    this_year = timezone.localtime().year
    with timezone.override("UTC"):
        assert ">05-Mar 09:07<" in components.when_short(
            datetime(this_year, 3, 5, 9, 7, tzinfo=UTC)
        )
        assert ">05-Mar-1999 09:07<" in components.when_short(
            datetime(1999, 3, 5, 9, 7, tzinfo=UTC)
        )


def test_a_missing_time_is_said():
    assert "time not recorded" in components.when(None)


class Sample(forms.Form):
    serial = forms.CharField(label="Serial number", help_text="On the device.")
    site = forms.CharField(label="Site", required=False)


def test_a_wrong_field_is_described_by_its_hint_and_its_error():
    html = render("{% field form.serial %}", form=Sample({"serial": ""}))
    assert 'aria-describedby="id_serial-hint id_serial-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_serial-error"' in html


@pytest.mark.parametrize(
    ("code", "words"), [("on-hold", "on hold"), ("never-heard-of", "never heard of")]
)
def test_a_status_within_a_sentence_is_in_words(code, words):
    assert render("{{ code|status_words }}", code=code) == words


def test_an_optional_field_says_so():
    assert "(optional)" in render("{% field form.site %}", form=Sample())


def test_the_error_summary_links_to_the_field():
    html = render("{% error_summary form %}", form=Sample({"serial": ""}))
    assert 'href="#id_serial"' in html
    assert "There is a problem" in html


def test_a_form_without_errors_has_no_summary():
    assert "There is a problem" not in render("{% error_summary form %}", form=Sample())
