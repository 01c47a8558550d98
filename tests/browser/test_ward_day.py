"""A day on the ward, one task a test: into a bed, doses, home again."""

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from tests.browser.newcomers import admit, register, send, visit

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]


@pytest.fixture
def doctor(desk):
    yield desk.at("doctor")
    assert desk.complaints == []


def go_home(page, newcomer):
    """Discharged; the bed is free again for the next test."""
    visit(page, newcomer, "visits/")
    page.get_by_role("link", name="Discharge", exact=True).click()
    page.get_by_label("Where to").select_option("home")
    send(page.get_by_role("button", name=newcomer.banner))


@pytest.fixture
def inpatient(doctor):
    newcomer = register(doctor)
    admit(doctor, newcomer)
    yield newcomer
    visit(doctor, newcomer, "visits/")
    if doctor.get_by_role("link", name="Discharge", exact=True).count():
        go_home(doctor, newcomer)


def on_the_ward(page, newcomer):
    """The rows of the ward that name the patient."""
    send(page.get_by_role("link", name="Ward").first)
    expect(page.get_by_role("heading", name="Ward", exact=True)).to_be_visible()
    return page.get_by_role("row").filter(has_text=newcomer.banner)


def test_a_patient_is_admitted_to_a_bed(doctor, inpatient):
    expect(on_the_ward(doctor, inpatient)).to_contain_text("Pneumonia")
    send(on_the_ward(doctor, inpatient).get_by_role("link", name=inpatient.banner, exact=True))
    expect(doctor.get_by_role("region", name=f"Patient: {inpatient.banner}")).to_contain_text("Bed")


def test_a_patient_is_discharged_with_a_letter_and_the_bed_is_free(doctor, inpatient):
    go_home(doctor, inpatient)
    expect(on_the_ward(doctor, inpatient)).to_have_count(0)
    visit(doctor, inpatient, "visits/")
    expect(doctor.locator("#visits")).to_contain_text("Discharged to: Home")
    letter = doctor.get_by_role("link", name="Discharge letter").get_attribute("href")
    answer = doctor.request.get(urljoin(doctor.url, letter))
    assert answer.headers["content-type"] == "application/pdf"


def prescribe(page, newcomer):
    """Paracetamol on the ward, signed."""
    visit(page, newcomer, "medications/new/")
    page.get_by_label("Medicine", exact=True).fill("paracetamol")
    page.get_by_role("button", name="Find in the formulary").click()
    choices = page.locator("#medicine-choices")
    choices.get_by_role("button", name=re.compile("500 mg")).first.click()
    expect(choices.get_by_role("button")).to_have_count(0)
    page.get_by_label("Dose", exact=True).fill("1000 mg")
    page.get_by_label("How often").select_option(label="four times a day")
    send(page.get_by_role("button", name="Check, then sign"))
    send(page.get_by_role("button", name=f"Sign for {newcomer.banner}"))


def test_the_nurse_gives_a_dose_that_the_doctor_ordered(desk, doctor, inpatient):
    prescribe(doctor, inpatient)
    nurse = desk.at("nurse")
    visit(nurse, inpatient, "medications/due/")
    send(nurse.get_by_role("link", name=re.compile("Give a dose")).first)
    nurse.get_by_role("radio", name="Given").check()
    send(nurse.get_by_role("button", name=f"Record for {inpatient.banner}"))
    visit(nurse, inpatient, "medications/due/")
    expect(nurse.get_by_role("main")).to_contain_text("last dose")
