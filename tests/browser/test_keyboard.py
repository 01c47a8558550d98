"""From sign-in to a signed note without a mouse."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.newcomers import receive

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]


def type_into(page, words):
    page.keyboard.type(words, delay=5)


def finds_only(page, words):
    """The house finds nothing for the words as far as they are typed, until all of them are."""

    def answer(route):
        (query,) = parse_qs(route.request.post_data).get("query", [""])
        if query.endswith(words):
            route.continue_()
        else:
            route.fulfill(status=204)

    page.route("**/patients/search/", answer)


def sign_in_by_keys(desk):
    page = desk.window()
    page.goto(f"{desk.house.base_url}/sign-in/")
    expect(page.get_by_label("Username")).to_be_focused()
    type_into(page, "doctor")
    page.keyboard.press("Tab")
    type_into(page, desk.house.passwords["doctor"])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page


def test_a_chart_is_found_and_a_note_written_and_signed_without_a_mouse(desk):
    newcomer = receive(desk.at("doctor"))
    page = sign_in_by_keys(desk)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Find a patient")).to_be_focused()
    finds_only(page, newcomer.family)
    type_into(page, newcomer.family)
    results = page.locator("#search-results")
    found = results.get_by_role("link", name=newcomer.banner, exact=True)
    expect(found).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(found).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("region", name=f"Patient: {newcomer.banner}")).to_be_visible()
    expect(page.get_by_role("region", name="Problems")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Write a note")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("textbox").first).to_be_visible()
    expect(page.locator("textarea:focus")).to_have_count(1)
    type_into(page, "Cough is better.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("main")).to_contain_text("Read it once more.")
    press_until_focused(page, page.get_by_role("button", name=f"Sign for {newcomer.banner}"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("The text is the one that was signed")).to_be_visible()
    assert desk.complaints == []


def press_until_focused(page, target, most=40):
    for _ in range(most):
        if target.evaluate("button => button === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab never reaches it")


def test_enter_in_the_search_opens_the_one_who_was_meant(desk):
    page = desk.at("doctor")
    newcomer = receive(page)
    page.goto(f"{desk.house.base_url}/")
    page.keyboard.press("/")
    type_into(page, f"{newcomer.family} {newcomer.given}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("region", name=f"Patient: {newcomer.banner}")).to_be_visible()


def test_g_and_a_letter_walk_through_the_chart(desk):
    page = desk.at("doctor")
    receive(page)
    page.clock.install()
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))  # however long a key takes
    for letter, heading in {"m": "Medications", "a": "Allergies", "n": "Notes"}.items():
        page.keyboard.press("g")
        with page.expect_navigation():
            page.keyboard.press(letter)
        tab = page.get_by_role("navigation", name="Pages of the chart").get_by_role(
            "link", name=heading
        )
        expect(tab).to_have_attribute("aria-current", "page")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Allergies")
