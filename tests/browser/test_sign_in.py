"""The door in a real browser: second factors, passkeys, and pages that close by themselves."""

import itertools
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ehr_project.database.processes import until
from tests.browser.newcomers import receive, register, send, visit

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]
PASSWORD = "marmots over the gate"
WITHIN_S = 60
numbers = itertools.count(1)


class Hired:
    """A new doctor of the house."""

    def __init__(self, desk):
        self.desk, self.name = desk, f"hired{next(numbers)}"
        self.act("hire", PASSWORD)

    def act(self, what, *more):
        return self.desk.house.ask("tests.browser.hired", what, self.name, *more)

    def page(self):
        return self.desk.sign_in(self.name, PASSWORD)

    def opens_a_chart(self):
        page = self.page()
        self.newcomer = receive(page)
        return page

    def knocks(self):
        """Gives the password; returns the page that follows."""
        return self.desk.knock(self.name, PASSWORD)

    def knocks_on(self, page):
        page.goto(f"{self.desk.house.base_url}/sign-in/")
        page.get_by_label("Username").fill(self.name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def hired(desk):
    return Hired(desk)


HAS_ASKED = "performance.getEntriesByType('resource').some(e => e.name.includes('/account/here/'))"


def asks(page):
    """Until the page has heard what its reader may do: only what changes later closes it."""
    assert until(lambda: page.evaluate(HAS_ASKED), WITHIN_S)


def banner(page, hired):
    return page.get_by_role("region", name=f"Patient: {hired.newcomer.banner}")


@pytest.mark.parametrize("what", ["switch-off", "sign-out"])
def test_a_page_left_open_shows_the_door(hired, what):
    page = hired.opens_a_chart()
    hired.act(what)
    page.wait_for_url("**/sign-in/**")
    expect(banner(page, hired)).to_have_count(0)


def test_a_chart_left_open_closes_when_the_work_there_ends(hired):
    page = hired.opens_a_chart()
    asks(page)
    hired.act("let-go")
    expect(banner(page, hired)).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this here")


def test_a_chart_left_open_closes_when_a_broken_glass_ends(hired):
    page = hired.page()
    hired.newcomer = register(page)
    page.goto(f"{hired.desk.house.base_url}{hired.newcomer.chart}break-glass/")
    page.get_by_label("Emergency: the patient needs care now").check()
    page.get_by_label("In a few words").fill("Found unconscious at the bus stop")
    send(page.get_by_role("button", name="Break the glass"))
    visit(page, hired.newcomer)
    asks(page)
    hired.act("end-glass")
    expect(banner(page, hired)).to_have_count(0)


def test_locking_one_window_covers_the_other(hired):
    page = hired.opens_a_chart()
    other = page.context.new_page()
    other.goto(f"{hired.desk.house.base_url}/account/")
    page.get_by_role("button", name="Lock the screen").click()
    expect(other.get_by_role("dialog", name="Locked")).to_be_visible()


@pytest.fixture
def locked(hired):
    """A chart with something half written, locked by hand."""
    page = hired.opens_a_chart()
    page.goto(f"{hired.desk.house.base_url}{hired.newcomer.chart}problems/new/")
    page.get_by_label("Note").fill("Written before the telephone rang")
    with page.expect_response("**/lock/"):
        page.get_by_role("button", name="Lock the screen").click()
    expect(page.get_by_role("dialog", name="Locked")).to_be_visible()
    return page


def test_what_was_being_written_waits_behind_the_lock(locked):
    locked.get_by_label("Password").fill(PASSWORD)
    locked.get_by_role("button", name="Unlock").click()
    expect(locked.get_by_role("dialog", name="Locked")).to_be_hidden()
    expect(locked.get_by_label("Note")).to_have_value("Written before the telephone rang")


def test_an_answer_from_before_the_password_does_not_lock_again(locked):
    with locked.expect_response("**/account/here/*") as told:
        pass
    still_locked, late = told.value.json(), []

    def hold_the_first(route):
        if late:
            route.fallback()
        else:
            late.append(route)

    locked.route("**/account/here/*", hold_the_first)
    with locked.expect_request("**/account/here/*"):
        pass
    locked.get_by_label("Password").fill(PASSWORD)
    locked.get_by_role("button", name="Unlock").click()
    expect(locked.get_by_role("dialog", name="Locked")).to_be_hidden()
    with locked.expect_response(lambda answer: answer.request == late[0].request):
        late[0].fulfill(json=still_locked)
    locked.evaluate("new Promise((done) => setTimeout(done, 100))")
    expect(locked.get_by_role("dialog", name="Locked")).to_be_hidden()


def saved_after(page, ms):
    """Whether the note is saved once the page's clock has gone on so far."""
    page.clock.run_for(ms)
    return page.locator("[data-save-state]").inner_text().startswith("saved ")


def test_a_note_is_saved_the_moment_the_lock_opens(hired):
    page = hired.opens_a_chart()
    page.clock.install()  # before the page loads: the idle screen counts from that moment
    visit(page, hired.newcomer, "notes/new/")
    send(page.get_by_role("button", name="Free text"))
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))
    page.get_by_label("Text").fill("Written before the telephone rang")
    with page.expect_response("**/lock/"):
        page.get_by_role("button", name="Lock the screen").click()
    page.clock.run_for(2000)
    saving = page.locator("[data-save-state]")
    expect(saving).to_have_text(re.compile("^not saved"))  # it will try again in 5 s
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("dialog", name="Locked")).to_be_hidden()
    assert until(lambda: saved_after(page, 1), WITHIN_S)


def test_a_locked_page_that_is_opened_again_asks_once(locked):
    locked.reload()
    expect(locked.get_by_role("heading", name="Locked")).to_be_visible()
    expect(locked.locator("dialog#locked")).to_have_count(0)


def test_somebody_else_signs_out_at_a_locked_screen(locked):
    locked.get_by_role("dialog", name="Locked").get_by_role("button", name="Sign out").click()
    locked.wait_for_url("**/sign-in/**")


def test_an_app_is_set_up_and_asked_for(hired):
    # Loaded here: Django's settings are there only once a test runs.
    from accounts.tests.sign_in.conftest import code_for

    page = hired.page()
    page.goto(f"{hired.desk.house.base_url}/account/second-factor/app/")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator("[data-secret]").text_content().replace(" ", "")
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("listitem").filter(has=page.locator("code"))).to_have_count(10)
    assert hired.desk.complaints == []
    door = hired.knocks()
    expect(door.get_by_role("heading", name="Second step")).to_be_visible()
    door.get_by_label("Code").fill(code_for(secret, 1))
    door.get_by_role("button", name="Go on").click()
    door.wait_for_url(f"{hired.desk.house.base_url}/")


def test_a_passkey_is_made_and_opens_the_door(hired):
    page = hired.page()
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    stick = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": stick})
    page.goto(f"{hired.desk.house.base_url}/account/second-factor/passkey/")
    page.get_by_label("Name of the passkey").fill("Ward computer")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{hired.desk.house.base_url}/account/")
    expect(page.get_by_role("region", name="Second factor")).to_contain_text("Ward computer")
    hired.desk.house.ask("tests.browser.hired", "sign-out", hired.name)
    hired.knocks_on(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{hired.desk.house.base_url}/")
    assert hired.desk.complaints == []
