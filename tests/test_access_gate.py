"""The gate of the access matrix leaves nothing behind: these tests need the house without it."""

from patients.acts import moving
from tests.access.locks import GATE, gated


def test_a_function_that_was_made_behind_the_gate_is_as_written_afterwards():
    with gated():
        kind = moving._record("Observation", "result", "chart.write")
        assert GATE in kind.find.__code__.co_names
    assert GATE not in kind.find.__code__.co_names
