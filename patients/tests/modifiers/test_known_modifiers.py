"""Each element that changes the meaning of a resource changes what its page says."""

import pytest

from fhir.definitions import modifier_elements
from fhir.registry import native_types
from patients.tests.modifiers.effects import EFFECTS
from patients.tests.modifiers.shown import SHOWN
from patients.tests.modifiers.test_unknown_modifiers import UNKNOWN

PLACES = [
    (type_, path)
    for type_ in native_types()
    for path in modifier_elements(type_)
    if not path.endswith(UNKNOWN)
]
CASES = [
    pytest.param(*place, effect, id=f"{place[0]}.{place[1]}-{number}")
    for place in PLACES
    for number, effect in enumerate(EFFECTS.get(place, ()))
]


def test_every_element_that_changes_the_meaning_has_an_effect():
    assert sorted(EFFECTS) == sorted(PLACES)


@pytest.mark.parametrize(("type_", "path", "effect"), CASES)
def test_what_changes_the_meaning_is_seen(page, type_, path, effect):
    plain = SHOWN[type_].resource
    before = page(plain | effect.without, effect.query)
    changed = plain | effect.without | effect.changed
    after = page({k: v for k, v in changed.items() if v is not None}, effect.query)
    if effect.absent:
        assert (effect.words in before, effect.words in after) == (True, False)
    else:
        new = lines(after) - lines(before)
        assert any(effect.words in line for line in new), "\n".join(sorted(new))


def lines(html):
    return {line.strip() for line in html.splitlines()}
