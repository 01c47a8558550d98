"""A browser with one window for each person, and every complaint it makes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from ehr_project.pytest_parts import chromium
from tests.house import House, running_house

LAPTOP = {"width": 1366, "height": 625}
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
# One person is at the desk for a whole test run.
NEVER_IDLE = {"CHARTWAVE_IDLE_MINUTES": "600"}
# What a form answers to what it does not take: an asked-for refusal is no complaint.
REFUSALS = (409, 422)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Desk:
    """Where people sit: signs them in, and notes what their browsers complain of."""

    def __init__(self, browser: Browser, house: House, signed_in: dict[str, StorageState]) -> None:
        self.browser, self.house, self.signed_in = browser, house, signed_in
        self.complaints: list[str] = []

    def window(self, **wishes) -> Page:
        """A fresh browser without a session."""
        page = self.browser.new_context(**({"viewport": LAPTOP} | wishes)).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._note_said)
        page.on("pageerror", lambda error: self.complaints.append(f"error on {page.url}: {error}"))
        page.on("response", self._note_failure)
        return page

    def _note_said(self, said) -> None:
        refused = any(f"status of {status}" in said.text for status in REFUSALS)
        if said.type in ("error", "warning") and not refused:
            self.complaints.append(f"{said.type}: {said.text}")

    def _note_failure(self, response) -> None:
        if response.status >= 400 and response.status not in REFUSALS:
            self.complaints.append(f"{response.status}: {response.url}")

    def knock(self, username: str, password: str = "", **wishes) -> Page:
        """The page that follows the password; the demo's unless another is given."""
        page = self.window(**wishes)
        page.goto(f"{self.house.base_url}/sign-in/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password", exact=True).fill(password or self.house.passwords[username])
        page.get_by_role("button", name="Sign in").click()
        return page

    def sign_in(self, username: str, password: str = "", **wishes) -> Page:
        """``username`` at the desk."""
        page = self.knock(username, password, **wishes)
        page.wait_for_url(f"{self.house.base_url}/")
        return page

    def at(self, username: str, **wishes) -> Page:
        """The start page of ``username``, whom an earlier test may have signed in already."""
        if username not in self.signed_in:
            page = self.sign_in(username, **wishes)
            self.signed_in[username] = page.context.storage_state()
            return page
        page = self.window(storage_state=self.signed_in[username], **wishes)
        page.goto(f"{self.house.base_url}/")
        return page


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """The house with its demo clinic, one for all tests here: leave it as it is."""
    with running_house(environment=NEVER_IDLE) as running:
        yield running


@pytest.fixture(scope="package")
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in() -> dict[str, StorageState]:
    """Cookies by user name, of those who signed in during this test run."""
    return {}


@pytest.fixture
def desk(
    chromium_browser: Browser, house: House, signed_in: dict[str, StorageState]
) -> Iterator[Desk]:
    desk = Desk(chromium_browser, house, signed_in)
    yield desk
    for context in chromium_browser.contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()
