"""Tables are taken in once; a second time changes nothing."""

import io

import pytest
from django.core.management import call_command

from patients.models import Concept, TerminologyLoad
from patients.terminology import icd
from patients.terminology.loading import load, load_tables
from patients.terminology.search import find
from patients.terminology.tables import TABLES, Row

pytestmark = pytest.mark.django_db


def everything():
    return list(Concept.objects.order_by("pk").values())


def row(code, name, **more):
    return Row("urn:test", code, name, name, ("problem",), **more)


def test_every_table_is_there_after_a_migration():
    loaded = set(TerminologyLoad.objects.values_list("source", flat=True))
    assert {table.name for table in TABLES} <= loaded


def test_loading_again_changes_nothing():
    before = everything()
    assert load_tables() == {}
    assert everything() == before


def test_loading_the_same_rows_under_a_new_fingerprint_changes_nothing():
    before = everything()
    TerminologyLoad.objects.update(digest="older")
    load_tables()
    assert everything() == before


def test_a_changed_row_is_changed_and_a_new_one_added():
    load("test", "1", lambda: [row("A", "First")])
    load("test", "2", lambda: [row("A", "Renamed"), row("B", "Second")])
    assert [c.name for c in Concept.objects.filter(source="test").order_by("code")] == [
        "Renamed",
        "Second",
    ]


def test_a_row_that_is_gone_is_retired_not_deleted():
    load("test", "1", lambda: [row("A", "First"), row("B", "Second")])
    load("test", "2", lambda: [row("B", "Second")])
    assert Concept.objects.get(code="A", source="test").retired


def test_what_an_administrator_retired_stays_retired():
    load("test", "1", lambda: [row("A", "First")])
    Concept.objects.filter(source="test").update(retired=True)
    load("test", "2", lambda: [row("A", "First again")])
    assert Concept.objects.get(source="test").retired


def test_a_local_concept_is_never_overwritten():
    Concept.objects.create(
        system="urn:test", code="A", name="Ours", kinds=["problem"], local=True, rank=50
    )
    load("test", "1", lambda: [row("A", "Theirs")])
    assert Concept.objects.get(system="urn:test").name == "Ours"


def test_the_big_import_does_not_overrule_the_words_of_a_ward():
    official = Row(icd.ICD10CM, "I10", "Essential (primary) hypertension", "x", ("problem",))
    load("test", "1", lambda: [official])
    assert Concept.objects.get(code="I10").name == "Hypertension"


def test_uncoded_words_are_kept_apart_by_name():
    load("test", "1", lambda: [row("", "Words"), row("", "Other words")])
    load("test", "2", lambda: [row("", "Words")])
    found = Concept.objects.filter(source="test").order_by("name").values_list("name", "retired")
    assert list(found) == [("Other words", True), ("Words", False)]


def test_a_quote_in_a_name_breaks_nothing():
    load("test", "1", lambda: [row("A", "O'Hara's \\ <b>disease</b>\tnew\nline")])
    assert [c.code for c in find("hara disease", "problem")] == ["A"]


def test_all_of_icd_10_cm_is_loaded_once():
    first, second = io.StringIO(), io.StringIO()
    call_command("load_terminology", stdout=first)
    count = Concept.objects.count()
    call_command("load_terminology", stdout=second)
    assert count > 98_000
    assert "icd-10-cm" in first.getvalue()
    assert "loaded already" in second.getvalue()
    assert Concept.objects.count() == count
    assert find("fracture femur neck displaced left", "problem")
    assert find("W61.62XA", "problem")[0].display == "Struck by duck, initial encounter"
