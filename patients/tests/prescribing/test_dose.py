"""A dose is read as it is meant, or refused with what to write."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.prescribing.dose import Amount, DoseRefused, parse, refused_words, units


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("500 mg", "500", "mg"),
        ("0.5 mg", "0.5", "mg"),
        ("2.25 mg", "2.25", "mg"),
        ("500mg", "500", "mg"),
        ("5 mcg", "5", "microgram"),
        ("62.5 micrograms", "62.5", "microgram"),
        ("10 units", "10", "unit"),
        ("1 tablet", "1", "tablet"),
        ("0.5 tablet", "0.5", "tablet"),
        ("2 puffs", "2", "puff"),
        ("40 mmol", "40", "mmol"),
        ("10 mL", "10", "mL"),
        ("10 ml", "10", "mL"),
        ("5 mg/h", "5", "mg/h"),
        ("10 000 units", "10000", "unit"),
        ("10 drops", "10", "drop"),
        ("1 application", "1", "application"),
    ],
)
def test_reads_a_dose(written, value, unit):
    assert parse(written) == Amount(Decimal(value), unit)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        (".5 mg", "Write 0.5 mg."),
        ("1.0 mg", "Write 1 mg."),
        ("2.50 mg", "Write 2.5 mg."),
        ("0.10 mg", "Write 0.1 mg."),
        ("5. mg", "Write 5 mg."),
        ("05 mg", "Write 5 mg."),
        ("10U", "Write 10 units."),
        ("10 u", "Write 10 units."),
        ("10 IU", "Write 10 units."),
        ("10 iu", "Write 10 units."),
        ("50 µg", "Write 50 micrograms."),
        ("50 μg", "Write 50 micrograms."),
        ("50 ug", "Write 50 micrograms."),
        ("5 cc", "Write 5 mL."),
        ("5 ng", "Write 5 nanograms."),
        ("2,5 mg", "Write 2.5 mg."),
        ("1,000 mg", "Write 1000 or 1 mg."),
        ("5", "Write the unit, like 5 mg."),
    ],
)
def test_refuses_what_is_misread_and_says_what_to_write(written, remedy):
    with pytest.raises(DoseRefused) as refused:
        parse(written)
    assert refused.value.remedy == remedy


@pytest.mark.parametrize(
    "written",
    [
        *("", "mg", "500 banana", "0 mg", "-5 mg", "1e3 mg", "½ tablet", "٣ mg", "NaN mg"),
        *("five mg", "500 mg; DROP TABLE", "<b>5</b> mg", "5 mg 5 mg", "1-2 tablets", "5 %"),
        *("9999999999 mg", "0.00001 mg", "1.2.3 mg", "5 mg\0", "5" * 1000 + " mg"),
    ],
)
def test_refuses_what_is_no_dose(written):
    with pytest.raises(DoseRefused):
        parse(written)


def test_a_dose_without_unit_names_the_value():
    with pytest.raises(DoseRefused, match=r"The dose 250 has no unit"):
        parse("250")


amounts = st.builds(
    Amount,
    st.decimals(min_value="0.0001", max_value="999999", places=4),
    st.sampled_from(sorted(units())),
)


@given(amounts)
def test_what_is_written_is_read_back(amount):
    assert parse(amount.text) == amount


@given(amounts)
def test_nothing_written_has_a_naked_point_or_a_trailing_zero(amount):
    number = amount.text.split(units()[amount.unit].one[:1])[0].strip()
    assert not number.startswith(".")
    assert "." not in number or not number.endswith("0")


@given(st.text(max_size=80))
def test_any_text_is_a_dose_or_refused(text):
    try:
        read = parse(text).value
    except DoseRefused:
        read = None
    assert read is None or read > 0


@pytest.mark.parametrize(
    ("one", "unit", "value"),
    [
        (Amount(Decimal(1), "g"), "mg", 1000),
        (Amount(Decimal(500), "microgram"), "mg", Decimal("0.5")),
        (Amount(Decimal(2), "L"), "mL", 2000),
        (Amount(Decimal(1), "million-unit"), "unit", 1_000_000),
    ],
)
def test_converts_within_a_kind(one, unit, value):
    assert one.to(unit).value == value


@pytest.mark.parametrize(
    ("unit", "other"),
    [("mg", "mL"), ("tablet", "capsule"), ("unit", "mg"), ("mg", "mg/h"), ("mmol", "mEq")],
)
def test_does_not_convert_between_kinds(unit, other):
    assert Amount(Decimal(1), unit).to(other) is None


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("take QD", "once a day"),
        ("take qd", "once a day"),
        ("1 tablet Q.D.", "once a day"),
        ("QOD", "every other day"),
        ("give TIW", "three times weekly"),
        ("10 U sc", "units"),
        ("50 µg", "micrograms"),
        ("MS 10 mg", "morphine sulfate or magnesium sulfate"),
        ("MSO4 10 mg", "morphine sulfate"),
        ("MgSO4 4 g", "magnesium sulfate"),
        ("inject SC", "under the skin (subcutaneously)"),
        ("MTX weekly", "methotrexate"),
    ],
)
def test_names_a_dangerous_abbreviation_in_a_text(text, instead):
    assert instead in [each.instead for each in refused_words(text)]


@pytest.mark.parametrize(
    "text",
    [
        *("take one tablet once a day with water", "paracetamol 500 mg as needed for pain"),
        *("units", "before meals", "under the skin"),
        *("apply in the morning", "it is in the fridge", "unit", "usual", "ask mother"),
        *("TAKE IT AS NEEDED IN THE MORNING", "by NG tube", "vitamin U", "10 mg", "ms", "os"),
        *("2 puffs", "5 units", "50 micrograms", "U-100 pen", "Sudden rash: stop"),
    ],
)
def test_leaves_plain_words_alone(text):
    assert refused_words(text) == []


def test_every_unit_says_what_ucum_calls_it():
    assert all(unit.ucum for unit in units().values())


def test_a_quantity_carries_number_unit_and_code():
    assert Amount(Decimal("0.5"), "microgram").quantity() == {
        "value": Decimal("0.5"),
        "unit": "micrograms",
        "system": "http://unitsofmeasure.org",
        "code": "ug",
    }
