"""A medicine is found by the beginning of its names, and sent back by a form."""

from datetime import timedelta

import pytest

from patients.models import FormularyItem
from patients.prescribing.formulary import standard_items
from patients.prescribing.loading import load_formulary
from patients.prescribing.search import book, choice_of, find, recognise

pytestmark = pytest.mark.django_db


def added(name, **columns):
    row = FormularyItem(name=name, local=True, **columns)
    row.save()
    return row


def test_the_formulary_is_in_the_database():
    assert FormularyItem.objects.count() == len(standard_items())


def test_loading_again_changes_nothing():
    assert load_formulary() == 0


def test_loading_leaves_what_was_changed_here():
    row = FormularyItem.objects.get(key="amoxicillin")
    row.brands, row.local = [*row.brands, "Hausmarke"], True
    row.save()
    load_formulary()
    assert "Hausmarke" in FormularyItem.objects.get(key="amoxicillin").brands


def test_loading_brings_back_what_is_missing():
    FormularyItem.objects.filter(key="amoxicillin").update(name="altered")
    assert load_formulary() == 1


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("amox", "amoxicillin"),
        ("AMOXI", "amoxicillin"),
        ("parac", "paracetamol"),
        ("acetam", "paracetamol"),
        ("tylen", "paracetamol"),
        ("lisin", "lisinopril"),
        ("ventol", "salbutamol"),
        ("co-amox", "amoxicillin-clavulanate"),
        ("insulin gl", "insulin-glargine"),
        ("clavul", "amoxicillin-clavulanate"),
    ],
)
def test_finds_by_the_beginning_of_a_name_or_brand(typed, first):
    assert first in [choice.item.key for choice in find(typed)]


@pytest.mark.parametrize("typed", ["", "  ", "500", "xyzzy", "%", "'; --", "\0", "💊", "x" * 9999])
def test_finds_nothing_for_what_is_no_name(typed):
    assert find(typed) == []


def test_a_number_narrows_to_the_strength():
    products = [choice.product for choice in find("amoxicillin 500")]
    assert products
    assert all("500" in product for product in products)


def test_a_form_narrows_to_the_form():
    products = {choice.product for choice in find("paracetamol supp") if choice.product}
    assert products == {"125 mg suppository", "500 mg suppository"}


def test_a_brand_that_was_typed_is_named():
    assert find("amoxil 500")[0].text == "Amoxil (amoxicillin) 500 mg capsule"


def test_the_name_that_was_typed_needs_no_brand():
    assert find("amoxicillin 500")[0].text == "amoxicillin 500 mg capsule"


def test_never_offers_more_than_asked():
    assert len(find("a")) == 12
    assert len(find("a", limit=3)) == 3


def test_every_choice_is_recognised_as_what_it_is():
    for typed in ("a", "b", "c", "in", "fluti", "co"):
        for choice in find(typed):
            known = recognise(choice.text)
            assert (set(known.ingredients), known.unread) == (set(choice.ingredients), ())


def test_a_form_sends_the_choice_back():
    for choice in find("amoxil"):
        assert choice_of(choice.value) == choice


@pytest.mark.parametrize(
    "value",
    ["", "|", "nothing", "amoxicillin|3 kg boulder", "amoxicillin||Nobrand", "\0", "x" * 5000],
)
def test_a_value_that_was_made_up_is_refused(value):
    assert choice_of(value) is None


def test_a_choice_says_strength_routes_frequencies_and_code():
    choice = find("warfarin 5 mg")[0]
    assert choice.strength.unit == "tablet"
    assert choice.routes == ("oral",)
    assert choice.frequencies == ("once-daily",)
    assert choice.rxnorm == "11289"


def test_a_medicine_without_a_verified_code_has_none():
    assert find("bumetanide")[0].rxnorm == ""


def test_what_is_not_offered_is_not_found_but_still_recognised():
    FormularyItem.objects.filter(key="codeine").update(offered=False)
    assert "codeine" not in [choice.item.key for choice in find("codeine")]
    assert recognise("codeine 30 mg").ingredients == ("codeine",)


@pytest.mark.parametrize("name", ["penicillin", "insulin", "clavulanic acid", "sulfamethoxazole"])
def test_what_nobody_can_prescribe_alone_is_not_offered(name):
    assert name not in [choice.item.name for choice in find(name)]
    assert recognise(name)


def test_a_medicine_added_here_is_found_and_recognised():
    added("zorblimab", brands=["Zorbi"], products=["5 mg tablet"], classes=["nsaid"])
    assert find("zorb")[0].text == "zorblimab 5 mg tablet"
    assert recognise("Zorbi 5 mg tablet").ingredients == ("zorblimab",)
    assert "nsaid" in book().classes_of("zorblimab")


def test_a_brand_added_here_is_recognised():
    assert not recognise("Hausmarke")
    row = FormularyItem.objects.get(key="amoxicillin")
    row.brands, row.local = [*row.brands, "Hausmarke"], True
    row.save()
    assert recognise("Hausmarke").ingredients == ("amoxicillin",)


def test_a_brand_of_somebody_who_began_earlier_and_came_later_is_recognised():
    early, late = (FormularyItem.objects.get(key=key) for key in ("amoxicillin", "warfarin"))
    for row in (early, late):
        row.local = True
        row.save()
    assert not recognise("Hausmarke")
    FormularyItem.objects.filter(pk=early.pk).update(
        brands=["Hausmarke"], changed_at=late.changed_at - timedelta(hours=1)
    )
    assert recognise("Hausmarke").ingredients == ("amoxicillin",)


def test_two_medicines_of_one_name_have_two_keys():
    assert added("zorblimab").key != added("zorblimab").key


def test_asks_the_database_little(django_assert_max_num_queries):
    book()
    with django_assert_max_num_queries(2):
        recognise("warfarin")
    with django_assert_max_num_queries(1):
        find("warf")
