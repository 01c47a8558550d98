"""Under 16: the dose for each kg, on a weight at most 30 days old."""

from datetime import timedelta
from decimal import Decimal

import pytest

from patients.prescribing.comparison import AllergyList, Facts, Severity
from patients.tests.prescribing.patients_of_paper import TODAY, compared, proposed, rule_ids


def child(years=3, kg="14", weighed_days_ago=5, **more):
    return Facts(
        TODAY,
        age_years=years,
        age_days=int(years * 365.25) + 30,
        sex="female",
        weight_kg=Decimal(kg) if kg else None,
        weighed_on=TODAY - timedelta(days=weighed_days_ago) if kg else None,
        allergy_list=AllergyList.NONE_KNOWN,
        **more,
    )


def test_a_dose_in_range_is_said_per_kg_beside_the_range():
    found = compared(proposed("paracetamol", "210 mg", frequency="every-6-h"), child())
    (finding,) = [each for each in found.inline if each.rule_id == "child-dose-per-kg-paracetamol"]
    assert "15 mg per kg at once and 60 mg per kg in 24 hours" in finding.text
    assert "10 mg to 15 mg per kg" in finding.text


@pytest.mark.parametrize(
    ("medicine", "dose", "frequency", "severity"),
    [
        ("paracetamol", "250 mg", "every-6-h", Severity.SERIOUS),
        ("paracetamol", "500 mg", "every-6-h", Severity.CONTRAINDICATED),
        ("ibuprofen", "200 mg", "three-times-daily", Severity.SERIOUS),
        ("amoxicillin", "1 g", "three-times-daily", Severity.CONTRAINDICATED),
        ("ondansetron", "4 mg", "every-8-h", Severity.SERIOUS),
    ],
)
def test_above_the_range_stands_beside_and_from_twice_on_interrupts(
    medicine, dose, frequency, severity
):
    found = compared(proposed(medicine, dose, frequency=frequency), child())
    above = [each for each in found.findings if each.rule_id == f"child-dose-above-{medicine}"]
    assert [each.severity for each in above] == [severity]


def test_below_the_range_stands_beside():
    found = compared(proposed("amoxicillin", "50 mg", frequency="three-times-daily"), child())
    assert "child-dose-below-amoxicillin" in rule_ids(found.inline)


def test_a_heavy_child_stays_below_the_highest_dose():
    found = compared(
        proposed("paracetamol", "1.2 g", frequency="every-8-h"), child(years=15, kg="90")
    )
    assert "child-dose-above-paracetamol" in rule_ids(found.inline)


@pytest.mark.parametrize(("kg", "days"), [("", 0), ("14", 31), ("14", -1), ("14", 400), ("0", 1)])
def test_without_a_recent_weight_it_says_weigh_first(kg, days):
    found = compared(proposed("paracetamol", "210 mg"), child(kg=kg, weighed_days_ago=days))
    (finding,) = [each for each in found.inline if each.rule_id == "child-weigh-first"]
    assert finding.title == "Weigh first; dose per kg cannot be checked"
    assert finding.severity == Severity.UNKNOWN


@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_weight_of_up_to_thirty_days_is_taken(days):
    found = compared(
        proposed("paracetamol", "210 mg", frequency="every-6-h"), child(weighed_days_ago=days)
    )
    assert "child-weigh-first" not in rule_ids(found.findings)


def test_without_a_weight_no_range_is_presented():
    found = compared(proposed("paracetamol", "210 mg"), child(kg=""))
    assert not {rule for rule in rule_ids(found.findings) if "per-kg" in rule}


def test_an_adult_maximum_is_said_to_say_nothing_about_a_child():
    found = compared(proposed("paracetamol", "210 mg"), child(kg=""))
    (finding,) = [each for each in found.inline if each.rule_id == "child-weigh-first"]
    assert "An adult maximum says nothing about a child." in finding.text


@pytest.mark.parametrize(
    ("medicine", "years"),
    [
        ("codeine", 11),
        ("tramadol", 5),
        ("aspirin", 15),
        ("promethazine", 1),
        ("loperamide", 1),
        ("doxycycline", 7),
        ("metoclopramide", 0),
    ],
)
def test_too_young_interrupts(medicine, years):
    found = compared(proposed(medicine, "5 mg"), child(years=years))
    assert f"child-age-{medicine}" in rule_ids(found.interrupting)


@pytest.mark.parametrize(("medicine", "years"), [("codeine", 12), ("doxycycline", 8)])
def test_old_enough_does_not(medicine, years):
    found = compared(proposed(medicine, "5 mg"), child(years=years, kg="40"))
    assert f"child-age-{medicine}" not in rule_ids(found.findings)


def test_a_medicine_without_range_cannot_be_checked():
    found = compared(proposed("amlodipine", "5 mg"), child())
    assert "child-no-range-amlodipine" in rule_ids(found.inline)


def test_drops_without_strength_cannot_be_checked():
    found = compared(proposed("paracetamol", "10 mL"), child())
    assert "child-no-range-paracetamol" in rule_ids(found.inline)


def test_a_suspension_is_counted_by_its_strength():
    product = "120 mg/5 mL oral suspension"
    what = proposed("paracetamol", "20 mL", product=product, frequency="every-6-h")
    assert "child-dose-above-paracetamol" in rule_ids(compared(what, child()).interrupting)


def test_without_a_frequency_the_day_cannot_be_checked():
    found = compared(proposed("paracetamol", "210 mg", frequency=""), child())
    assert "child-no-day-paracetamol" in rule_ids(found.inline)


def test_micrograms_and_milligrams_compare():
    what = proposed("adrenaline", "1400 micrograms", route="intramuscular", frequency="once")
    assert "child-dose-above-adrenaline" in rule_ids(compared(what, child()).interrupting)


def test_sixteen_is_grown_up():
    found = compared(proposed("paracetamol", "1 g", frequency="every-6-h"), child(years=16, kg=""))
    assert not {rule for rule in rule_ids(found.findings) if rule.startswith("child")}


def test_the_adult_maximum_still_holds_for_a_child():
    found = compared(proposed("digoxin", "2.5 mg"), child())
    assert "dose-single-digoxin" in rule_ids(found.interrupting)
