"""A flag and its range always agree, and there is enough of each kind to show."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from demo.codes import Range
from demo.measurements import UnknownSignError, egfr, vitals
from demo.tests.conftest import of_type

BEYOND = {"H": 1, "HH": 1, "L": -1, "LL": -1, "N": 0}


@pytest.fixture(scope="module")
def results(resources):
    return [
        observation
        for observation in of_type(resources, "Observation")
        if observation["category"][0]["coding"][0]["code"] == "laboratory"
        and "valueQuantity" in observation
    ]


def test_every_number_has_a_range(results):
    assert all(result["referenceRange"] for result in results)


def test_a_value_outside_its_range_carries_a_flag_and_no_other_does(results):
    wrong = [
        (result["code"]["text"], result["valueQuantity"]["value"], flag(result))
        for result in results
        if BEYOND[flag(result) or "N"] != side(result)
    ]
    assert wrong == []


def test_range_and_value_have_the_same_unit(results):
    for result in results:
        unit = result["valueQuantity"]["code"]
        for edge in ("low", "high"):
            assert result["referenceRange"][0].get(edge, {"code": unit})["code"] == unit


@pytest.mark.parametrize("wanted", ["N", "H", "L", "HH", "LL"])
def test_there_is_a_result_with_each_flag(results, wanted):
    assert wanted in {flag(result) for result in results}


@pytest.mark.parametrize("status", ["final", "preliminary", "corrected", "entered-in-error"])
def test_there_is_a_result_with_each_status(results, status):
    assert status in {result["status"] for result in results}


def test_an_abnormal_culture_is_flagged_in_words(resources):
    flagged = [
        observation["valueString"]
        for observation in of_type(resources, "Observation")
        if "valueString" in observation and flag(observation) == "A"
    ]
    assert any("Escherichia coli" in words for words in flagged)


def test_a_corrected_result_says_what_it_was(results):
    corrected = [result for result in results if result["status"] == "corrected"]
    assert all("First reported as" in result["note"][0]["text"] for result in corrected)


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        ("Raghunathan, Manoj", "HbA1c"),
        ("Mwangi, Gideon", "INR"),
        ("Lindqvist, Rosa", "Potassium"),
        ("Moreira, Ana", "TSH"),
        ("Magbanua, Teresita", "Weight"),
        ("Petrauskas, Jonas", "PHQ-9 score"),
        ("Okafor, Chidi", "Blood pressure"),
        ("Steinmann, Ingeborg", "Neutrophils"),
        ("Sørensen-Abe, Mira", "Weight"),
    ],
)
def test_there_are_trends_of_ten_points_and_more(charts, chart, name):
    told = [
        observation
        for observation in of_type(charts[chart], "Observation")
        if observation["code"]["text"] == name
    ]
    assert len(told) >= 10


def test_a_critical_potassium_waits_for_the_doctor(charts):
    critical = [
        result
        for result in of_type(charts["Karimov, Rustam"], "Observation")
        if result["code"]["text"] == "Potassium" and flag(result) == "HH"
    ]
    valid = [result for result in critical if result["status"] == "final"]
    assert [result["valueQuantity"]["value"] for result in valid] == [Decimal("6.7")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2.8", "LL"), ("2.9", "L"), ("3.5", "N"), ("5.1", "N"), ("5.2", "H"), ("6.2", "HH")],
)
def test_the_edges_of_a_range_belong_to_it(value, expected):
    assert Range("3.5", "5.1", "2.8", "6.2").flag(Decimal(value)) == expected


def test_egfr_follows_ckd_epi_2021():
    """A woman of 50 with 1.0 mg/dL: 142 × (1.0/0.7)^-1.2 × 0.9938^50 × 1.012, by hand."""
    at = datetime.fromisoformat("2026-06-01T08:00+00:00")
    assert egfr("1.0", born="1976-01-01", gender="female", at=at) == "69"


def test_vital_signs_in_unknown_words_are_refused():
    at = datetime.fromisoformat("2026-06-01T08:00+00:00")
    with pytest.raises(UnknownSignError):
        list(vitals(at, "BP 120 over 80"))


def flag(observation):
    said = observation.get("interpretation")
    return said[0]["coding"][0]["code"] if said else ""


def side(result):
    """1 above its range, -1 below, 0 inside, in the literal numbers of the resource."""
    value, edges = result["valueQuantity"]["value"], result["referenceRange"][0]
    if "high" in edges and value > edges["high"]["value"]:
        return 1
    return -1 if "low" in edges and value < edges["low"]["value"] else 0
