"""One true story through the whole house: a wearable's ECG, a cuff, a nurse, another hospital."""

import json
import re
import urllib.request
from urllib.parse import urljoin

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ehr_project.database.processes import until
from tests.browser.newcomers import send
from tests.fhir_server import fixture as other_hospital
from tests.stand_in.ports import free_port

pytestmark = [
    pytest.mark.needs("chromium", "node"),
    pytest.mark.xdist_group("house"),
]

# Fibrillation is only ever possible; "normal" are beats, never a tracing.
UNEARNED = re.compile(
    r"\b(AFib|flutter|sinus|normal (?!beat)\w+|(?<!possible )AF|"
    r"(?<!possible atrial )fibrillation(?! is possible))\b",
    re.IGNORECASE,
)
ARRIVES_WITHIN_S = 600
DRAWN_WITHIN_S = 300


def open_chart(page, part_of_name, full_name):
    page.goto(urljoin(page.url, "/"))
    page.locator("#query").fill(part_of_name)
    page.locator("#search-results").get_by_role("link", name=full_name).first.click()
    page.wait_for_url("**/patients/*/")


def post(house, path, key, body):
    request = urllib.request.Request(
        f"{house.base_url}{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def cuff(systolic, diastolic, name):
    return {
        "client_id": name,
        "kind": "blood-pressure",
        "device_time": timezone.now().isoformat(),
        "values": {"systolic": systolic, "diastolic": diastolic},
        "unit": "mm[Hg]",
    }


def the_doctor_reads_the_ecg(desk):
    doctor = desk.sign_in("doctor")
    open_chart(doctor, "ndqvi", "LINDQVIST, Rosa")
    banner = doctor.get_by_role("region", name="Patient: LINDQVIST, Rosa")
    expect(banner).to_contain_text("Known allergies")
    expect(banner).to_contain_text("Penicillin")
    for section, words in {
        "#problems": "Frequent ventricular ectopy",
        "#medications": "Metoprolol",
        "#vitals": "Blood pressure",
    }.items():
        expect(doctor.locator(section)).to_contain_text(words)
    card = doctor.locator("#ecg")
    assert until(lambda: doctor.reload() and "last sample" in card.inner_text(), ARRIVES_WITHIN_S)
    for words in (
        "last sample",
        "preliminary, unreviewed computer reading",
        "Nobody is notified. Not a monitor.",
        "Rate range",
        "Pauses",
        "Analysable",
        "Signal quality",
    ):
        expect(card).to_contain_text(words)
    expect(card).to_contain_text(re.compile(r"\d+–\d+\s*/min"), timeout=900_000)
    assert not UNEARNED.findall(doctor.locator("main").inner_text())
    card.get_by_role("link", name=re.compile("trace", re.IGNORECASE)).click()
    doctor.wait_for_url("**/recordings/*/")
    return doctor


def ink(page):
    """How many different colours the trace's canvas shows."""
    return page.evaluate(
        """() => {
            const trace = [...document.querySelectorAll('canvas')]
                .sort((a, b) => b.width * b.height - a.width * a.height)[0];
            const {width, height} = trace;
            const copy = new OffscreenCanvas(width, height)
                .getContext('2d', {willReadFrequently: true});
            copy.drawImage(trace, 0, 0);
            const {data} = copy.getImageData(0, 0, width, height);
            const seen = new Set();
            for (let i = 0; i < data.length; i += 4)
                seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
            return seen.size;
        }"""
    )


def samples(page):
    return page.evaluate(
        "async () => (await (await fetch(location.pathname + 'state')).json()).n_samples"
    )


def the_trace_is_drawn_and_grows(doctor):
    expect(doctor.locator("canvas:visible").first).to_be_visible()
    assert until(lambda: ink(doctor) > 3, DRAWN_WITHIN_S)
    expect(doctor.get_by_text("25 mm/s, 10 mm/mV").first).to_be_visible()
    before = samples(doctor)
    assert until(lambda: samples(doctor) > before, DRAWN_WITHIN_S)
    span = doctor.locator("[data-span]")
    shown = span.inner_text()
    doctor.get_by_role("button", name="More time").click()
    expect(span).not_to_have_text(shown)
    doctor.get_by_role("button", name="Less time").click()
    expect(span).to_have_text(shown)
    doctor.get_by_role("button", name="One page back").click()
    doctor.locator("[data-trend]").scroll_into_view_if_needed()
    expect(doctor.locator(".js-plotly-plot").first).to_be_visible(timeout=900_000)
    assert not UNEARNED.findall(doctor.locator("main").inner_text())


def the_administrator_prepares(desk, fhir_url):
    """Returns the key of a new cuff and the administrator's page."""
    admin = desk.sign_in("administrator")
    base = desk.house.base_url
    admin.goto(f"{base}/admin/accounts/user/add/")
    admin.get_by_label("Username:").fill("locum")
    admin.get_by_label("Full name:").fill("Dr Lea Locum")
    for label in ("Password:", "Password confirmation:"):
        admin.get_by_label(label).fill("correct-horse-battery")
    admin.locator("#id_memberships-0-facility").select_option(label="Alder Bay Hospital")
    admin.locator("#id_memberships-0-role").select_option("doctor")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".messagelist")).to_contain_text("added successfully")

    admin.goto(f"{base}/admin/vitals/device/add/")
    admin.get_by_label("Serial").fill("CUFF-77")
    admin.get_by_label("Model name").fill("Upper arm cuff")
    admin.locator("#id_facility").select_option(label="Alder Bay Hospital")
    send(admin.get_by_role("button", name="Save", exact=True))
    key = re.search(r"cw_[0-9a-f]{8}_[\w-]{43}", admin.content()).group(0)

    admin.goto(f"{base}/admin/vitals/synctarget/add/")
    admin.get_by_label("Name:", exact=True).fill("Other hospital")
    admin.get_by_label("Address of its FHIR endpoint").fill(fhir_url)
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".messagelist")).to_contain_text("Other hospital")
    return key, admin


