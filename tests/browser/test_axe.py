"""axe-core finds nothing to complain of on any page, light or dark, on a laptop or a phone.

No list of pages is kept here: from the start page every link is followed, one of each address.
"""

import functools
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.browser.conftest import LAPTOP
from tests.browser.newcomers import send
from tests.browser.test_trace import WEARER, address_of, running_recording

pytestmark = [
    pytest.mark.needs("chromium", "node"),
    pytest.mark.xdist_group("house"),
]

AXE = Path(__file__).parent.parent / "fhir_server/node_modules/axe-core/axe.min.js"
PHONE = {"width": 360, "height": 740}
# Django's own lists and forms, PDF, files.
NO_PAGES = ("admin:", "print-", "document-file", "document-download")
OURS_IN_THE_ADMIN = {"ehr_project.admin_pages.views.index", "admin-health"}
# Fetching every style sheet again serves two rules that are off here: most of the time of a run.
QUICK = {"resultTypes": ["violations"], "preload": False}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# What a narrow window may hide or squeeze; the rest is as on the laptop.
NARROW = {
    "runOnly": [
        *("scrollable-region-focusable", "label", "select-name"),
        *("link-name", "button-name", "heading-order", "empty-table-header", "target-size"),
    ]
}
# What a nurse sees otherwise than a doctor; the other pages are the doctor's.
NURSE = {
    *("home", "patient-chart", "ward", "ward-due", "appointments", "medications", "vitals"),
    *("medications-due", "medication", "medication-give", "notes", "orders", "order", "drafts"),
}
STATES = {"light": ("light", LAPTOP, {}), "dark": ("dark", LAPTOP, COLOURS)}
ALL_STATES = STATES | {"phone": ("light", PHONE, NARROW)}


def violations(page, options=None):
    """What axe found, as rule and the first offending element."""
    if page.evaluate("typeof axe") == "undefined":
        page.add_init_script(path=AXE)  # on every page from the next on
        page.evaluate(AXE.read_text() + "; 0")
    found = page.evaluate("options => axe.run(options)", QUICK | (options or {}))["violations"]
    return [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found]


def names_of_links(page):
    """Name of the address → where it leads, of the first link to it on the page."""
    named = {}
    if page.url.endswith("/style/"):
        return named  # its patients are samples
    found = page.locator("a[href]").evaluate_all("links => links.map(a => a.href)")
    for href in dict.fromkeys(urldefrag(each).url for each in found):
        same_house = urlsplit(href)[:2] == urlsplit(page.url)[:2]
        name = name_of(urlsplit(href).path) if same_house else None
        if name and not name.startswith(NO_PAGES):
            named.setdefault(name, href)
    return named


@functools.cache
def name_of(path):
    """The name of an address; None where nothing is there."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def walk(page, states, only=None):
    """Follow one link of each address; what axe found by address and state, and the addresses."""
    waiting, seen, found = {"start": page.url}, set(), {}
    while waiting:
        name, address = waiting.popitem()
        page.goto(address, wait_until="domcontentloaded")
        for state, wrong in looked_at(page, states):
            found[f"{name}, {state}"] = wrong
        seen.add(name)
        for other, place in names_of_links(page).items():
            if other not in seen and (only is None or other in only):
                waiting.setdefault(other, place)
    return found, seen


def looked_at(page, states):
    """What axe finds on the page as it is, in each state."""
    for state, (scheme, size, options) in states.items():
        page.emulate_media(color_scheme=scheme)
        if page.viewport_size != size:
            page.set_viewport_size(size)
        # A colour half way between light and dark is nobody's choice.
        page.evaluate("document.getAnimations().forEach(each => each.finish())")
        if wrong := violations(page, options):
            yield state, wrong
    page.set_viewport_size(LAPTOP)


def test_axe_finds_nothing_on_a_doctors_pages(desk):
    page = desk.at("doctor")
    running_recording(page)
    page.goto(urljoin(page.url, address_of(page, WEARER)))
    found, seen = walk(page, ALL_STATES)
    assert found == {}
    assert {"home", "inbox", "tasks", "drafts", "ward", "recording", "note", "medication"} <= seen
    assert desk.complaints == []


@pytest.mark.parametrize(
    ("who", "only", "among_them"),
    [
        ("nurse", NURSE, {"ward-due"}),
        ("registrar", None, {"patient-new"}),
        ("administrator", None, OURS_IN_THE_ADMIN),
        ("privacy", None, {"access-reviews"}),
    ],
)
def test_axe_finds_nothing_on_the_pages_of_others(desk, who, only, among_them):
    found, seen = walk(desk.at(who), STATES, only)
    assert found == {}
    assert seen >= among_them
    assert desk.complaints == []


def test_no_page_of_an_administrator_is_wider_than_a_phone(desk):
    page = desk.at("administrator")
    page.set_viewport_size(PHONE)
    beyond = {}
    for address in ("/admin/", "/admin/health/", "/admin/usage/", "/account/"):
        page.goto(urljoin(page.url, address))
        beyond[address] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert set(beyond.values()) == {0}, beyond


@pytest.mark.parametrize("address", ["/style/", "/no-such-page/"])
def test_axe_finds_nothing_off_the_way(desk, address):
    page = desk.at("doctor")
    page.goto(urljoin(page.url, address))
    assert list(looked_at(page, ALL_STATES)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_way_in(desk, scheme):
    page = desk.window(color_scheme=scheme)
    page.goto(f"{desk.house.base_url}/sign-in/")
    assert violations(page) == []
    send(page.get_by_role("button", name="Sign in"))
    assert violations(page) == []
