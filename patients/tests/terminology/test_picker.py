"""The field for a coded thing, with and without a script."""

import pytest
from django import forms

from patients.forms.concept import ConceptField
from patients.models import Concept
from patients.terminology.coded import Coded
from patients.terminology.tables import ICD10CM, SNOMED

pytestmark = pytest.mark.django_db


class ProblemForm(forms.Form):
    problem = ConceptField(kind="problem", label="Problem")
    other = ConceptField(kind="problem", required=False)


def cleaned(initial=None, **data):
    form = ProblemForm(data, initial={"problem": initial} if initial else None)
    assert form.is_valid(), form.errors
    return form.cleaned_data["problem"]


def picked(text, code, system=ICD10CM):
    return {"problem": text, "problem_code": code, "problem_system": system}


def test_a_picked_concept_is_coded():
    official = "Essential (primary) hypertension"
    expected = Coded(ICD10CM, "I10", official, "Hypertension")
    assert cleaned(**picked("Hypertension", "I10")) == expected


def test_the_code_decides_between_two_of_the_same_name():
    Concept.objects.create(system="urn:x", code="1", name="Hypertension", kinds=["problem"])
    assert cleaned(**picked("Hypertension", "1", "urn:x")).code == "1"


def test_typing_something_else_drops_the_code():
    assert cleaned(**picked("Hypertension of pregnancy, mild", "I10")) == Coded(
        text="Hypertension of pregnancy, mild"
    )


def test_a_code_that_is_not_in_the_tables_is_not_taken():
    assert cleaned(**picked("Moon sickness", "M00N")) == Coded(text="Moon sickness")


def test_a_code_of_another_kind_is_not_taken():
    assert not cleaned(**picked("Haemoglobin", "718-7", "http://loinc.org")).is_coded


@pytest.mark.parametrize("code", ["\0", "x" * 1_000_000, "'; DROP TABLE", "😀"], ids=repr)
def test_an_odd_code_is_not_taken(code):
    assert not cleaned(**picked("Moon sickness", code)).is_coded


def test_words_without_a_code_say_that_codes_are_still_loading():
    form = ProblemForm({"problem": "Moon sickness"})
    assert form.is_valid()
    assert "Codes are still loading" in str(form["problem"])


def test_free_text_is_kept_to_the_letter():
    text = "Weh & <b>Ach</b> 😀 e\u0301"
    assert cleaned(problem=text) == Coded(text=text)


@pytest.mark.parametrize("typed", ["Hypertension", "hypertension", "I10"])
def test_without_a_script_a_whole_name_or_code_is_coded(typed):
    assert cleaned(problem=typed).code == "I10"


def test_without_a_script_the_list_of_the_page_that_comes_back_codes_it():
    concept = Concept.objects.get(system=ICD10CM, code="I10")
    assert cleaned(problem="hypert", problem_pick=str(concept.pk)) == concept.coded


@pytest.mark.parametrize("pick", ["", "0", "x", "-1", "9" * 30, "\0"])
def test_a_choice_that_was_never_offered_leaves_the_words(pick):
    assert cleaned(problem="hypert", problem_pick=pick) == Coded(text="hypert")


def test_nothing_is_an_empty_concept():
    form = ProblemForm({"problem": "Gout"})
    assert form.is_valid()
    assert form.cleaned_data["other"] == Coded()


@pytest.mark.parametrize("text", ["", "   "])
def test_a_required_one_is_asked_for(text):
    assert ProblemForm({"problem": text}).errors["problem"] == ["This field is required."]


@pytest.mark.parametrize("text", ["x" * 1_000_000, "a\0b"], ids=["a million", "null"])
def test_what_cannot_be_kept_is_refused(text):
    form = ProblemForm({"problem": text})
    assert not form.is_valid()
    assert "problem" in form.errors


IMPORTED = Coded(SNOMED, "59621000", "Essential hypertension (disorder)", "Hypertension, known")


def test_an_imported_code_that_is_not_in_the_tables_survives_an_edit():
    assert cleaned(IMPORTED, **picked(IMPORTED.text, IMPORTED.code, IMPORTED.system)) == IMPORTED


def test_an_imported_code_goes_when_its_words_change():
    edited = cleaned(IMPORTED, **picked("Something else", IMPORTED.code, IMPORTED.system))
    assert edited == Coded(text="Something else")


def test_an_edit_that_changes_nothing_is_no_change():
    data = picked(IMPORTED.text, IMPORTED.code, IMPORTED.system)
    assert ProblemForm(data, initial={"problem": IMPORTED}).changed_data == []


def test_another_code_is_a_change():
    form = ProblemForm(picked("Hypertension", "I10"), initial={"problem": IMPORTED})
    assert form.changed_data == ["problem"]


def shown(**options):
    return str(ProblemForm(**options)["problem"])


def test_free_text_says_that_it_cannot_be_checked():
    assert "free text: uncoded, cannot be checked</p>" in shown(data={"problem": "Moon sickness"})


def test_a_coded_one_says_its_code():
    assert "ICD-10-CM I10</p>" in shown(
        initial={"problem": Coded(ICD10CM, "I10", "x", "Hypertension")}
    )


def test_markup_in_the_words_is_shown_as_text():
    page = shown(data={"problem": '"><script>alert(1)</script>'})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_page_without_script_offers_what_the_words_may_mean():
    page = shown(data={"problem": "hypert"})
    assert "<noscript>" in page
    assert "Hypertension (I10)" in page


def test_a_coded_one_offers_nothing_more():
    assert "<noscript>" not in shown(data=picked("Hypertension", "I10"))


def test_loinc_content_stands_beside_its_notice():
    class LabForm(forms.Form):
        test = ConceptField(kind="lab")

    assert "Codes from LOINC®" in str(LabForm()["test"])
    assert "LOINC" not in shown()


def test_two_forms_on_a_page_do_not_mix():
    form = ProblemForm({"a-problem": "Gout", "b-problem": "Asthma"}, prefix="b")
    assert form.is_valid()
    assert form.cleaned_data["problem"].text == "Asthma"