def the_new_user_signs_in(desk):
    page = desk.knock("locum", "correct-horse-battery")
    page.get_by_label("Old password").fill("correct-horse-battery")
    for label in ("New password", "New password confirmation"):
        page.get_by_label(label, exact=True).fill("marmots over the gate")
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("link", name="Go to your patients").click()
    open_chart(page, "vassil", "VASSILIOU, Eleni")


def the_nurse_attaches_the_cuff(desk):
    nurse = desk.sign_in("nurse")
    open_chart(nurse, "vassil", "VASSILIOU, Eleni")
    nurse.get_by_role("link", name="Attach a device").click()
    nurse.get_by_label("Serial number").fill("CUFF-77")
    nurse.get_by_label("Pacemaker").select_option("no")
    nurse.get_by_label("I compared two identifiers").check()
    nurse.get_by_role("button", name=re.compile("Attach")).click()
    nurse.wait_for_url("**/patients/*/")
    expect(nurse.locator("#devices")).to_contain_text("CUFF-77")
    return nurse


def the_doctor_accepts_the_cuffs_reading(desk, key):
    """Returns the id of the accepted observation."""
    sent = post(desk.house, "/api/v1/readings/", key, cuff(151, 93, "story-1"))
    doctor = desk.sign_in("doctor")
    open_chart(doctor, "vassil", "VASSILIOU, Eleni")
    vitals = doctor.locator("#vitals")
    expect(vitals).to_contain_text("device, unconfirmed")
    expect(vitals).to_contain_text("151/93")
    vitals.get_by_role("button", name=re.compile("Accept")).first.click()
    expect(doctor.locator("#vitals")).not_to_contain_text("device, unconfirmed")
    expect(doctor.locator("#vitals")).to_contain_text("151/93")
    return sent["id"]


