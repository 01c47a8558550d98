"""One house for the kills, and a stage with a database of its own for each other fault."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from tests.faults import trial as trials
from tests.faults.stage import Stage, staged
from tests.faults.trial import Trial


@pytest.fixture(scope="package")
def trial() -> Iterator[Trial]:
    with trials.trial() as running:
        yield running


@pytest.fixture
def open_stage() -> Callable[..., AbstractContextManager[Stage]]:
    """Inside ``with`` a stage with a database of its own; takes the further words of `staged`."""
    return staged


@pytest.fixture(scope="module")
def make_stage() -> Iterator[Callable[..., Stage]]:
    """Opens a stage until the module's tests are over."""
    with ExitStack() as stack:
        yield lambda **wishes: stack.enter_context(staged(**wishes))


@pytest.fixture(scope="package")
def calm() -> Iterator[Stage]:
    """One stage for faults of others, which leave it whole: clones, wrong clocks, many writers."""
    with staged() as opened:
        yield opened
