"""The people are who the casebook says, and what they are prescribed is safe to read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.roles import Role
from demo.clinic import FACILITIES, SIGN_INS
from demo.prescriptions import UnclearInstructionError, dosage, timing
from demo.staff import HOSPITAL, bed
from demo.tests.conftest import of_type

DAY = {"d": Decimal(1), "h": Decimal(1) / 24, "wk": Decimal(7)}
MOST_PER_DAY_MG = {  # the most a day that any label of these medicines allows an adult here
    "Acetaminophen": 3000,
    "Amlodipine": 10,
    "Atorvastatin": 80,
    "Empagliflozin": 25,
    "Furosemide": 200,
    "Levetiracetam": 3000,
    "Lisinopril": 40,
    "Metformin": 1000,  # eGFR 30–45
    "Metoprolol": 200,
    "Morphine": 30,
    "Oxycodone": 20,
    "Prednisone": 60,
    "Sertraline": 200,
    "Spironolactone": 50,
    "Sumatriptan": 200,
    "Warfarin": 10,
}


def test_there_are_26_people(charts):
    assert len(charts) == 26


def test_each_facility_has_people_of_its_own_and_some_are_shared(charts):
    numbers = {
        frozenset(number["system"] for number in chart[0]["identifier"])
        for chart in charts.values()
    }
    assert len(numbers) == 3


@pytest.mark.parametrize("surname", ["Bonetti", "Okafor"])
def test_two_people_share_a_surname(charts, surname):
    assert len([name for name in charts if name.startswith(f"{surname},")]) == 2


def test_the_dead_have_no_running_prescription(charts):
    dead = [chart for chart in charts.values() if "deceasedDateTime" in chart[0]]
    running = [
        order for chart in dead for order in of_type(chart, "MedicationRequest")
        if order["status"] == "active"
    ]  # fmt: skip
    assert dead
    assert running == []


def test_one_chart_has_no_word_about_allergies(charts):
    silent = [name for name, chart in charts.items() if not of_type(chart, "AllergyIntolerance")]
    assert silent == ["Karimov, Rustam"]


def test_an_allergy_as_told_has_no_code(charts):
    told = of_type(charts["Brzeziński, Walter"], "AllergyIntolerance")
    assert "coding" not in told[0]["code"]


def test_one_chart_is_old_and_closed(charts):
    visits = of_type(charts["Carvalho, Beatriz"], "Encounter")
    assert {visit["status"] for visit in visits} == {"finished"}


def test_no_two_inpatients_share_a_bed(resources):
    taken = [
        place["location"]["reference"]
        for visit in of_type(resources, "Encounter")
        if visit["status"] == "in-progress"
        for place in visit.get("location", [])
    ]
    assert len(taken) == 6
    assert len(set(taken)) == 6


def test_every_visit_names_its_facility(resources):
    known = {f"Organization/{facility.id}" for facility in FACILITIES}
    for visit in of_type(resources, "Encounter"):
        assert visit["serviceProvider"]["reference"] in known


def test_every_prescription_has_a_dose_a_route_and_a_time(resources):
    for order in of_type(resources, "MedicationRequest"):
        (dose,) = order["dosageInstruction"]
        assert dose["doseAndRate"][0]["doseQuantity"]["value"] > 0
        assert dose["route"]["text"]
        assert dose["timing"]["repeat"]


def test_methotrexate_is_weekly_and_says_so(charts):
    orders = [
        order for order in of_type(charts["Al-Rashidi, Fatima"], "MedicationRequest")
        if order["medicationCodeableConcept"]["text"].startswith("Methotrexate")
    ]  # fmt: skip
    for order in orders:
        (dose,) = order["dosageInstruction"]
        assert "once WEEKLY" in dose["text"]
        assert dose["timing"]["repeat"]["periodUnit"] == "wk"


def test_no_running_dose_goes_beyond_the_most_of_a_day(resources):
    beyond = [
        order["medicationCodeableConcept"]["text"]
        for order in of_type(resources, "MedicationRequest")
        if order["status"] == "active" and daily_mg(order) > most_mg(order)
    ]
    assert beyond == []


@pytest.mark.parametrize(
    "instruction",
    ["40 by mouth once a day", "40 mg once a day", "40 mg by mouth sometimes", "40 mg by mouth qd"],
)
def test_an_unclear_instruction_is_refused(instruction):
    with pytest.raises(UnclearInstructionError):
        dosage(instruction, "2026-01-01")


def test_hours_are_read_from_the_words():
    assert timing("every 8 hours", "2026-01-01")["repeat"]["period"] == 8


def test_a_bed_that_does_not_exist_is_refused():
    with pytest.raises(KeyError):
        bed("Dialysis", 9, HOSPITAL)


def test_every_role_can_sign_in_and_who_treats_is_a_practitioner(resources):
    practitioners = {person["id"] for person in of_type(resources, "Practitioner")}
    linked = [one.practitioner_id for one in SIGN_INS if one.practitioner_id]
    assert list(dict.fromkeys(one.role for one in SIGN_INS)) == [role.value for role in Role]
    assert len(linked) == 4
    assert set(linked) <= practitioners


def daily_mg(order):
    """Milligrams a day as the structured dose says; 0 where another unit is used."""
    (dose,) = order["dosageInstruction"]
    amount, repeat = dose["doseAndRate"][0]["doseQuantity"], dose["timing"]["repeat"]
    if "maxDosePerPeriod" in dose:
        return dose["maxDosePerPeriod"]["numerator"]["value"]
    if amount["code"] != "mg" or "frequency" not in repeat:
        return Decimal(0)
    return amount["value"] * repeat["frequency"] / (repeat["period"] * DAY[repeat["periodUnit"]])


def most_mg(order):
    name = order["medicationCodeableConcept"]["text"].split(" ")[0]
    return MOST_PER_DAY_MG.get(name, 10**6)
