"""pytest plugin: what a test may need from outside, and when leaving it out is allowed.

``tests/skips.toml`` is the one list. A skip for any other reason is a failure; in CI every skip.
"""

import functools
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SKIPS = ROOT / "tests" / "skips.toml"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
OLDEST_NODE = 20
LEFT_OUT = pytest.StashKey[list[str]]()


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


@functools.cache
def skips() -> dict[str, dict[str, str]]:
    return tomllib.loads(SKIPS.read_text())


def chromium() -> str | None:
    """The browser the tests drive."""
    named = os.environ.get("CHARTWAVE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def node() -> str | None:
    """Node.js, with the packages of the test FHIR server beside it."""
    found = shutil.which("node")
    if not found or not (ROOT / "tests" / "fhir_server" / "node_modules").is_dir():
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    major = version.stdout.lstrip("v").partition(".")[0]
    return found if major.isdecimal() and int(major) >= OLDEST_NODE else None


def shared_data() -> str | None:
    """The folder of recordings and records that may not be passed on."""
    folder = Path(os.environ.get("CHARTWAVE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    return str(folder) if folder.is_dir() else None


def root() -> str | None:
    return "root" if os.geteuid() == 0 else None


def linux() -> str | None:
    return "linux" if sys.platform == "linux" else None


FINDERS = {
    "chromium": chromium,
    "node": node,
    "shared_data": shared_data,
    "root": root,
    "linux": linux,
}


@functools.cache
def found(part: str) -> str | None:
    return FINDERS[part]()


def missing_parts(item: pytest.Item) -> list[str]:
    named = [part for marker in item.iter_markers("needs") for part in marker.args]
    return [part for part in named if not found(part)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In CI, leave out what CI cannot install, and remember it for the summary."""
    out = [
        item
        for item in items
        if in_ci() and any(skips()[part]["in_ci"] == "leave out" for part in missing_parts(item))
    ]
    if out:
        config.stash[LEFT_OUT] = [item.nodeid for item in out]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for part in missing_parts(item):
        reason = skips()[part]["missing"]
        if in_ci():
            pytest.fail(f"needs {part}: {reason}", pytrace=False)
        pytest.skip(f"needs {part}: {reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A skip that the list does not allow is a failure."""
    report = yield
    allowed = not in_ci() and missing_parts(item)
    if report.outcome == "skipped" and not allowed and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"skipped, which {SKIPS.relative_to(ROOT)} does not allow: {report.longrepr}"
        )
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out = config.stash.get(LEFT_OUT, [])
    if left_out:
        terminalreporter.section("left out: ../shared/data is not here")
        terminalreporter.write_line("\n".join(left_out))


@pytest.fixture(scope="session", name="shared_data")
def shared_data_fixture() -> Path:
    """The folder of shared recordings, for a test marked ``needs("shared_data")``."""
    folder = found("shared_data")
    assert folder, "mark the test with needs('shared_data')"  # noqa: S101
    return Path(folder)