def the_administrator_discloses(admin, base):
    admin.goto(f"{base}/sync/")
    admin.get_by_role("link", name="Other hospital").click()
    admin.get_by_label("Chosen patients").check()
    admin.get_by_label("Patient numbers").fill("AB-104482\nAB-100317")
    admin.get_by_label("ECG samples too").check()
    admin.get_by_label("Records too that came here by import").check()
    admin.get_by_role("button", name="Keep this choice").click()
    expect(admin.get_by_text("This will disclose 2 patients to 127.0.0.1")).to_be_visible()
    admin.get_by_label("I have read this").check()
    admin.get_by_role("button", name=re.compile("Disclose 2 patients")).click()
    expect(admin.locator("#progress")).to_contain_text("for 2 patients")


def arrives(remote, path, test=lambda _: True):
    def there():
        try:
            return test(remote.get(path))
        except OSError:
            return False

    assert until(there, ARRIVES_WITHIN_S)
    return remote.get(path)


def the_other_hospital_has_it_once(remote, observation_id):
    arrives(remote, f"Observation/{observation_id}", lambda found: found["status"] == "final")
    assert len([p for p in remote.all("Patient") if p["name"][0]["family"] == "Vassiliou"]) == 1
    waveforms = [o for o in remote.all("Observation") if "131328" in json.dumps(o["code"])]
    assert waveforms
    assert len({o["id"] for o in waveforms}) == len(waveforms)
    assert remote.all("Device")


def a_reading_is_taken_back(desk, observation_id):
    doctor = desk.sign_in("doctor")
    doctor.goto(f"{desk.house.base_url}/observations/{observation_id}/")
    doctor.get_by_role("link", name="Enter in error").click()
    doctor.get_by_label("Why should it never").fill("Measured on the neighbour")
    doctor.get_by_role("button", name=re.compile("Strike")).click()
    doctor.wait_for_url("**/patients/*/vitals/")
    doctor.goto(doctor.url.removesuffix("vitals/"))
    expect(doctor.locator("#vitals")).not_to_contain_text("151/93")


def the_nurse_takes_the_cuff_off(desk, nurse, key):
    nurse.locator("#devices summary", has_text="Detach").click()
    nurse.get_by_label("Reason").fill("Going home")
    nurse.get_by_role("button", name="Detach device").click()
    expect(nurse.locator("#devices")).to_contain_text("Going home")
    post(desk.house, "/api/v1/readings/", key, cuff(120, 80, "story-2"))
    open_chart(nurse, "vassil", "VASSILIOU, Eleni")
    expect(nurse.locator("#vitals")).not_to_contain_text("120/80")
    nurse.goto(f"{desk.house.base_url}/unassigned/")
    expect(nurse.locator("main")).to_contain_text("CUFF-77")


def test_a_wearables_ecg_reaches_the_doctor_and_another_hospital(desk):
    port = free_port()
    doctor = the_doctor_reads_the_ecg(desk)
    the_trace_is_drawn_and_grows(doctor)
    key, admin = the_administrator_prepares(desk, f"http://127.0.0.1:{port}/fhir")
    the_new_user_signs_in(desk)
    nurse = the_nurse_attaches_the_cuff(desk)
    observation_id = the_doctor_accepts_the_cuffs_reading(desk, key)
    # The other hospital is down while the disclosure is confirmed; nothing is lost by that.
    the_administrator_discloses(admin, desk.house.base_url)
    with other_hospital.running(port=port) as remote:
        the_other_hospital_has_it_once(remote, observation_id)
        a_reading_is_taken_back(desk, observation_id)
        arrives(
            remote,
            f"Observation/{observation_id}",
            lambda found: found["status"] == "entered-in-error",
        )
    the_nurse_takes_the_cuff_off(desk, nurse, key)
    assert desk.complaints == []
