"""Maximum doses of adults, and methotrexate, which is never daily."""

from decimal import Decimal

import pytest

from patients.prescribing.comparison import Severity
from patients.prescribing.rules import maxima
from patients.tests.prescribing.patients_of_paper import compared, grown_up, proposed, rule_ids


def severity_of(rule_id, what, patient=None):
    found = compared(what, patient or grown_up()).findings
    return [each.severity for each in found if each.rule_id == rule_id]


@pytest.mark.parametrize(
    ("medicine", "dose", "frequency", "rule_id"),
    [
        ("paracetamol", "1.2 g", "once-daily", "dose-single-paracetamol"),
        ("paracetamol", "1 g", "every-4-h", "dose-daily-paracetamol"),
        ("ibuprofen", "800 mg", "six-times-daily", "dose-daily-ibuprofen"),
        ("tramadol", "100 mg", "every-4-h", "dose-daily-tramadol"),
        ("warfarin", "15 mg", "once-daily", "dose-single-warfarin"),
        ("simvastatin", "60 mg", "at-night", "dose-single-simvastatin"),
        ("citalopram", "60 mg", "once-daily", "dose-single-citalopram"),
    ],
)
def test_above_the_maximum_stands_beside(medicine, dose, frequency, rule_id):
    what = proposed(medicine, dose, frequency=frequency)
    assert severity_of(rule_id, what) == [Severity.SERIOUS]


@pytest.mark.parametrize(
    ("medicine", "dose", "route", "frequency", "rule_id"),
    [
        ("digoxin", "2.5 mg", "oral", "once-daily", "dose-single-digoxin"),
        ("colchicine", "5 mg", "oral", "once-daily", "dose-single-colchicine"),
        ("paracetamol", "1 g", "oral", "every-2-h", "dose-daily-paracetamol"),
        ("morphine", "100 mg", "intravenous", "once", "dose-single-morphine"),
        ("adrenaline", "5 mg", "intramuscular", "once", "dose-single-adrenaline"),
        ("levothyroxine", "1 mg", "oral", "once-daily", "dose-single-levothyroxine"),
        (
            "insulin glargine",
            "300 units",
            "subcutaneous",
            "once-daily",
            "dose-single-insulin-glargine",
        ),
        ("alendronic acid", "70 mg", "oral", "once-daily", "dose-daily-alendronic-acid"),
        ("vincristine", "4 mg", "intravenous", "once", "dose-single-vincristine"),
        (
            "potassium chloride",
            "100 mEq/h",
            "intravenous",
            "continuous",
            "dose-single-potassium-chloride",
        ),
    ],
)
def test_twice_the_maximum_interrupts(medicine, dose, route, frequency, rule_id):
    found = compared(proposed(medicine, dose, route=route, frequency=frequency), grown_up())
    assert rule_id in rule_ids(found.interrupting)


def test_an_infusion_of_potassium_is_compared_by_the_hour():
    what = proposed("potassium chloride", "100 mEq/h", route="intravenous", frequency="continuous")
    assert severity_of("dose-single-potassium-chloride", what) == [Severity.CONTRAINDICATED]


@pytest.mark.parametrize(
    ("medicine", "dose", "route", "frequency"),
    [
        ("paracetamol", "1 g", "oral", "every-6-h"),
        ("alendronic acid", "70 mg", "oral", "weekly"),
        ("methotrexate", "15 mg", "oral", "weekly"),
        ("digoxin", "125 micrograms", "oral", "once-daily"),
        ("semaglutide", "1 mg", "subcutaneous", "weekly"),
        ("insulin glargine", "20 units", "subcutaneous", "at-night"),
        ("adrenaline", "0.5 mg", "intramuscular", "once"),
    ],
)
def test_a_usual_dose_raises_no_dose_finding(medicine, dose, route, frequency):
    found = compared(proposed(medicine, dose, route=route, frequency=frequency), grown_up())
    assert {
        rule for rule in rule_ids(found.findings) if rule.startswith(("dose", "metho"))
    } == set()


