"""The trace and the pages around it: freshness, keys, small screens, no script, light and dark."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ehr_project.database.processes import until

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]

FIRST_CHUNK_WITHIN_S = 600
WITHIN_S = 120
WEARER = "LINDQVIST, Rosa"


def address_of(page, name=WEARER):
    return page.locator("#worklist").get_by_role("link", name=name).first.get_attribute("href")


def running_recording(page):
    """The link to it on the worklist; a house that has just started has none yet."""
    link = page.locator("#worklist").get_by_role("link", name="ECG running")
    assert until(lambda: page.reload() and link.count() > 0, FIRST_CHUNK_WITHIN_S)
    return link.first


def open_trace(page):
    running_recording(page).click()
    page.wait_for_url("**/recordings/*/")
    expect(page.locator("[data-overview-canvas]")).to_have_attribute(
        "aria-valuetext", re.compile("shown")
    )


def answer_as_if_the_last_sample_were(page, seconds):
    """The recording's state, its last sample moved into the past."""

    def older(route):
        answer = route.fetch()
        state = answer.json()
        then = timezone.now() - timedelta(seconds=seconds)
        state["now"], state["last_sample_time"] = timezone.now().isoformat(), then.isoformat()
        state["analysis"] = {
            "rate_low": 84, "rate_high": 132, "regular": False, "pauses": 0,
            "share_analysable": 0.97, "quality": "good", "not_analysable": None,
        }  # fmt: skip
        route.fulfill(response=answer, json=state)

    page.route("**/recordings/*/state", older)


@pytest.fixture
def trace(desk):
    page = desk.sign_in("doctor")
    open_trace(page)
    return page


def shown(page):
    return page.locator("[data-overview-canvas]").get_attribute("aria-valuetext")


def test_after_two_missed_chunks_the_trace_says_so(trace):
    answer_as_if_the_last_sample_were(trace, 40)
    expect(trace.locator("[data-paper-stale]")).to_be_visible()
    expect(trace.locator("[data-paper-stale]")).to_contain_text(
        re.compile(r"last sample \d\d:\d\d:\d\d, \d+ s ago")
    )
    expect(trace.locator("[data-live-value=rate]")).to_have_text("84–132")


def test_after_a_minute_the_numbers_become_dashes(trace):
    answer_as_if_the_last_sample_were(trace, 70)
    for name in ("rate", "regular", "pauses", "share", "quality"):
        expect(trace.locator(f"[data-live-value={name}]")).to_have_text("–")


def test_a_server_out_of_reach_looks_like_a_device_that_stopped(trace):
    answer_as_if_the_last_sample_were(trace, 50)
    expect(trace.locator("[data-paper-stale]")).to_be_visible()
    expect(trace.locator("[data-live-word]")).to_have_text("no new data")  # it polls on its own
    with trace.expect_event("requestfailed"):
        trace.route("**/recordings/*/state", lambda route: route.abort())
    expect(trace.locator("[data-live-value=rate]")).to_have_text("–")


def test_the_trace_is_read_without_a_mouse(trace):
    assert until(lambda: "0 s shown" in shown(trace) or "min" in shown(trace), WITHIN_S)
    trace.locator("[data-paper-canvas]").focus()
    trace.keyboard.press("+")  # less than a young recording holds, so that there is somewhere to go
    trace.keyboard.press("Home")
    trace.wait_for_timeout(500)
    start = shown(trace)
    trace.keyboard.press("ArrowRight")
    assert until(lambda: shown(trace) != start, WITHIN_S)
    trace.keyboard.press("ArrowLeft")
    assert until(lambda: shown(trace) == start, WITHIN_S)
    span = trace.locator("[data-span]")
    before = span.inner_text()
    trace.keyboard.press("+")
    expect(span).not_to_have_text(before)
    expect(trace.locator("[data-trace-words]")).to_contain_text("Shown:")


def test_a_measured_screen_prints_to_scale_and_a_zoomed_one_does_not(trace):
    words = trace.locator("[data-paper-print]")
    expect(words).to_contain_text("not to scale")
    trace.locator("[data-calibrate] summary").click()
    trace.get_by_role("button", name="Use this width").click()
    expect(words).to_contain_text("to scale on this screen")
    trace.locator("[data-paper-canvas]").focus()
    trace.keyboard.press("+")
    expect(words).to_contain_text("not to scale")


@pytest.mark.parametrize("width", [360, 820, 1366, 1920])
def test_no_page_scrolls_sideways(desk, width):
    page = desk.sign_in("doctor", viewport={"width": width, "height": 740})
    chart = address_of(page)
    parts = ("", "devices/attach/", "timeline/", "medications/", "results/", "vitals/", "notes/")
    elsewhere = ("/", "/ward/", "/inbox/", "/appointments/", "/uploads/", "/unassigned/", "/style/")
    for address in (*elsewhere, *(chart + part for part in parts)):
        page.goto(f"{desk.house.base_url}{address}")
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert beyond <= 0, address
    assert desk.complaints == []


def test_a_patient_is_found_and_read_without_script(desk):
    page = desk.sign_in("doctor", java_script_enabled=False)
    expect(running_recording(page)).to_be_visible()
    page.locator("#query").fill("ndqvi")
    page.locator("#query").press("Enter")
    page.locator("#search-results").get_by_role("link", name=WEARER).first.click()
    expect(page.locator("#ecg")).to_contain_text("Nobody is notified. Not a monitor.")
    page.get_by_role("link", name="Open the trace").click()
    expect(page.locator("#reading")).to_contain_text("last sample")


def test_the_choice_of_dark_is_kept(desk):
    page = desk.sign_in("doctor", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Light or dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    assert desk.complaints == []


def test_slash_goes_to_the_search(desk):
    page = desk.sign_in("doctor")
    page.goto(f"{desk.house.base_url}{address_of(page)}")
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
