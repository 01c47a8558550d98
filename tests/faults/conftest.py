"""One house for all fault tests; none of them leaves it broken."""

from collections.abc import Iterator

import pytest

from tests.faults import trial as trials
from tests.faults.trial import Trial


@pytest.fixture(scope="package")
def trial() -> Iterator[Trial]:
    with trials.trial() as running:
        yield running
