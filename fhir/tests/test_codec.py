"""JSON keeps every digit, and what cannot be kept is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.codec import dumps, loads, same
from fhir.errors import Malformed


@pytest.mark.parametrize(
    "number", ["1.0", "1.50", "1.0E-5", "-0", "-0.0", "1e3", "0.000001", "12345678901234567890.10"]
)
def test_a_number_keeps_its_spelling(number):
    assert dumps(loads(f'{{"value":{number}}}')) == f'{{"value":{number}}}'.encode()


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        "NaN",
        "[Infinity]",
        "{",
        '"\\u0000"',
        '"\\ud800"',
        b"\xff",
        "[" * 100_000,
        "9" * 5000,
        "1e" + "9" * 30,
    ],
    ids=lambda text: str(text)[:12],
)
def test_what_cannot_be_kept_is_refused(text):
    with pytest.raises(Malformed):
        loads(text)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_what_is_written_is_read_back(value):
    assert same(loads(dumps(value)), value)


def test_a_shorter_decimal_is_another_text():
    assert not same({"value": Decimal("1.0")}, {"value": Decimal("1.00")})


def test_the_order_of_keys_does_not_matter():
    assert same({"a": 1, "b": [2]}, {"b": [2], "a": 1})
