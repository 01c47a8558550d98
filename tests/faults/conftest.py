"""One house for the kills, and a stage with a database of its own for each other fault."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults import trial as trials
from tests.faults.stage import Stage, migrated_folder, staged
from tests.faults.trial import Trial


@pytest.fixture(scope="package")
def begun() -> Iterator[Path]:
    """A data folder with the tables in it and nothing else, to be copied."""
    with migrated_folder() as folder:
        yield folder


@pytest.fixture(scope="package")
def trial(begun: Path) -> Iterator[Trial]:
    with trials.trial(begun) as running:
        yield running


@pytest.fixture(scope="module")
def open_stage(begun: Path) -> Callable[..., AbstractContextManager[Stage]]:
    """Inside ``with`` a stage with a database of its own; takes the further words of `staged`."""
    return partial(staged, begun)


@pytest.fixture(scope="module")
def make_stage(open_stage: Callable[..., Any]) -> Iterator[Callable[..., Stage]]:
    """Opens a stage until the module's tests are over."""
    with ExitStack() as stack:
        yield lambda **wishes: stack.enter_context(open_stage(**wishes))
