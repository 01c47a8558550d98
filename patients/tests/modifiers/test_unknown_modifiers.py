"""What nobody here understands is loud wherever the record is shown, at any depth."""

import pytest

from fhir.definitions import modifier_elements
from fhir.registry import native_types
from patients.tests.modifiers.shown import NAME, NOT_OFFERED, NOT_UNDERSTOOD, SHOWN
from tests.fhir_samples import with_odd_modifier

UNKNOWN = ("modifierExtension", "implicitRules")
PLACES = [
    (type_, path)
    for type_ in native_types()
    for path in modifier_elements(type_)
    if path.endswith(UNKNOWN)
]


def test_every_type_is_shown_somewhere():
    assert set(SHOWN) == set(native_types())


@pytest.mark.parametrize("type_", native_types())
def test_without_them_the_type_is_named_and_nothing_is_odd(page, type_):
    text = page(SHOWN[type_].resource)
    assert (NAME in text, NOT_UNDERSTOOD in text) == (True, False)


@pytest.mark.parametrize(("type_", "path"), PLACES)
def test_an_unknown_modifier_is_loud(page, type_, path):
    text = page(with_odd_modifier(SHOWN[type_].resource, path))
    if type_ in NOT_OFFERED:
        assert NAME not in text
    else:
        assert NOT_UNDERSTOOD in text
