"""axe-core finds nothing to complain of on any page, light or dark, on a laptop or a phone."""

from pathlib import Path

import pytest

from tests.browser.test_trace import running_recording

pytestmark = [
    pytest.mark.needs("chromium", "node"),
    pytest.mark.xdist_group("house"),
]

AXE = Path(__file__).parent.parent / "fhir_server/node_modules/axe-core/axe.min.js"
CHART, TRACE = "chart of the first patient on the list", "the running recording"
PAGES = {
    "doctor": (
        *("/", CHART, f"{CHART}devices/attach/", TRACE, "/unassigned/", "/uploads/", "/account/"),
        *("/style/", "/account/password/", "/no-such-page/"),
    ),
    "administrator": ("/", "/sync/"),
    "registrar": ("/",),
}


def violations(page):
    """What axe found, as rule and the first offending element."""
    page.evaluate(AXE.read_text() + "; 0")
    found = page.evaluate("axe.run()")["violations"]
    return [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found]


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1366), ("dark", 1366), ("light", 360)], ids=str
)
def test_axe_finds_nothing(desk, who, scheme, width):
    page = desk.sign_in(who, color_scheme=scheme, viewport={"width": width, "height": 700})
    named = {CHART: "", TRACE: ""}
    if TRACE in PAGES[who]:
        named[TRACE] = running_recording(page).get_attribute("href")
        named[CHART] = page.locator("#worklist th a").first.get_attribute("href")
    found = {}
    for address in PAGES[who]:
        path = address.replace(CHART, named[CHART]).replace(TRACE, named[TRACE])
        page.goto(desk.house.base_url + path)
        if wrong := violations(page):
            found[address] = wrong
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_way_in(desk, scheme):
    page = desk.window(color_scheme=scheme)
    page.goto(f"{desk.house.base_url}/sign-in/")
    assert violations(page) == []
    page.get_by_role("button", name="Sign in").click()
    assert violations(page) == []
