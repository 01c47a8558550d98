"""The tables that come with the product: every code can be right, every unit is UCUM."""

import re
from collections import Counter

import pytest

from patients.terminology.tables import KINDS, LOINC, SNOMED, TABLES, read
from patients.terminology.units import is_ucum, mistakes, spellings, usual

ROWS = [row for table in TABLES for row in table.rows()]


def luhn_holds(code):
    """The check digit of LOINC (modulus 10)."""
    number, check = code.split("-")
    doubled = [int(d) * (2 if n % 2 == 0 else 1) for n, d in enumerate(reversed(number))]
    return -sum(d // 10 + d % 10 for d in doubled) % 10 == int(check)


VERHOEFF_MULTIPLY = [
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
]
VERHOEFF_PERMUTE = [
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
]


def verhoeff_holds(code):
    """The check digit of SNOMED CT."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(VERHOEFF_MULTIPLY[check][int(VERHOEFF_PERMUTE[place % 8][int(digit)])])
    return check == 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_table_is_empty(table):
    assert list(table.rows())


def test_every_code_stands_once():
    doubled = Counter((row.system, row.code) for row in ROWS if row.code)
    assert [code for code, times in doubled.items() if times > 1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_of_a_kind_stands_once(kind):
    names = Counter(row.name.casefold() for row in ROWS if kind in row.kinds)
    assert [name for name, times in names.items() if times > 1] == []


def test_every_loinc_code_has_its_check_digit():
    codes = [row.code for row in ROWS if row.system == LOINC]
    assert len(codes) > 300
    assert [code for code in codes if not luhn_holds(code)] == []


def test_every_snomed_code_has_its_check_digit():
    codes = [row.code for row in ROWS if row.system == SNOMED]
    assert len(codes) > 80
    assert [code for code in codes if not verhoeff_holds(code)] == []


def test_every_coded_concept_of_a_common_system_has_its_official_words():
    silent = [row.name for row in ROWS if row.code and "chartwave" not in row.system]
    worded = [row.name for row in ROWS if row.display]
    assert sorted(set(silent) - set(worded)) == []


def test_common_problems_are_codes_of_icd_10_cm_in_its_own_words():
    from patients.terminology.icd import rows

    official = {row.code: row.display for row in rows()}
    ours = {line["code"]: line["display"] for line in read("icd_problems")}
    assert {code: official.get(code) for code in ours} == ours


def test_every_unit_of_a_laboratory_test_is_a_usual_one():
    assert {row.unit for row in ROWS if row.unit} <= usual().keys()


@pytest.mark.parametrize("code", usual())
def test_every_usual_unit_is_ucum(code):
    assert is_ucum(code)


def test_no_spelling_of_clinics_means_two_units():
    written = [text for line in read("units") for text in line["spellings"].split(";") if text]
    assert len(written) == len(set(written))


def test_no_spelling_of_clinics_is_also_refused():
    assert not mistakes().keys() & {*spellings(), *usual()}


def test_ranks_go_from_1_to_100():
    assert [row.name for row in ROWS if not 1 <= row.rank <= 100] == []


def test_names_carry_no_markup_and_no_stray_spaces():
    assert [row.name for row in ROWS if re.search(r"[<>]|^\s|\s$|\s\s", row.name)] == []


def test_every_medicine_in_the_allergens_is_one_that_prescribing_recognises():
    from patients.prescribing.allergies import read as understand
    from patients.prescribing.comparison import Allergy
    from patients.prescribing.formulary import standard
    from patients.prescribing.rules import Rulebook

    rules = Rulebook(standard())
    entries = [
        Allergy("x", row.name, ((row.system, row.code),))
        for row in ROWS
        if "allergen" in row.kinds and row.category == "medication"
    ]
    unknown = [each.text for each in entries if not understand(each, rules).understood]
    assert unknown == ["Vaccines"]