@pytest.mark.parametrize("frequency", ["once-daily", "twice-weekly", "every-other-day", ""])
@pytest.mark.parametrize("route", ["oral", "subcutaneous", ""])
def test_methotrexate_more_than_weekly_interrupts(frequency, route):
    what = proposed("methotrexate", "10 mg", route=route, frequency=frequency)
    assert severity_of("methotrexate-daily", what) == [Severity.CONTRAINDICATED]


@pytest.mark.parametrize("frequency", ["weekly", "every-2-weeks", "once"])
def test_methotrexate_weekly_does_not(frequency):
    what = proposed("methotrexate", "10 mg", frequency=frequency)
    assert severity_of("methotrexate-daily", what) == []


def test_tablets_are_counted_by_their_strength():
    what = proposed("simvastatin", "3 tablets", product="40 mg tablet", frequency="at-night")
    assert severity_of("dose-single-simvastatin", what) == [Severity.CONTRAINDICATED]


def test_millilitres_are_counted_by_their_strength():
    what = proposed("morphine", "20 mL", product="10 mg/5 mL oral solution", frequency="once")
    assert severity_of("dose-single-morphine", what) == [Severity.SERIOUS]


def test_each_ingredient_of_a_combination_is_counted():
    product = "325 mg/10 mg tablet"
    what = proposed("paracetamol-oxycodone", "4 tablets", product=product, frequency="every-4-h")
    rules = rule_ids(compared(what, grown_up()).findings)
    assert {"dose-daily-paracetamol", "dose-single-oxycodone"} <= rules


def test_tablets_without_strength_cannot_be_checked():
    what = proposed("simvastatin", "1 tablet")
    assert severity_of("dose-cannot-check-simvastatin", what) == [Severity.UNKNOWN]


def test_a_combination_in_milligrams_cannot_be_checked():
    what = proposed("Percocet", "500 mg")
    assert severity_of("dose-cannot-check-paracetamol", what) == [Severity.UNKNOWN]


def test_without_a_frequency_the_day_cannot_be_checked():
    what = proposed("paracetamol", "1 g", frequency="", as_needed=True)
    assert severity_of("dose-cannot-check-paracetamol", what) == [Severity.UNKNOWN]


def test_without_a_dose_it_cannot_be_checked():
    assert severity_of("dose-cannot-check-warfarin", proposed("warfarin")) == [Severity.UNKNOWN]


def test_without_a_route_it_cannot_be_checked():
    what = proposed("morphine", "10 mg", route="")
    assert severity_of("dose-cannot-check-morphine", what) == [Severity.UNKNOWN]


def test_a_medicine_without_maximum_is_named_as_not_checked():
    found = compared(proposed("bosentan", "125 mg"), grown_up())
    assert "maximum dose of bosentan (not in the table)" in found.not_checked


def test_an_age_that_is_not_known_is_said():
    found = compared(proposed("warfarin", "5 mg"), grown_up(age_years=None))
    assert "age-unknown" in rule_ids(found.inline)


def test_at_least_fifty_medicines_have_a_maximum():
    assert len({row.drug for row in maxima()}) >= 50


def test_the_finding_names_dose_maximum_and_factor():
    found = compared(proposed("digoxin", "2.5 mg"), grown_up()).interrupting[0]
    assert "2500 micrograms at once" in found.title
    assert "500 micrograms at once" in found.text
    assert "5 times" in found.text


@pytest.mark.parametrize("row", maxima(), ids=lambda row: row.drug)
def test_a_maximum_is_in_a_unit_and_its_day_is_not_far_below_one_dose(row):
    weekly = {"alendronic-acid", "risedronic-acid", "semaglutide"}
    if row.single and row.daily and row.drug not in weekly | {"phenytoin"}:
        assert row.daily.to(row.single.unit).value >= row.single.value * Decimal("0.99")
