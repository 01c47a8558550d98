"""A day in the clinic, one task a test: from the front desk to the signed note."""

import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.newcomers import fill_in, receive, register, send, unheard_of, visit

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("house"),
]


@pytest.fixture
def doctor(desk):
    yield desk.at("doctor")
    assert desk.complaints == []


def test_the_front_desk_registers_a_patient_and_is_warned_of_a_double(desk):
    registrar = desk.at("registrar")
    family = unheard_of()
    register(registrar, "Ada", family, "03-Apr-1951")
    expect(registrar.get_by_text(f"{family.upper()}, Ada").first).to_be_visible()
    fill_in(registrar, family, "Ada", "03-Apr-1951")
    send(registrar.get_by_role("button", name="Register"))
    alike = registrar.get_by_role("table", name=re.compile("Known here"))
    expect(alike.get_by_role("link", name=f"{family.upper()}, Ada")).to_be_visible()
    registrar.get_by_label("I have looked: this is another person").check()
    send(registrar.get_by_role("button", name="Register"))
    expect(registrar).to_have_url(re.compile(r"/patients/[0-9a-f-]{36}/"))


def test_parts_of_the_name_find_the_patient_in_any_order(doctor):
    newcomer = receive(doctor, "Wilhelmina")
    search = doctor.get_by_role("searchbox", name="Find a patient")
    search.fill(f"helmi {newcomer.family[2:8].upper()}")
    found = doctor.get_by_role("table", name=re.compile("1 patient found"))
    found.get_by_role("link", name=newcomer.banner, exact=True).click()
    expect(doctor.get_by_role("region", name=f"Patient: {newcomer.banner}")).to_be_visible()


def record(page, newcomer, signs):
    visit(page, newcomer, "vitals/")
    for label, value in signs.items():
        page.get_by_label(label, exact=True).fill(value)
    send(page.get_by_role("button", name=f"Record for {newcomer.banner}"))


def test_a_weight_that_moved_by_a_tenth_asks_before_it_is_recorded(doctor):
    newcomer = receive(doctor)
    record(
        doctor, newcomer, {"Systolic pressure": "128", "Diastolic pressure": "82", "Weight": "80"}
    )
    expect(doctor.get_by_role("main")).to_contain_text("128/82")
    record(doctor, newcomer, {"Weight": "60"})
    expect(doctor.get_by_text("Unusual", exact=True)).to_be_visible()
    doctor.get_by_label("I have checked, it is right").check()
    send(doctor.get_by_role("button", name=f"Record for {newcomer.banner}"))
    expect(doctor.get_by_text("Unusual", exact=True)).to_have_count(0)
    visit(doctor, newcomer)
    expect(doctor.locator("#vitals")).to_contain_text(re.compile(r"60\s*kg"))


def pick(page, label, typed, name):
    """Type into a picker of codes and take what it offers."""
    page.get_by_role("combobox", name=label).press_sequentially(typed)
    page.get_by_role("option", name=name).first.click()


def test_once_a_code_is_picked_nothing_is_looked_up_for_what_was_typed(doctor):
    newcomer = receive(doctor)
    doctor.clock.install()
    visit(doctor, newcomer, "allergies/new/")
    substance = doctor.get_by_role("combobox", name="Substance")
    substance.fill("penicil")
    choice = doctor.get_by_role("option", name=re.compile("penicillin", re.IGNORECASE)).first
    expect(choice).to_be_visible()
    doctor.clock.pause_at(timezone.now() + timedelta(minutes=1))
    asked = []
    doctor.on("request", lambda request: asked.append(urlsplit(request.url).path))
    substance.press("l")
    choice.click()
    doctor.clock.run_for(1000)
    assert "/terminology/find/" not in asked


