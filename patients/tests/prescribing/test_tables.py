"""The tables hold together: nothing twice, nothing unknown, nothing without a source."""

import re

import pytest

from patients.prescribing.dose import abbreviations, units
from patients.prescribing.formulary import TABLES, rows, several, standard, standard_items
from patients.prescribing.frequency import frequencies
from patients.prescribing.route import routes
from patients.prescribing.rules import (
    Rulebook,
    allergens,
    child_ranges,
    interaction_rules,
    maxima,
)

FILES = sorted(file.name for file in TABLES.glob("*.csv"))
CLASSES = {row["key"] for row in rows("classes.csv")}
GROUPS = {row["key"] for row in rows("groups.csv")}
INGREDIENTS = {key for item in standard_items() for key in item.ingredients}


def known(selector):
    kind, _, key = selector.rpartition(":")
    return key in {"class": CLASSES, "group": GROUPS, "": INGREDIENTS}[kind]


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_a_source(name):
    assert [row for row in rows(name) if not row["source"].strip()] == []


@pytest.mark.parametrize("name", FILES)
def test_no_row_has_too_few_or_too_many_cells(name):
    assert [row for row in rows(name) if None in row or None in row.values()] == []


@pytest.mark.parametrize("name", FILES)
def test_cells_have_no_stray_spaces(name):
    cells = [cell for row in rows(name) for cell in row.values()]
    assert [cell for cell in cells if cell != cell.strip() or "  " in cell] == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("ingredients.csv", "key"),
        ("ingredients.csv", "name"),
        ("combinations.csv", "key"),
        ("classes.csv", "key"),
        ("groups.csv", "key"),
        ("interactions.csv", "rule_id"),
        ("allergens.csv", "key"),
        ("teratogens.csv", "drug"),
        ("units.csv", "key"),
        ("routes.csv", "key"),
        ("frequencies.csv", "key"),
        ("rxnorm_products.csv", "code"),
    ],
)
def test_nothing_stands_twice(name, column):
    values = [row[column] for row in rows(name)]
    assert sorted(values) == sorted(set(values))


def test_there_are_three_hundred_generics():
    assert len(rows("ingredients.csv")) >= 300


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("interactions.csv", "a"),
        ("interactions.csv", "b"),
        ("interactions.csv", "third"),
        ("groups.csv", "members"),
        ("allergens.csv", "matches"),
        ("allergens.csv", "cross"),
        ("teratogens.csv", "drug"),
        ("maximum_doses.csv", "drug"),
        ("children.csv", "drug"),
        ("combinations.csv", "ingredients"),
        ("rxnorm_products.csv", "ingredients"),
    ],
)
def test_everything_a_rule_names_exists(name, column):
    named = {selector for row in rows(name) for selector in several(row[column])}
    assert {selector for selector in named if not known(selector)} == set()


def test_every_class_of_an_ingredient_exists_and_every_class_is_used():
    used = {key for item in standard_items() for key in item.classes}
    assert used == CLASSES


def test_routes_and_frequencies_of_the_formulary_exist():
    assert {key for item in standard_items() for key in item.routes} <= set(routes())
    assert {key for item in standard_items() for key in item.frequencies} <= set(frequencies())


def test_routes_of_limits_exist():
    named = {route for row in (*maxima(), *child_ranges()) for route in row.routes}
    assert named <= set(routes())


def test_no_code_means_two_medicines():
    codes = [code for item in standard_items() for code in (*item.rxnorm, *item.atc)]
    shared = {code for code in codes if codes.count(code) > 1}
    assert shared <= {"N04BA02"}  # levodopa with either decarboxylase inhibitor


def test_atc_codes_have_their_form():
    codes = [code for item in standard_items() for code in item.atc]
    assert [code for code in codes if not re.fullmatch(r"[A-V]\d\d[A-Z]{2}\d\d|A12AX", code)] == []


def test_rxnorm_codes_have_their_form():
    codes = [code for item in standard_items() for code in item.rxnorm]
    codes += [row["code"] for row in rows("rxnorm_products.csv")]
    assert [code for code in codes if not re.fullmatch(r"[1-9]\d{1,6}", code)] == []


def test_limits_have_known_units():
    limits = [amount for row in maxima() for amount in (row.single, row.daily) if amount]
    assert {limit.unit for limit in limits} <= set(units())


def test_a_child_range_does_not_end_before_it_begins():
    for row in child_ranges():
        if row.dose_low and row.dose_high:
            assert row.dose_low.to(row.dose_high.unit).value <= row.dose_high.value


def test_a_medicine_that_an_allergen_is_named_after_belongs_to_it():
    rules = Rulebook(standard())
    strangers = [
        (allergen.key, one)
        for allergen in allergens()
        for term in allergen.terms
        for one in standard().recognise(" ".join(term)).ingredients
        if allergen.matches and not rules.belongs(one, allergen.matches)
    ]
    assert strangers == []


def test_at_least_forty_pairs_are_known():
    assert len(interaction_rules()) >= 40


def test_every_sentence_of_a_pair_is_one():
    for rule in interaction_rules():
        assert rule.text.endswith("."), rule.rule_id
        assert rule.advice.endswith("."), rule.rule_id


def test_an_abbreviation_is_not_what_to_write_instead():
    for each in abbreviations():
        assert not each.pattern.fullmatch(each.instead), each.written


def test_no_unit_is_written_as_a_refused_abbreviation():
    refused = [each.pattern for each in abbreviations() if each.place == "unit"]
    for unit in units().values():
        assert not any(
            pattern.fullmatch(word) for pattern in refused for word in (unit.one, unit.many)
        )
