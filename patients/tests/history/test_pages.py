"""Every page of the history opens, empty or not, and says which it is."""

import pytest

PAGES = ["problems", "allergies", "immunizations", "history"]
NEW = [
    "problems/new",
    "allergies/new",
    "allergies/none-known",
    "immunizations/new",
    "history/procedures/new",
    "history/family/new",
    "history/social/new",
]


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_says_that_nothing_is_recorded(chart, rosa, page):
    text = chart.get(f"/patients/{rosa.id}/{page}/").content.decode()
    assert "none recorded" in text or "not recorded" in text


@pytest.mark.parametrize("page", [*PAGES, *NEW])
def test_a_page_opens(chart, rosa, page):
    assert chart.get(f"/patients/{rosa.id}/{page}/").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, *NEW])
def test_another_facilitys_doctor_finds_no_page(client, dr_baum, rosa, page):
    client.force_login(dr_baum)
    assert client.get(f"/patients/{rosa.id}/{page}/").status_code == 404


@pytest.mark.parametrize("page", [*PAGES, *NEW])
def test_a_registrar_is_refused(client, registrar, rosa, page):
    client.force_login(registrar)
    assert client.get(f"/patients/{rosa.id}/{page}/").status_code == 403


@pytest.mark.parametrize("page", NEW)
def test_every_form_names_the_patient(chart, rosa, page):
    text = chart.get(f"/patients/{rosa.id}/{page}/").content.decode()
    assert f'name="patient" value="{rosa.id}"' in text


def test_markers_in_an_address_are_ignored(chart, rosa):
    assert chart.get(f"/patients/{rosa.id}/problems/?after=x&show=<b>").status_code == 200
