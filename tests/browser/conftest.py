"""A browser with one window for each person, and every complaint it makes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ehr_project.pytest_parts import chromium
from tests.house import House

LAPTOP = {"width": 1366, "height": 625}
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

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser, self.house = browser, house
        self.complaints: list[str] = []

    def window(self, **wishes) -> Page:
        """A fresh browser without a session."""
        page = self.browser.new_context(**({"viewport": LAPTOP} | wishes)).new_page()
        page.set_default_timeout(20_000)
        page.on("console", self._note_said)
        page.on("pageerror", lambda error: self.complaints.append(f"error on {page.url}: {error}"))
        page.on("response", self._note_failure)
        return page

    def _note_said(self, said) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(f"{said.type}: {said.text}")

    def _note_failure(self, response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def sign_in(self, username: str, password: str = "", **wishes) -> Page:
        """``username`` at the desk; the demo's password unless another is given."""
        page = self.window(**wishes)
        page.goto(f"{self.house.base_url}/sign-in/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password", exact=True).fill(password or self.house.passwords[username])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.house.base_url}/")
        return page


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(chromium_browser: Browser, house: House) -> Iterator[Desk]:
    desk = Desk(chromium_browser, house)
    yield desk
    for context in chromium_browser.contexts:
        context.close()
