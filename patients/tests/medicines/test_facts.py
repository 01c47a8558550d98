"""What the checks are told of a patient: as the chart has it, and unknown where it has not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fhir import changes
from fhir.principal import SYSTEM
from patients.chart.prescribing_facts import PREGNANT_FOR, facts
from patients.models import AllergyIntolerance, Flag, MedicationStatement, Observation
from patients.prescribing.comparison import AllergyList, Pregnancy
from patients.tests.medicines.conftest import allergic, order

pytestmark = pytest.mark.usefixtures("midday")


def measured(rosa, code="29463-7", days_ago=1, **columns):
    return changes.create(
        Observation(
            **{
                "patient": rosa,
                "status": "final",
                "code_code": code,
                "effective_start": timezone.now() - timedelta(days=days_ago),
            }
            | columns
        ),
        by=SYSTEM,
    )


def current(rosa):
    return [medicine.text for medicine in facts(rosa).current]


def test_prescriptions_and_statements_are_current(rosa):
    order(rosa)
    herb = MedicationStatement(patient=rosa, status="active", medication_text="Ginkgo")
    changes.create(herb, by=SYSTEM)
    assert current(rosa) == ["Bisoprolol", "Ginkgo"]


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "stopped"},
        {"intent": "proposal"},
        {"do_not_perform": True},
        {"dosages": [{"timing": {"repeat": {"boundsPeriod": {"end": "2020-01-01"}}}}]},
    ],
)
def test_what_is_not_taken_is_not_compared(rosa, columns):
    order(rosa, authored_at=timezone.now() - timedelta(days=3000), **columns)
    assert current(rosa) == []


def test_what_is_on_hold_is_compared(rosa):
    order(rosa, status="on-hold")
    assert current(rosa) == ["Bisoprolol"]


def test_what_is_replaced_is_not_compared(rosa):
    row = order(rosa)
    assert facts(rosa, without=[row.reference]).current == ()


def test_a_medicine_is_recognised_by_its_words(rosa):
    order(rosa, "Warfarin 3 mg tablet")
    assert facts(rosa).current[0].ingredients == ("warfarin",)


def test_a_medicine_with_an_unknown_modifier_is_not_recognised_but_named(rosa):
    row = order(rosa, "Warfarin")
    row.extra = {"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]}
    changes.update(row, by=SYSTEM)
    (medicine,) = facts(rosa).current
    assert (medicine.ingredients, "Warfarin" in medicine.text) == ((), True)


def test_an_empty_list_of_allergies_is_not_none_known(rosa):
    assert facts(rosa).allergy_list == AllergyList.NOT_RECORDED


def test_none_known_is_somebodys_word(rosa):
    row = AllergyIntolerance(patient=rosa, code_code="716186003", clinical_status="active")
    changes.create(row, by=SYSTEM)
    found = facts(rosa)
    assert (found.allergy_list, found.allergies) == (AllergyList.NONE_KNOWN, ())


def test_an_allergy_is_listed(rosa):
    allergic(rosa)
    found = facts(rosa)
    assert (found.allergy_list, found.allergies[0].text) == (AllergyList.LISTED, "Amoxicillin")


def test_the_age_is_in_completed_years(rosa):
    rosa.birth_date_low = rosa.birth_date_high = timezone.localdate() - timedelta(days=366 * 5)
    assert facts(rosa).age_years == 5


def test_of_a_partial_birth_date_the_youngest_counts(rosa):
    rosa.birth_date_low, rosa.birth_date_high = date(2010, 1, 1), date(2010, 12, 31)
    found, today = facts(rosa), timezone.localdate()
    years = today.year - 2010 - ((today.month, today.day) < (12, 31))
    assert (found.age_years, found.age_days) == (years, None)


def test_no_birth_date_is_no_age(rosa):
    rosa.birth_date_low = rosa.birth_date_high = None
    assert facts(rosa).age_years is None


def test_the_last_weight_counts_with_its_day(rosa):
    measured(rosa, value=Decimal("68.2"), value_ucum="kg")
    measured(rosa, value=Decimal(80), value_ucum="kg", days_ago=20)
    found = facts(rosa)
    assert (found.weight_kg, found.weighed_on) == (
        Decimal("68.2"),
        timezone.localdate() - timedelta(days=1),
    )


def test_grams_are_kilograms(rosa):
    measured(rosa, value=Decimal(3200), value_ucum="g")
    assert facts(rosa).weight_kg == Decimal("3.2")


@pytest.mark.parametrize(
    "columns",
    [
        {"value_ucum": "stone"},
        {"value_ucum": "kg", "status": "entered-in-error"},
        {"value_ucum": "kg", "status": "preliminary", "device": "Device/scales"},
        {"value_ucum": "kg", "value_comparator": ">"},
    ],
)
def test_a_weight_that_is_not_sure_is_none(rosa, columns):
    measured(rosa, value=Decimal(70), **columns)
    assert facts(rosa).weight_kg is None


@pytest.mark.parametrize(
    ("code", "days", "said"),
    [
        ("77386006", 10, Pregnancy.KNOWN),
        ("77386006", PREGNANT_FOR.days + 1, Pregnancy.UNKNOWN),
        ("60001007", 10, Pregnancy.NO),
        ("60001007", 60, Pregnancy.UNKNOWN),
        ("261665006", 1, Pregnancy.UNKNOWN),
    ],
)
def test_pregnancy_is_what_was_said_lately(rosa, code, days, said):
    measured(rosa, "82810-3", days_ago=days, value_concept_code=code)
    assert facts(rosa).pregnancy == said


def test_a_standing_flag_says_pregnant(rosa):
    flag = Flag(
        patient=rosa,
        status="active",
        code_system="http://snomed.info/sct",
        code_code="77386006",
        code_text="Pregnant",
    )
    changes.create(flag, by=SYSTEM)
    assert facts(rosa).pregnancy == Pregnancy.KNOWN


def test_nothing_said_of_pregnancy_is_unknown(rosa):
    assert facts(rosa).pregnancy == Pregnancy.UNKNOWN


def test_pregnancy_is_no_question_in_a_man(rosa):
    rosa.gender = "male"
    assert facts(rosa).pregnancy == Pregnancy.NOT_APPLICABLE


def test_the_facts_ask_as_often_for_one_medicine_as_for_a_hundred(
    rosa, django_assert_max_num_queries
):
    for number in range(100):
        order(rosa, f"Medicine {number}")
    with django_assert_max_num_queries(8):
        facts(rosa)
