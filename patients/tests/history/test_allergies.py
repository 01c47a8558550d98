"""Allergies, and the statement that none is known."""

import pytest

from fhir import changes
from fhir.errors import Invalid, NotAllowed
from fhir.principal import SYSTEM
from fhir.together import load
from patients.acts import allergies
from patients.acts.allergies import Allergy, AllergyStands, NotStanding, Reaction, Standing
from patients.chart.history import allergies as banner_allergies
from patients.models import AllergyIntolerance
from patients.terminology.coded import Coded

PENICILLIN = Coded("http://snomed.info/sct", "764146007", "Penicillin", "Penicillin")


@pytest.fixture
def penicillin(rosa, as_ames):
    said = Allergy(
        substance=PENICILLIN,
        category="medication",
        criticality="high",
        reactions=(Reaction(Coded(text="Hives"), "severe"),),
    )
    return allergies.record_allergy(by=as_ames, patient=rosa, said=said)


def stated(rosa, code="716186003"):
    return changes.create(
        AllergyIntolerance(
            patient=rosa,
            clinical_status="active",
            code_system="http://snomed.info/sct",
            code_code=code,
            code_text="No known allergies",
        ),
        by=SYSTEM,
    )


def form(row=None, **said):
    usual = {"code": "Penicillin", "verification": "confirmed", "reaction_1": "Hives"}
    return usual | ({"version": str(row.version)} if row else {}) | said


def test_an_allergy_is_active_and_confirmed(penicillin):
    assert (penicillin.clinical_status, penicillin.verification_status) == ("active", "confirmed")


def test_a_reaction_keeps_its_severity(penicillin):
    assert penicillin.reactions == [{"manifestation": [{"text": "Hives"}], "severity": "severe"}]


def test_an_allergy_stands_in_the_banner_with_its_reaction(chart, rosa, penicillin):
    text = chart.get(f"/patients/{rosa.id}/allergies/").content.decode()
    assert "Known allergies" in text
    assert "(Hives)" in text


def test_the_form_records_several_reactions(post, rosa):
    said = form(reaction_2="Wheeze", severity_2="moderate")
    post(f"/patients/{rosa.id}/allergies/new/", **said)
    reactions = AllergyIntolerance.objects.get().reactions
    assert [each["manifestation"][0]["text"] for each in reactions] == ["Hives", "Wheeze"]


def test_free_text_says_that_it_cannot_be_checked(post, chart, rosa):
    post(f"/patients/{rosa.id}/allergies/new/", **form(code="Auntie's balm"))
    text = chart.get(f"/patients/{rosa.id}/allergies/").content.decode()
    assert "free text: cannot be checked" in text


def test_a_severity_without_reaction_is_refused(post, rosa):
    answer = post(f"/patients/{rosa.id}/allergies/new/", **form(reaction_1="", severity_1="severe"))
    assert (answer.status_code, b"Say what happened" in answer.content) == (422, True)


def test_an_allergy_is_not_recorded_twice(rosa, as_ames, penicillin):
    with pytest.raises(Invalid, match="stands already"):
        allergies.record_allergy(
            by=as_ames, patient=rosa, said=Allergy(substance=Coded(text="penicillin "))
        )


def test_its_kind_is_said_with_the_word_of_the_form(chart, rosa, penicillin):
    page = chart.get(f"/patients/{rosa.id}/allergies/").content.decode()
    assert ('<td data-label="Kind">medicine</td>' in page, penicillin.type) == (True, "")


def test_a_refusal_beside_its_field_names_the_field_once(post, rosa, penicillin):
    text = post(f"/patients/{rosa.id}/allergies/new/", **form()).content.decode()
    assert "Substance: An allergy to Penicillin stands already." in text


def test_an_edit_keeps_what_the_form_does_not_show(post, rosa):
    reaction = {"manifestation": [{"text": "Hives"}], "onset": "2019", "description": "at once"}
    row = changes.create(
        AllergyIntolerance(
            patient=rosa, code_text="Peanut", clinical_status="active", reactions=[reaction]
        ),
        by=SYSTEM,
    )
    post(f"/allergies/{row.id}/edit/", **form(row, code="Peanut", severity_1="severe"))
    row.refresh_from_db()
    assert row.reactions == [reaction | {"severity": "severe"}]


def test_a_stale_edit_shows_both_versions(post, penicillin):
    changes.update(penicillin, by=SYSTEM)
    answer = post(f"/allergies/{penicillin.id}/edit/", **form(version="1", reaction_1="Wheeze"))
    assert (answer.status_code, b"Wheeze" in answer.content) == (409, True)


def test_nobody_states_none_known_while_an_allergy_stands(rosa, as_ames, penicillin):
    with pytest.raises(AllergyStands, match="Penicillin: recorded in this chart"):
        allergies.no_known_allergies(by=as_ames, patient=rosa)


def test_the_statement_is_refused_on_the_page(post, rosa, penicillin):
    assert post(f"/patients/{rosa.id}/allergies/none-known/").status_code == 409


def test_the_statement_is_coded(rosa, as_ames):
    row = allergies.no_known_allergies(by=as_ames, patient=rosa)
    assert (row.code_code, load(banner_allergies(rosa))["allergies_state"]) == ("716186003", "none")


