"""Social history: observations of that category, written and read."""

from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.acts import social
from patients.acts.social import SocialFact
from patients.models import Observation


@pytest.fixture
def smoking(rosa, as_ames):
    said = SocialFact(question="smoking", smoking="8517006", text="20 pack-years")
    return social.record_social(by=as_ames, patient=rosa, said=said)


def form(row=None, **said):
    usual = {"question": "alcohol", "text": "2 glasses of wine a week"}
    return usual | ({"version": str(row.version)} if row else {}) | said


def new(rosa):
    return f"/patients/{rosa.id}/history/social/new/"


def page(chart, rosa, show=""):
    return chart.get(f"/patients/{rosa.id}/history/{show}").content.decode()


def test_smoking_is_the_observation_that_us_core_asks_for(smoking):
    assert (smoking.code_code, smoking.categories, smoking.value_concept_code) == (
        "72166-2",
        ["social-history"],
        "8517006",
    )


def test_an_answer_names_who_asked(smoking):
    assert smoking.performers[0]["reference"] == "Practitioner/ames"


def test_the_page_says_the_answer_and_its_day(chart, rosa, smoking):
    text = page(chart, rosa)
    assert "Ex-smoker, 20 pack-years" in text
    assert "as of" in text


def test_smoking_has_its_own_list(post, rosa):
    answer = post(new(rosa), **form(question="smoking", text="a lot"))
    assert (answer.status_code, b"Choose one of the list" in answer.content) == (422, True)


def test_the_list_is_for_smoking_only(post, rosa):
    assert post(new(rosa), **form(smoking="8517006")).status_code == 422


def test_an_empty_answer_is_refused(post, rosa):
    answer = post(new(rosa), **form(text=""))
    assert (answer.status_code, b"enter what the patient says" in answer.content) == (422, True)


def test_a_question_that_is_none_is_refused(post, rosa):
    assert post(new(rosa), **form(question="star sign")).status_code == 422


def test_the_newest_answer_stands_on_the_page(chart, post, rosa):
    post(new(rosa), **form(text="none", since="2010"))
    post(new(rosa), **form(text="much", since="2020"))
    text = page(chart, rosa)
    assert "<b>much</b>" in text
    assert "<b>none</b>" not in text


def test_an_answer_of_the_future_is_refused(post, rosa):
    assert post(new(rosa), **form(since="2999")).status_code == 422


def test_an_edited_answer_says_that_it_was_corrected(post, rosa, smoking):
    said = form(smoking, question="smoking", smoking="449868002", text="")
    post(f"/social-history/{smoking.id}/edit/", **said)
    smoking.refresh_from_db()
    assert (smoking.status, smoking.value_concept_code) == ("corrected", "449868002")


def test_an_edited_answer_has_one_value_only(rosa, as_ames):
    row = changes.create(
        Observation(
            patient=rosa,
            status="final",
            categories=["social-history"],
            code_code="11331-6",
            value=Decimal(14),
            value_unit="drinks/week",
        ),
        by=SYSTEM,
    )
    said = SocialFact(question="alcohol", text="none since May")
    social.edit(by=as_ames, fact=row, said=said, expected=1)
    assert (row.value, row.value_concept_text) == (None, "none since May")


def test_an_answer_that_is_a_number_is_shown_with_its_unit(chart, rosa):
    changes.create(
        Observation(
            patient=rosa,
            status="final",
            categories=["social-history"],
            code_text="Drinks per week",
            code_code="x",
            value=Decimal(14),
            value_unit="drinks/week",
            effective_start=timezone.now(),
        ),
        by=SYSTEM,
    )
    assert "14 drinks/week" in page(chart, rosa)


def test_smoking_that_was_filed_as_a_survey_is_found(chart, rosa):
    changes.create(
        Observation(
            patient=rosa,
            status="final",
            categories=["survey"],
            code_code="72166-2",
            value_concept_text="Never smoker",
            effective_start=timezone.now(),
        ),
        by=SYSTEM,
    )
    assert "Never smoker" in page(chart, rosa)


def test_an_answer_entered_in_error_stands_under_its_filter_only(chart, rosa, smoking):
    smoking.status = "entered-in-error"
    changes.update(smoking, by=SYSTEM)
    assert "pack-years" not in page(chart, rosa)
    assert "<s>Ex-smoker, 20 pack-years</s>" in page(chart, rosa, "?show=in-error")


def test_a_stale_edit_shows_both_versions(post, smoking):
    changes.update(smoking, by=SYSTEM)
    said = form(question="smoking", smoking="449868002", text="30 a day", version="1")
    answer = post(f"/social-history/{smoking.id}/edit/", **said)
    assert (answer.status_code, b"30 a day" in answer.content) == (409, True)


def test_a_vital_sign_is_no_social_history(chart, rosa):
    row = changes.create(Observation(patient=rosa, status="final", code_code="8867-4"), by=SYSTEM)
    assert chart.get(f"/social-history/{row.id}/edit/").status_code == 404


def test_markup_in_an_answer_stays_text(post, chart, rosa):
    post(new(rosa), **form(text="<b>beer</b>"))
    assert "&lt;b&gt;beer" in page(chart, rosa)


@pytest.mark.parametrize("where", ["", "edit/"])
def test_an_answer_of_somebody_elses_patient_is_not_there(client, dr_baum, smoking, where):
    client.force_login(dr_baum)
    assert client.get(f"/social-history/{smoking.id}/{where}").status_code == 404


def test_a_vital_sign_has_no_page_among_social_history(chart, rosa):
    row = changes.create(Observation(patient=rosa, status="final", code_code="8867-4"), by=SYSTEM)
    assert chart.get(f"/social-history/{row.id}/").status_code == 404
