"""Finding a concept by typing."""

import pytest

from patients.models import Concept
from patients.terminology.search import OFFERED_AT_MOST, exact, find

pytestmark = pytest.mark.django_db


def names(text, kind="problem", **options):
    return [concept.name for concept in find(text, kind, **options)]


def codes(text, kind="problem"):
    return [concept.code for concept in find(text, kind)]


@pytest.mark.parametrize(
    ("kind", "typed", "first"),
    [
        ("problem", "hyp", "I10"),
        ("problem", "hypertension", "I10"),
        ("problem", "I10", "I10"),
        ("problem", "i10", "I10"),
        ("problem", "E11.9", "E11.9"),
        ("problem", "e119", "E11.9"),
        ("problem", "diabetes type 2", "E11.9"),
        ("problem", "2 diab", "E11.9"),
        ("problem", "mi", "I21.9"),
        ("problem", "MI", "I21.9"),
        ("problem", "heart attack", "I21.9"),
        ("problem", "old mi", "I25.2"),
        ("problem", "copd", "J44.9"),
        ("problem", "HTN", "I10"),
        ("problem", "high blood pressure", "I10"),
        ("problem", "t2dm", "E11.9"),
        ("problem", "af", "I48.91"),
        ("problem", "uti", "N39.0"),
        ("problem", "GORD", "K21.9"),
        ("problem", "gerd", "K21.9"),
        ("problem", "anemia", "D64.9"),
        ("problem", "anaemia", "D64.9"),
        ("problem", "oedema", "R60.9"),
        ("lab", "hemog", "718-7"),
        ("lab", "haemog", "718-7"),
        ("lab", "K", "2823-3"),
        ("lab", "hb", "718-7"),
        ("lab", "Hb", "718-7"),
        ("lab", "2823-3", "2823-3"),
        ("lab", "crp", "1988-5"),
        ("lab", "full blood count", "58410-2"),
        ("vital", "BP", "85354-9"),
        ("vital", "sats", "59408-5"),
        ("vaccine", "flu", "140"),
        ("vaccine", "03", "03"),
        ("allergen", "penic", "penicillins"),
        ("allergen", "groundnut", "762952008"),
        ("reaction", "urticaria", "247472004"),
        ("route", "PO", "26643006"),
        ("frequency", "bd", "BID"),
        ("frequency", "three times a day", "TID"),
        ("procedure", "appendectomy", "80146002"),
        ("relationship", "mum", "MTH"),
        ("smoking", "ex", "8517006"),
        ("social", "alcohol", "11331-6"),
        ("imaging", "cxr", "36643-5"),
    ],
)
def test_the_meant_concept_comes_first(kind, typed, first):
    assert codes(typed, kind)[0] == first


def test_common_ones_come_before_rare_ones_and_those_that_begin_so_before_others():
    assert names("hyp")[:3] == ["Hypertension", "Hyperlipidaemia", "Hypothyroidism"]


def test_words_may_stand_in_any_order():
    assert names("knee right pain") == names("pain right knee") == ["Pain in right knee"]


def test_no_more_than_a_list_can_show():
    assert len(find("a", "problem")) == OFFERED_AT_MOST


def test_no_kind_answers_for_another():
    assert names("hypertension", "vaccine") == []


@pytest.mark.parametrize("kind", ["", "nonsense", "\0", "problem' OR '1'='1"])
def test_an_unknown_kind_has_nothing(kind):
    assert find("hypertension", kind) == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\0",
        "'",
        "'':*",
        "a & b | !c",
        "hyp:*",
        "<script>",
        "\\",
        "%",
        "😀",
        "x" * 100_000,
    ],
)
def test_odd_text_finds_nothing_and_breaks_nothing(typed):
    assert not [concept for concept in find(typed, "problem") if not concept.code]


def test_a_retired_concept_is_not_offered():
    Concept.objects.filter(code="I10").update(retired=True)
    assert "I10" not in codes("hypertension")


def test_a_local_concept_is_found():
    Concept.objects.create(name="Fainting at the harbour", kinds=["problem"], local=True, rank=50)
    assert names("harbour faint") == ["Fainting at the harbour"]


@pytest.mark.parametrize(
    "said", ["Hypertension", "hypertension", " essential (primary)  hypertension ", "I10", "i10"]
)
def test_a_whole_name_or_code_is_that_concept(said):
    assert exact(said, "problem").code == "I10"


@pytest.mark.parametrize("said", ["", "hypert", "Hypertension today", "HTN", "😀"])
def test_anything_else_is_not(said):
    assert exact(said, "problem") is None


def test_a_name_that_two_concepts_have_is_neither():
    Concept.objects.create(system="urn:x", code="1", name="Hypertension", kinds=["problem"])
    assert exact("Hypertension", "problem") is None
    assert exact("I10", "problem").code == "I10"


def test_a_number_is_no_name_of_an_allergen():
    assert exact("723", "allergen") is None


def test_a_lookup_takes_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        find("e11", "problem")