def test_the_statement_said_again_is_dated_again(rosa, as_ames):
    first = allergies.no_known_allergies(by=as_ames, patient=rosa)
    again = allergies.no_known_allergies(by=as_ames, patient=rosa)
    assert (again.id, again.version) == (first.id, 2)


def test_the_statement_can_be_made_after_the_allergy_was_refuted(rosa, as_ames, penicillin):
    allergies.refute(by=as_ames, allergy=penicillin, expected=1, reason="skin test negative")
    assert allergies.no_known_allergies(by=as_ames, patient=rosa).none_known


def test_recording_an_allergy_ends_the_statement(rosa, as_ames):
    statement = stated(rosa)
    allergies.record_allergy(by=as_ames, patient=rosa, said=Allergy(substance=PENICILLIN))
    statement.refresh_from_db()
    assert statement.clinical_status == "inactive"


def test_the_end_of_the_statement_says_why(rosa, as_ames):
    statement = stated(rosa)
    allergies.record_allergy(by=as_ames, patient=rosa, said=Allergy(substance=PENICILLIN))
    statement.refresh_from_db()
    assert statement.notes[0]["text"] == "Ended: an allergy to Penicillin was recorded."


def test_a_food_allergy_leaves_no_known_drug_allergy_standing(rosa, as_ames):
    statement = stated(rosa, "409137002")
    said = Allergy(substance=Coded(text="Peanut"), category="food")
    allergies.record_allergy(by=as_ames, patient=rosa, said=said)
    statement.refresh_from_db()
    assert statement.clinical_status == "active"


def test_no_known_drug_allergy_says_nothing_of_others(rosa):
    stated(rosa, "409137002")
    assert load(banner_allergies(rosa))["allergies_state"] == "unrecorded"


def test_a_statement_with_an_unknown_modifier_is_not_relied_on(rosa):
    row = AllergyIntolerance(patient=rosa, code_code="716186003", clinical_status="active")
    row.extra = {"modifierExtension": [{"url": "urn:not-really", "valueBoolean": True}]}
    changes.create(row, by=SYSTEM)
    assert load(banner_allergies(rosa))["allergies_state"] == "unrecorded"


@pytest.mark.parametrize("words", ["NKDA", "nka", "None", "No known allergies", "no allergies"])
def test_no_known_allergies_is_not_a_substance(rosa, as_ames, words):
    with pytest.raises(Invalid, match='Use the button "No known allergies"'):
        allergies.record_allergy(
            by=as_ames, patient=rosa, said=Allergy(substance=Coded(text=words))
        )


def test_what_no_longer_holds_leaves_the_banner(rosa, as_ames, penicillin):
    allergies.resolve(by=as_ames, allergy=penicillin, expected=1, reason="outgrown")
    assert load(banner_allergies(rosa))["allergies_state"] == "unrecorded"


def test_a_reopened_allergy_ends_the_statement(rosa, as_ames, penicillin):
    allergies.refute(by=as_ames, allergy=penicillin, expected=1, reason="negative")
    statement = allergies.no_known_allergies(by=as_ames, patient=rosa)
    allergies.reopen(by=as_ames, allergy=penicillin, expected=2, reason="anaphylaxis")
    statement.refresh_from_db()
    assert statement.clinical_status == "inactive"


def test_what_stands_is_not_reopened(as_ames, penicillin):
    with pytest.raises(Standing):
        allergies.reopen(by=as_ames, allergy=penicillin, expected=1, reason="x")


def test_what_is_over_is_not_edited(as_ames, penicillin):
    allergies.resolve(by=as_ames, allergy=penicillin, expected=1, reason="outgrown")
    with pytest.raises(NotStanding):
        allergies.edit(
            by=as_ames, allergy=penicillin, said=Allergy(substance=PENICILLIN), expected=2
        )


def test_a_registrar_states_nothing(registrar, rosa):
    from accounts.principals import principal_of

    with pytest.raises(NotAllowed):
        allergies.no_known_allergies(by=principal_of(registrar), patient=rosa)


@pytest.mark.parametrize("page", ["", "edit/", "resolve/", "refute/"])
def test_an_allergy_of_somebody_elses_patient_is_not_there(client, dr_baum, penicillin, page):
    client.force_login(dr_baum)
    assert client.get(f"/allergies/{penicillin.id}/{page}").status_code == 404


def test_markup_in_a_reaction_stays_text(post, chart, rosa):
    post(f"/patients/{rosa.id}/allergies/new/", **form(reaction_1="<b>Hives"))
    text = chart.get(f"/patients/{rosa.id}/allergies/").content.decode()
    assert "&lt;b&gt;Hives" in text


def test_an_allergy_of_the_future_is_refused(post, rosa):
    answer = post(f"/patients/{rosa.id}/allergies/new/", **form(onset="2999"))
    assert answer.status_code == 422


def test_one_allergy_says_every_reaction(chart, penicillin):
    assert "Hives – severe" in chart.get(f"/allergies/{penicillin.id}/").content.decode()


def test_a_picked_substance_brings_its_category(post, rosa):
    post(f"/patients/{rosa.id}/allergies/new/", **form(code="Peanut"))
    assert AllergyIntolerance.objects.get().categories == ["food"]
