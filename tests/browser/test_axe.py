"""axe-core finds nothing to complain of on any page, light or dark, on a laptop or a phone."""

from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.needs("chromium", "node"),
    pytest.mark.xdist_group("house"),
]

AXE = Path(__file__).parent.parent / "fhir_server/node_modules/axe-core/axe.min.js"
CHART = "chart of the first patient on the list"
PAGES = {
    "doctor": (
        *("/", CHART, f"{CHART}devices/attach/", "/unassigned/", "/uploads/", "/account/"),
        *("/style/", "/password/change/", "/no-such-page/"),
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
    first = page.locator("#worklist th a").first
    chart = first.get_attribute("href") if first.count() else ""
    found = {}
    for address in PAGES[who]:
        page.goto(desk.house.base_url + address.replace(CHART, chart))
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
