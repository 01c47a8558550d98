"""pytest plugin: which tests of a parallel run go to the same worker (``--dist loadgroup``).

A worker sets up for itself what a module or a session shares, so a file is never split, nor is a
folder whose files share a house. xdist's own groups ride on the names of tests, which pytest no
longer lets it change.
"""

import gc
import os
from typing import Any

import pytest

# Read when numpy and scikit-learn are loaded. Each worker has a core: threads that divide a sum
# there wait for each other, spinning, and what takes a tenth of a second takes forty.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A house, a browser, a demo clinic, a backup: made once for all files there.
WHOLE = (
    "tests/access/",
    "tests/browser/",
    "tests/faults/",
    "tests/security/",
    "demo/",
    "ehr_project/backups/",
)


def group_of(nodeid: str) -> str:
    """What goes to one worker together.

    >>> group_of("tests/browser/test_axe.py::test_axe_finds_nothing[light]")
    'tests/browser/'
    >>> group_of("fhir/tests/test_codec.py::TestNumbers::test_literal[1.50]")
    'fhir/tests/test_codec.py'
    """
    file = nodeid.partition("::")[0]
    return next((folder for folder in WHOLE if file.startswith(folder)), file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins, so that nobody waits for it in the end."""
    items.sort(key=lambda item: group_of(item.nodeid) not in WHOLE)


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end: the collector of garbage need not look through them."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files and folders, in the order of the tests."""
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)