def test_a_diagnosis_is_picked_with_its_code(doctor):
    newcomer = receive(doctor)
    visit(doctor, newcomer, "problems/new/")
    pick(doctor, "Problem or diagnosis", "essential hypert", re.compile("Essential .*hypertension"))
    expect(doctor.locator("[data-picker-state]").first).to_contain_text("I10")
    doctor.get_by_label("Began").fill("Mar-2019")
    doctor.get_by_label("How sure").select_option("confirmed")
    send(doctor.get_by_role("button", name="Save"))
    visit(doctor, newcomer)
    expect(doctor.locator("#problems")).to_contain_text("Hypertension")


def allergic_to_penicillin(page, newcomer):
    visit(page, newcomer, "allergies/new/")
    pick(page, "Substance", "penicill", re.compile("Penicillin", re.IGNORECASE))
    page.get_by_label("How sure").select_option("confirmed")
    send(page.get_by_role("button", name="Save"))
    banner = page.get_by_role("region", name=f"Patient: {newcomer.banner}")
    expect(banner).to_contain_text("Known allergies")


def test_an_allergy_interrupts_the_prescription_until_a_reason_stands(doctor):
    newcomer = receive(doctor)
    allergic_to_penicillin(doctor, newcomer)
    visit(doctor, newcomer, "medications/new/")
    doctor.get_by_label("Medicine", exact=True).fill("amoxicillin")
    doctor.get_by_role("button", name="Find in the formulary").click()
    choices = doctor.locator("#medicine-choices")
    choices.get_by_role("button", name=re.compile("amoxicillin.*500", re.IGNORECASE)).first.click()
    expect(choices.get_by_role("button")).to_have_count(0)
    doctor.get_by_label("Dose", exact=True).fill("500 mg")
    doctor.get_by_label("Route").select_option(label="by mouth")
    doctor.get_by_label("How often").select_option(label="three times a day")
    doctor.get_by_label("For how many days").fill("7")
    send(doctor.get_by_role("button", name="Check, then sign"))
    sign = doctor.get_by_role("region", name="Read, then sign")
    expect(sign).to_contain_text("Stop and read")
    expect(sign).to_contain_text("contraindicated")
    send(sign.get_by_role("button", name=f"Sign for {newcomer.banner}"))
    expect(sign).to_contain_text("A reason is missing.")
    sign.get_by_role("combobox").first.select_option(index=1)
    send(sign.get_by_role("button", name=f"Sign for {newcomer.banner}"))
    visit(doctor, newcomer)
    expect(doctor.locator("#medications")).to_contain_text(re.compile("amoxicillin", re.IGNORECASE))


def test_a_laboratory_result_is_ordered_entered_and_acknowledged(doctor):
    newcomer = receive(doctor)
    visit(doctor, newcomer, "orders/new/")
    pick(doctor, "Laboratory test", "potassium", re.compile("Potassium"))
    doctor.get_by_label("Reason").fill("On a diuretic")
    send(doctor.get_by_role("button", name=f"Order for {newcomer.banner}"))
    visit(doctor, newcomer, "orders/")
    doctor.get_by_role("main").get_by_role("link", name=re.compile("Potassium")).first.click()
    doctor.get_by_role("link", name="Enter a value").click()
    doctor.get_by_label("Value").fill("6.9")
    doctor.get_by_label("Unit (UCUM)").fill("mmol/L")
    doctor.get_by_label("Status").select_option("final")
    send(doctor.get_by_role("button", name=f"Save for {newcomer.banner}"))
    visit(doctor, newcomer, "results/")
    expect(doctor.get_by_role("main")).to_contain_text("6.9")
    acknowledge(doctor, newcomer)


def acknowledge(page, newcomer):
    """The result that waits in the inbox is seen, and what was done is asked for next."""
    page.get_by_role("link", name="Inbox").first.click()
    line = page.get_by_role("listitem").filter(has_text=newcomer.banner)
    send(line.get_by_role("link", name=newcomer.banner).first)
    send(page.get_by_role("button", name="Seen"))
    expect(page.get_by_label("What was done")).to_be_visible()


