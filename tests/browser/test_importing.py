"""Importing a recording in the browser: with script, without, and when the file names another."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from vitals.tests.files import made

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]

WEARER = "LINDQVIST, Rosa"
RECORDING = re.compile(r"/recordings/[0-9a-f-]{36}/$")


def upload(name, data):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def open_import(page, name=WEARER):
    page.locator("#worklist").get_by_role("link", name=name).first.click()
    with page.expect_navigation():
        page.get_by_role("link", name="Import a recording").click()
    expect(page.get_by_role("heading", name="Import a recording")).to_be_visible()


def choose(page, *files):
    page.get_by_label("Files", exact=True).set_input_files([upload(*each) for each in files])
    page.get_by_label("Pacemaker").select_option("no")


def send(page):
    page.get_by_role("button", name=re.compile("Import for")).click()


def test_a_file_comes_in_and_its_trace_is_shown(desk):
    page = desk.at("doctor")
    open_import(page)
    choose(page, ("holter.edf", made.edf(began=datetime(2025, 3, 1, 10))))  # noqa: DTZ001
    send(page)
    page.wait_for_url(RECORDING)
    expect(page.locator("#imported")).to_contain_text("Original file 1 .edf")
    assert desk.complaints == []


def test_a_refusal_leaves_the_chosen_files_where_they_are(desk):
    page = desk.at("doctor")
    open_import(page)
    choose(page, *made.wfdb().items())
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("State the start")
    assert page.get_by_label("Files", exact=True).evaluate("input => input.files.length") == 2
    page.get_by_label("Began at").fill("2025-03-01T10:00:00")
    send(page)
    page.wait_for_url(RECORDING)
    expect(page.locator("#imported")).to_contain_text("Original file")
    assert desk.complaints == []


def test_another_identity_is_shown_and_confirmed(desk):
    page = desk.at("doctor")
    open_import(page)
    data = made.edf(("ECG V2",), patient=made.lindqvist(name="Olsen_Ida", code="X"))
    choose(page, ("other.edf", data))
    send(page)
    expect(page.locator("#import-refused")).to_contain_text("Olsen Ida")
    page.get_by_label("I compared both").check()
    send(page)
    page.wait_for_url(RECORDING)
    expect(page.locator("#imported")).to_contain_text("a person confirmed")


def test_files_can_be_dropped(desk):
    page = desk.at("doctor")
    open_import(page)
    page.evaluate(
        """() => {
          const dropped = new DataTransfer();
          dropped.items.add(new File(["x"], "dropped.edf"));
          const place = document.querySelector("[data-drop]");
          place.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, cancelable: true}));
        }"""
    )
    expect(page.locator("[data-drop-words]")).to_contain_text("dropped.edf")
    chosen = page.get_by_label("Files", exact=True)
    assert chosen.evaluate("input => input.files[0].name") == "dropped.edf"


def test_it_works_without_script(desk):
    page = desk.at("doctor", java_script_enabled=False)
    open_import(page)
    choose(page, ("plain.edf", made.edf(("ECG V3",))))
    send(page)
    page.wait_for_url(RECORDING)
    expect(page.locator("#imported")).to_contain_text("EDF")
