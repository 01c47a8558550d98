"""Medicines that harm an unborn child, when pregnancy is known and when it is not."""

import pytest

from patients.prescribing.comparison import Kind, Pregnancy, Severity
from patients.prescribing.rules import teratogens
from patients.tests.prescribing.patients_of_paper import compared, grown_up, proposed


def woman(pregnancy, years=30, sex="female"):
    return grown_up(age_years=years, sex=sex, pregnancy=pregnancy)


def about_pregnancy(medicine, patient, **more):
    found = compared(proposed(medicine, **more), patient).findings
    return [each for each in found if each.kind == Kind.PREGNANCY]


@pytest.mark.parametrize(
    "medicine",
    [
        *("isotretinoin", "thalidomide", "valproate", "methotrexate", "warfarin", "Zestril"),
        *("losartan", "mycophenolate", "leflunomide", "misoprostol", "ribavirin", "doxycycline"),
        *("finasteride", "Entresto", "bosentan", "topiramate", "Arthrotec", "Exforge"),
    ],
)
def test_interrupts_when_pregnancy_is_known(medicine):
    found = about_pregnancy(medicine, woman(Pregnancy.KNOWN))
    assert Severity.CONTRAINDICATED in {each.severity for each in found}


@pytest.mark.parametrize("medicine", ["lithium", "carbamazepine", "ibuprofen", "carbimazole"])
def test_stands_beside_where_benefit_may_outweigh(medicine):
    found = about_pregnancy(medicine, woman(Pregnancy.KNOWN))
    assert {each.severity for each in found} == {Severity.SERIOUS}


@pytest.mark.parametrize("sex", ["female", "unknown", ""])
@pytest.mark.parametrize("years", [12, 30, 55, None])
def test_asks_when_pregnancy_is_not_recorded(sex, years):
    (finding,) = about_pregnancy("isotretinoin", woman(Pregnancy.UNKNOWN, years, sex))
    assert finding.severity == Severity.SERIOUS
    assert "pregnancy status not recorded" in finding.title


@pytest.mark.parametrize(("sex", "years"), [("male", 30), ("female", 11), ("female", 56)])
def test_does_not_ask_who_cannot_be_pregnant(sex, years):
    assert about_pregnancy("isotretinoin", woman(Pregnancy.UNKNOWN, years, sex)) == []


@pytest.mark.parametrize("pregnancy", [Pregnancy.NO, Pregnancy.NOT_APPLICABLE])
def test_says_nothing_when_pregnancy_is_excluded(pregnancy):
    assert about_pregnancy("isotretinoin", woman(pregnancy)) == []


@pytest.mark.parametrize("medicine", ["paracetamol", "amoxicillin", "labetalol", "enoxaparin"])
def test_says_nothing_of_what_is_not_in_the_table(medicine):
    assert about_pregnancy(medicine, woman(Pregnancy.KNOWN)) == []


def test_a_recorded_pregnancy_counts_whatever_sex_is_recorded():
    assert about_pregnancy("isotretinoin", woman(Pregnancy.KNOWN, sex="unknown"))


def test_a_gel_on_the_skin_stands_beside():
    (finding,) = about_pregnancy("tretinoin 0.05% cream", woman(Pregnancy.KNOWN), route="skin")
    assert finding.severity == Severity.SERIOUS


def test_pregnancy_that_is_not_recorded_is_named_as_not_checked():
    found = compared(proposed("paracetamol"), woman(Pregnancy.UNKNOWN))
    assert "pregnancy (not recorded)" in found.not_checked


@pytest.mark.parametrize("row", teratogens(), ids=lambda row: row.drug)
def test_every_row_says_what_happens_and_what_to_do(row):
    assert row.what.endswith(".")
    assert row.advice.endswith(".")