def write(page, newcomer, words):
    """A signed note; the page shows it."""
    visit(page, newcomer, "notes/new/")
    send(page.get_by_role("button", name=re.compile("^SOAP|Progress|note", re.IGNORECASE)).first)
    page.get_by_role("textbox", name="Subjective").fill(words)
    send(page.get_by_role("button", name="Review and sign"))
    send(page.get_by_role("button", name=f"Sign for {newcomer.banner}"))
    expect(page.get_by_text("The text is the one that was signed")).to_be_visible()


def test_a_note_is_written_signed_and_added_to(doctor):
    newcomer = receive(doctor)
    write(doctor, newcomer, "Coughs since Monday. <b>No fever.</b>")
    expect(doctor.get_by_role("article")).to_contain_text("<b>No fever.</b>")
    send(doctor.get_by_role("button", name="Write an addendum"))
    doctor.get_by_role("textbox", name="Text").fill("Fever since noon after all.")
    send(doctor.get_by_role("button", name="Review and sign"))
    send(doctor.get_by_role("button", name=f"Sign for {newcomer.banner}"))
    visit(doctor, newcomer, "notes/")
    send(doctor.get_by_role("main").get_by_role("link", name="SOAP"))
    note, addendum = doctor.get_by_role("article").all()
    expect(note).to_contain_text("Coughs since Monday.")
    expect(addendum).to_contain_text("Fever since noon after all.")


def test_a_note_in_the_wrong_chart_moves_to_the_correct_patient(doctor):
    right = receive(doctor, "Bruna")
    wrong = receive(doctor, "Carla")
    write(doctor, wrong, "Twisted the left ankle.")
    doctor.get_by_role("link", name="Move to correct patient").click()
    doctor.get_by_role("main").get_by_role("searchbox").fill(right.family)
    send(doctor.get_by_role("button", name="Find"))
    send(doctor.get_by_role("button", name=f"Compare {right.banner}"))
    doctor.get_by_label("Reason").fill("Two tabs were open")
    doctor.get_by_label("I have checked both names").check()
    send(doctor.get_by_role("button", name=f"Move to {right.banner}"))
    visit(doctor, wrong, "notes/")
    expect(doctor.get_by_role("main")).to_contain_text("entered in error")
    visit(doctor, right, "notes/")
    expect(doctor.get_by_role("main")).to_contain_text("Twisted the left ankle.")


def test_a_plan_is_made_and_its_follow_up_completed(doctor):
    newcomer = receive(doctor)
    visit(doctor, newcomer, "plans/")
    doctor.get_by_role("link", name="Care plan").click()
    doctor.get_by_label("Title").fill("Blood pressure under control")
    doctor.get_by_label("What to do").fill("Walk every day")
    send(doctor.get_by_role("main").get_by_role("button").last)
    expect(doctor.locator("#care-plans")).to_contain_text("Blood pressure under control")
    doctor.get_by_role("link", name="Follow-up", exact=True).click()
    doctor.get_by_label("What to do").fill("Repeat the potassium")
    send(doctor.get_by_role("main").get_by_role("button").last)
    expect(doctor.locator("#follow-ups")).to_contain_text("Repeat the potassium")
    doctor.get_by_role("link", name="Complete Repeat the potassium").click()
    doctor.get_by_label("What came of it").fill("4.1 mmol/L")
    send(doctor.get_by_role("main").get_by_role("button").last)
    doctor.locator("#follow-ups summary").click()
    expect(doctor.locator("#follow-ups")).to_contain_text("Repeat the potassium")


def test_the_summary_prescription_and_note_print_as_pdf(doctor):
    newcomer = receive(doctor)
    write(doctor, newcomer, "Coughs since Monday.")
    note = (
        doctor.get_by_role("main")
        .get_by_role("link", name="Print", exact=True)
        .get_attribute("href")
    )
    places = (f"{newcomer.chart}print/summary/", f"{newcomer.chart}print/prescriptions/", note)
    for place in places:
        answer = doctor.request.get(urljoin(doctor.url, place))
        assert answer.headers["content-type"] == "application/pdf", place
        assert answer.body().startswith(b"%PDF-")
