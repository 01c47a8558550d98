"""What a clinician must see without looking for it, and whose chart it is."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.newcomers import receive, send, visit

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]


def is_seen(page, element):
    """Nothing of the first line of it lies outside the window."""
    expect(element).to_be_visible()
    box, window = element.bounding_box(), page.viewport_size
    return (
        box["x"] >= 0 and box["y"] >= 0
        and box["x"] + box["width"] <= window["width"]
        and box["y"] + box["height"] <= window["height"]
    )  # fmt: skip


def answers(page, banner):
    """Question → where the summary answers it."""
    return {
        "who": banner.get_by_role("link", name="LINDQVIST, Rosa"),
        "allergic to what": banner.get_by_text("Penicillin").first,
        "resuscitation": banner.locator(".banner-flags div", has_text=re.compile("Resuscitation")),
        "main problem": page.locator("#problems").get_by_role("listitem").first,
        "current drugs": page.locator("#medications").get_by_role("listitem").first,
        "what changed": page.locator(".since"),
    }


@pytest.mark.parametrize("way", ["search", "worklist"])
def test_six_questions_are_answered_without_scrolling(desk, way):
    page = desk.at("doctor")
    if way == "search":
        page.get_by_role("searchbox", name="Find a patient").fill("rosa lindqvist")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    else:
        send(page.locator("#worklist").get_by_role("link", name="LINDQVIST, Rosa").first)
    banner = page.get_by_role("region", name="Patient: LINDQVIST, Rosa")
    unseen = [what for what, where in answers(page, banner).items() if not is_seen(page, where)]
    assert unseen == []
    assert page.evaluate("window.scrollY") == 0


def test_two_tabs_with_two_patients_never_mix(desk):
    first = desk.at("doctor")
    anna, berta = receive(first, "Anna"), receive(first, "Berta")
    visit(first, anna, "allergies/new/")
    first.get_by_role("combobox", name="Substance").fill("Latex")
    first.get_by_label("How sure").select_option("confirmed")
    second = first.context.new_page()
    second.goto(first.url.replace(anna.chart, berta.chart))
    # The form of one patient, sent to the address of the other.
    first.locator("form[method=post]", has_text="This is for").evaluate(
        "(form, address) => { form.action = address }", second.url
    )
    send(first.get_by_role("button", name="Save"))
    expect(first.get_by_role("main")).to_contain_text(berta.banner)
    for newcomer in (anna, berta):
        visit(first, newcomer, "allergies/")
        expect(first.get_by_role("main")).not_to_contain_text("Latex")


def test_the_work_is_done_without_script(desk):
    page = desk.at("doctor")
    newcomer = receive(page)
    page = desk.at("doctor", java_script_enabled=False)
    page.get_by_role("searchbox", name="Find a patient").fill(newcomer.family)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("region", name=f"Patient: {newcomer.banner}")).to_be_visible()
    send(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Vitals"))
    page.get_by_label("Pulse", exact=True).fill("71")
    send(page.get_by_role("button", name=f"Record for {newcomer.banner}"))
    expect(page.get_by_role("main")).to_contain_text("71")
    send(page.locator(".banner-actions").get_by_role("link", name="Note"))
    send(page.locator("button[name=template]").first)
    page.get_by_role("textbox").nth(3).fill("Written without script.")
    send(page.get_by_role("button", name="Review and sign"))
    send(page.get_by_role("button", name=f"Sign for {newcomer.banner}"))
    expect(page.get_by_text("The text is the one that was signed")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("Written without script.")
