"""What stands on a page is whole and in line, on a ward laptop and on a phone."""

import re

import pytest

from tests.browser.conftest import LAPTOP

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]

PHONE = {"width": 360, "height": 740}
HINT_WIDTHS = """input => {
    const style = getComputedStyle(input), pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return [pen.measureText(input.placeholder).width, room];
}"""
# Where the words of each cell of a row begin, and how wide its red bar is.
STARTS = """rows => rows.map(row => [...row.cells].map(cell => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return Math.round(words.getBoundingClientRect().left - row.getBoundingClientRect().left);
}))"""
RIGHT_EDGES = "cells => cells.map(cell => cell.getBoundingClientRect().right)"


@pytest.fixture
def on_the_phone(desk):
    yield desk.at("doctor", viewport=PHONE)
    assert desk.complaints == []


@pytest.mark.parametrize("who", ["doctor", "nurse"])
def test_the_hint_of_the_search_is_not_cut(desk, who):
    needed, room = desk.at(who, viewport=LAPTOP).locator("#query").evaluate(HINT_WIDTHS)
    assert needed <= room


def test_on_a_phone_the_cells_of_a_bed_stand_in_line(on_the_phone):
    on_the_phone.get_by_role("link", name="Ward").first.click()
    on_the_phone.wait_for_url("**/ward/")
    starts = on_the_phone.locator(".grid-rows tbody tr").evaluate_all(STARTS)
    assert starts
    assert all(row[0] == min(row) for row in starts)
    assert len({row[0] for row in starts}) == 1


def test_on_a_phone_the_bar_of_a_critical_row_stands_beside_its_words(on_the_phone):
    row = on_the_phone.locator(".row-critical").first
    assert "inset" in row.evaluate("row => getComputedStyle(row).boxShadow")
    assert row.evaluate("row => getComputedStyle(row.cells[0]).boxShadow") == "none"
    assert min(row.evaluate_all(STARTS)[0]) > 4


def test_on_a_phone_the_banner_leaves_the_page_its_room(desk):
    page = desk.at("doctor", viewport={"width": 360, "height": 640})
    page.get_by_role("link", name="LINDQVIST, Rosa").first.click()
    page.wait_for_url("**/patients/*/")
    banner = page.get_by_role("region", name="Patient: LINDQVIST, Rosa Margareta")
    assert banner.bounding_box()["height"] <= 640 * 0.2
    words = banner.inner_text()
    assert re.search(r"17-Apr-\d{4} \(58", words)
    for each in (
        "LINDQVIST, Rosa",
        "Female",
        "AB-104482",
        "Penicillin",
        "plaster",
    ):
        assert each in words
    assert not banner.get_by_role("link", name="Prescribe").is_visible()
    banner.locator("summary").click()
    assert banner.get_by_role("link", name="Prescribe").is_visible()
    assert "Resuscitation" in banner.inner_text()


def test_on_a_phone_no_value_of_the_summary_is_cut(on_the_phone):
    on_the_phone.get_by_role("link", name="VASSILIOU, Eleni").first.click()
    on_the_phone.wait_for_url("**/patients/*/")
    tables = on_the_phone.locator("main .scroll")
    assert tables.count()
    assert tables.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth)") == []


def test_the_trend_beside_the_vital_signs_is_whole(desk):
    page = desk.at("nurse", viewport=LAPTOP)
    page.get_by_role("link", name="VASSILIOU, Eleni").first.click()
    page.get_by_role("link", name="Vitals", exact=True).last.click()
    page.wait_for_url("**/vitals/")
    edges = page.locator(".rounds tbody td:last-child").evaluate_all(RIGHT_EDGES)
    assert edges
    assert max(edges) <= LAPTOP["width"]
