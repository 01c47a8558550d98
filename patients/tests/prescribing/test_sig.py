"""A whole instruction in words and as FHIR Dosage."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.prescribing.dose import Amount, parse, units
from patients.prescribing.frequency import frequencies
from patients.prescribing.route import route, routes
from patients.prescribing.sig import Sig, read_dosage


def test_says_the_whole_instruction():
    sig = Sig("amoxicillin", parse("500 mg"), "oral", "three-times-daily", duration_days=7)
    assert sig.text == "Amoxicillin 500 mg by mouth three times a day for 7 days"


def test_says_weekly_loudly():
    sig = Sig("semaglutide", parse("0.5 mg"), "subcutaneous", "weekly")
    assert sig.text == "Semaglutide 0.5 mg under the skin once WEEKLY"


def test_one_day_is_singular():
    assert Sig("x", duration_days=1).instructions == "for 1 day"


def test_as_needed_says_what_for_and_that_the_frequency_is_the_most():
    sig = Sig("morphine", parse("10 mg"), "oral", "every-4-h", as_needed=True, as_needed_for="pain")
    assert sig.text == "Morphine 10 mg by mouth every 4 hours at most, when needed for pain"


def test_as_needed_becomes_a_reason_or_a_yes_in_fhir():
    assert Sig("x", as_needed=True).dosage()["asNeededBoolean"] is True
    with_reason = Sig("x", as_needed=True, as_needed_for="pain").dosage()
    assert with_reason["asNeededCodeableConcept"] == {"text": "pain"}


def test_a_rate_is_a_rate_in_fhir():
    dosage = Sig("heparin", parse("1000 units/h"), "intravenous", "continuous").dosage()
    assert "rateQuantity" in dosage["doseAndRate"][0]


def test_the_duration_bounds_the_timing():
    dosage = Sig("x", parse("5 mg"), "oral", "once-daily", duration_days=7).dosage()
    assert dosage["timing"]["repeat"]["boundsDuration"]["value"] == 7


sigs = st.builds(
    Sig,
    st.just("x"),
    st.builds(
        Amount,
        st.decimals(min_value="0.001", max_value="9999", places=3),
        st.sampled_from(sorted(units())),
    ),
    st.sampled_from(sorted(routes())),
    st.sampled_from(sorted(set(frequencies()) - {"every-24-h", "continuous"})),
    st.booleans(),
)


@given(sigs)
def test_what_is_said_in_fhir_is_read_back(sig):
    read = read_dosage(sig.dosage())
    assert (read.dose, read.route, read.as_needed) == (sig.dose, sig.route, sig.as_needed)
    per_day = frequencies()[read.frequency].doses_per_day
    assert per_day == frequencies()[sig.frequency].doses_per_day


@pytest.mark.parametrize(
    "dosage",
    [
        {},
        {"text": "500 mg twice a day"},
        {"doseAndRate": [{"doseQuantity": {"value": 1}}]},
        {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "mg"}}]},
        {"doseAndRate": [{"doseRange": {"low": {"value": 1}}}]},
        {"doseAndRate": [{}, {}]},
    ],
)
def test_guesses_no_dose_from_half_a_dosage(dosage):
    assert read_dosage(dosage).dose is None


def test_a_comparator_is_not_a_dose():
    quantity = {
        "value": Decimal(5),
        "comparator": "<",
        "system": "http://unitsofmeasure.org",
        "code": "mg",
    }
    assert read_dosage({"doseAndRate": [{"doseQuantity": quantity}]}).dose is None


@pytest.mark.parametrize(
    ("text", "key"),
    [("po", "oral"), ("26643006", "oral"), ("By mouth", "oral"), ("IV", "intravenous")],
)
def test_knows_a_route_by_word_or_code(text, key):
    assert route(text).key == key


@pytest.mark.parametrize("text", ["", "SC", "it", "somehow"])
def test_knows_no_dangerous_route(text):
    assert route(text) is None
