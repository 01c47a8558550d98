"""FHIRPath becomes a Python test for what is false, with three-valued logic."""

import itertools

import pytest

from fhir.fhirpath import runtime
from fhir.fhirpath.code import CHOICE, Code, NotCompilable, choice_names, choice_of
from fhir.fhirpath.compiler import violation
from fhir.fhirpath.predicates import Scope

OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "a", "code": "b"}, {"system": "c"}]},
    "valueQuantity": {"value": 5},
    "component": [{"code": {"text": "x"}}, {"code": {"text": "x"}, "valueInteger": 3}],
    "_issued": {"extension": []},
}
TRUE, FALSE, NEITHER = "status = 'final'", "status = 'other'", "language = 'en'"


class Alone:
    """A visit of one resource that is its own container."""

    resource = root = OBSERVATION

    def once(self, place, node, make):
        return make()


def broken(text, type_="Observation", node=OBSERVATION):
    this = Code("n", many=False, types=frozenset({type_}), sure=True)
    test = violation(text, Scope(this, this, frozenset({"Observation"})), itertools.count(1))
    choices = {
        word: frozenset(choice_names(choice_of(word)))
        for word in test.replace("(", " ").replace(")", " ").replace(",", " ").split()
        if word.startswith(CHOICE)
    }
    return bool(eval(test, {**vars(runtime), **choices, "n": node, "c": Alone()}))


@pytest.mark.parametrize(
    "text",
    [
        FALSE,
        f"({TRUE}).not()",
        f"{TRUE} and {FALSE}",
        f"{FALSE} and {NEITHER}",
        f"{FALSE} or {FALSE}",
        f"{TRUE} implies {FALSE}",
        f"{TRUE} xor {TRUE}",
        f"({TRUE}) = ({FALSE})",
        "status != 'final'",
        "status.empty()",
        "status in ('a' | 'b')",
        "('a' | 'b') contains status",
        "value.empty()",
        "Observation.status.empty()",
        "value is string",
        "value.exists() = status.empty()",
        "issued.hasValue()",
        "issued.empty()",
        "component.count() = 3",
        "component.count() + 1 < 3",
        "component.all(value.exists())",
        "component.exists(value is Quantity)",
        "component.where(value.exists()).empty()",
        "component.select(code.text).isDistinct()",
        "component.first().value.exists()",
        "component.tail().value.empty()",
        "component[1].value.empty()",
        "code.coding.where(system = 'a').code.empty()",
        "code.coding.system.combine(code.coding.code).count() = 2",
        "code.coding.intersect(%resource.code.coding).empty()",
        "status.startsWith('x')",
        "status.contains('x')",
        "status.matches('^x')",
        "status.substring(1) = 'x'",
        "(status & 'x') = 'final'",
        "descendants().text.count() = 1",
        "children().text.exists()",
        "component.where(value.exists()).select($this.value is integer).allFalse()",
        "iif(status = 'final', status = 'x', true)",
        "(component | code).count() = 1",
        "%context.status.empty()",
        "%ucum = 'x'",
        "false",
    ],
)
def test_what_is_false_is_found(text):
    assert broken(text) is True


@pytest.mark.parametrize(
    "text",
    [
        TRUE,
        NEITHER,
        f"({NEITHER}).not()",
        f"{TRUE} and {NEITHER}",
        f"{FALSE} or {NEITHER}",
        f"{NEITHER} implies {FALSE}",
        f"{TRUE} implies {NEITHER}",
        f"{TRUE} xor {NEITHER}",
        f"({TRUE}) = ({NEITHER})",
        "language in ('a' | 'b')",
        "language.startsWith('x')",
        "status.substring(9) = 'x'",
        "value is Quantity",
        "value.exists()",
        "(value as Quantity).exists()",
        "status.exists()",
        "issued.exists()",
        "component.code.text.exists()",
        "component.exists(value is integer)",
        "dataAbsentReason.coding.all(code = 'x')",
        "iif(language.exists(), false)",
        "effective.empty()",
        "status.trace('x') = 'final'",
        "true",
    ],
)
def test_what_is_true_or_empty_is_left_alone(text):
    assert broken(text) is False


@pytest.mark.parametrize(
    ("text", "node", "found"),
    [
        ("start <= end", {"start": "2024-01-02", "end": "2024-01-01"}, True),
        ("start <= end", {"start": "2024", "end": "2024-01-01"}, False),
        ("start < end", {"start": "2024-01-01", "end": "2024-01-01"}, True),
        ("start >= end", {"start": "2024-01-01", "end": "2024-01-02"}, True),
        ("start <= end", {"start": "2024-01-01"}, False),
        ("start <= end", {"start": "2024-01-01", "_end": {"extension": []}}, False),
    ],
)
def test_times_are_ordered_as_far_as_they_are_known(text, node, found):
    assert broken(text, "Period", node) is found


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ({"value": 2, "unit": "a"}, {"value": 1, "unit": "a"}, True),
        ({"value": 2, "code": "g"}, {"value": 1, "code": "kg"}, False),
        ({"value": 2}, {"unit": "a"}, False),
        ({"value": 1}, {"value": 1}, False),
    ],
)
def test_quantities_are_ordered_within_one_unit(low, high, found):
    assert broken("low <= high", "Range", {"low": low, "high": high}) is found


@pytest.mark.parametrize(
    "text",
    [
        "nothing.exists()",
        "status.unknown()",
        "component = code",
        "component.code.text.startsWith('x')",
        "component < 1",
        "%other.exists()",
        "htmlChecks()",
        "component in code",
        "status + 'x' = 'y'",
        "component.allFalse()",
    ],
)
def test_what_is_not_understood_is_refused_when_compiled(text):
    with pytest.raises(NotCompilable):
        broken(text)
