"""A day in the house with planted words: everything that somebody types, sends and mistypes."""

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import requests

from ehr_project.database.processes import until
from tests.access import forms
from tests.access.planted import SECRETS
from tests.access.planting import plant

if TYPE_CHECKING:
    from tests.house import House

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
ARRIVES_WITHIN_S = 600


class Person:
    """Somebody at a browser."""

    def __init__(self, house: "House") -> None:
        self.house = house
        self.browser = requests.Session()
        self.browser.trust_env = False

    def get(self, path: str, **more: Any) -> requests.Response:
        """Open a page."""
        return self.browser.get(self.house.base_url + path, timeout=600, **more)

    def post(self, path: str, fields: dict[str, str], files: Any = None) -> requests.Response:
        """Send fields to an address."""
        cookie = next((c.value for c in self.browser.cookies if "csrf" in c.name), "")
        said = {"csrfmiddlewaretoken": str(cookie)} | fields
        return self.browser.post(self.house.base_url + path, said, files=files, timeout=600)

    def fill(self, path: str, files: Any = None, **fields: str) -> requests.Response:
        """Open a page and send its form, with these fields in it; then it must be taken."""
        form = forms.forms_of(self.get(path).text, path)[0]
        answer = self.post(path, dict(forms.filled(form)) | fields, files)
        assert answer.status_code < 400, (path, answer.status_code, complaint(answer))
        return answer


def complaint(answer: requests.Response) -> str:
    """What a page says is wrong."""
    found = re.findall(r'(?s)class="[^"]*error[^"]*"[^>]*>(.*?)</', answer.text)
    return " | ".join(" ".join(re.sub("<[^>]*>", " ", each).split()) for each in found)[:500]


def spend(house: "House", folder: Path) -> dict[str, str]:
    """Everything that a day brings. Returns the secrets that the house itself gave out."""
    staff = plant(house, "staff", password=SECRETS["password"])
    person = Person(house)
    _come_in(person, staff["username"])
    patient = _register(person)
    _write(person, patient)
    _go_wrong(person, patient, house)
    given = staff["given"] | {"session": _session(person)}
    _send(house, patient, given, folder)
    _ask(house, given["token"])
    person.post("/lock/", {})
    person.post("/unlock/", {"unlock_password": SECRETS["wrong password"]})
    person.post("/unlock/", {"unlock_password": SECRETS["password"], "next": "/"})
    person.post("/sign-out/", {})
    return given


def _session(person: Person) -> str:
    return next(str(c.value) for c in person.browser.cookies if "session" in c.name)


def _come_in(person: Person, username: str) -> None:
    """Once with the password in the wrong field, once mistyped, once right."""
    person.get("/sign-in/")
    person.post("/sign-in/", {"username": SECRETS["password"], "password": "x"})
    person.post("/sign-in/", {"username": username, "password": SECRETS["wrong password"]})
    answer = person.post("/sign-in/", {"username": username, "password": SECRETS["password"]})
    assert answer.url.rstrip("/") == person.house.base_url, complaint(answer)


def _register(person: Person) -> str:
    names = ("family", "given", "number", "phone", "street")
    answer = person.fill("/patients/new/", **{name: SECRETS[name] for name in names})
    found = ID.search(answer.url)
    assert found, answer.url
    patient = found[0]
    person.fill(f"/patients/{patient}/visits/start/")
    person.post("/patients/search/", {"query": SECRETS["search"]})
    return patient


def _write(person: Person, patient: str) -> None:
    """A problem, vital signs, a note that saves itself, a paper; and all of it printed."""
    chart = f"/patients/{patient}/"
    person.fill(f"{chart}problems/new/", code=SECRETS["problem"])
    person.fill(f"{chart}vitals/", weight=SECRETS["vital"], checked="on")
    draft = person.post(
        f"{chart}notes/new/", {"patient": patient, "template": _first(person, chart)}
    )
    path = draft.url.removeprefix(person.house.base_url)
    person.fill(path, **{"text-0": SECRETS["note"]})
    person.fill(f"{path}sign/")
    person.post(f"{chart}timeline/", {"text": SECRETS["note"]})
    person.post(f"{chart}notes/", {"query": SECRETS["note"]})
    paper = {"file": (f"{SECRETS['file']}.pdf", b"%PDF-1.4 " + SECRETS["file text"].encode())}
    person.fill(f"{chart}documents/new/", paper)
    for page in ("", "timeline/", "notes/", "documents/", "print/summary/", "details/"):
        assert person.get(chart + page).status_code == 200, page


def _first(person: Person, chart: str) -> str:
    found = re.search(r'name="template" value="(\d+)"', person.get(f"{chart}notes/new/").text)
    assert found
    return found[1]


def _go_wrong(person: Person, patient: str, house: "House") -> None:
    """What is refused, misplaced or breaks, with words in it that must not be repeated."""
    name, note = SECRETS["family"], SECRETS["note"]
    person.get(f"/fhir/Patient?name={name}")
    person.get("/", params={"q": note})
    for place in (f"/patients/{name}/", f"/{note}/", f"/fhir/{name}"):
        assert person.get(place).status_code in (403, 404), place
    person.post(f"/patients/{patient}/problems/new/", {"patient": patient, "code": note * 40})
    person.post("/patients/new/", {"family": name, "birth": note})
    requests.post(f"{house.base_url}/fhir/Patient", data=f"{{{note}", timeout=600)
    with house.connect() as database, suppress(psycopg.Error):
        database.execute(f"SELECT '{note}'::integer")


def _chunks(house: "House") -> int:
    with house.connect() as database:
        row = database.execute("SELECT count(*) FROM vitals_chunkreceipt").fetchone()
    assert row
    return int(row[0])


def _send(house: "House", patient: str, given: dict[str, str], folder: Path) -> None:
    """A wearable that plays, a reading, a file; with a good key and a garbled one."""
    plant(house, "wearing", patient=patient)
    signal = folder / "signal.npy"
    np.save(signal, np.random.default_rng(1).integers(-900, 900, (1500, 1)).astype("<i2"))
    key = folder / "key"
    key.write_text(given["device key"])
    words = ["--server", house.base_url, "--key-file", str(key), "--spool", str(folder / "spool")]
    words += ["--channels", "I", "--sampling-rate-hz", "250", "--scale", "1", "--speed", "60"]
    with (folder / "wearable.log").open("wb") as log:
        command = [sys.executable, "-m", "clients.wearable", str(signal), *words]
        played = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=log, stderr=log)
        until(lambda: _chunks(house) > 0 or played.poll() is not None, ARRIVES_WITHIN_S)
        played.kill()
        played.wait()
    assert _chunks(house) > 0, (folder / "wearable.log").read_text()
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    reading = {"client_id": "r-1", "kind": "weight", "unit": "kg", "device_time": now}
    reading["values"] = {"value": float(SECRETS["reading"])}  # type: ignore[assignment]
    for key_said in (given["device key"], given["device key"][:-1] + "0", SECRETS["password"]):
        requests.post(
            f"{house.base_url}/api/v1/readings/",
            json=reading,
            headers={"Authorization": f"Bearer {key_said}"},
            timeout=600,
        )


def _ask(house: "House", token: str) -> None:
    """A program searches by name: in the address, as FHIR allows, and in a form."""
    name = SECRETS["family"]
    with requests.Session() as program:
        program.headers["Authorization"] = f"Bearer {token}"
        found = program.get(f"{house.base_url}/fhir/Patient?family={name}", timeout=600)
        assert found.json()["entry"], found.text
        program.post(f"{house.base_url}/fhir/Patient/_search", {"family": name}, timeout=600)
        program.get(f"{house.base_url}/fhir/Patient?access_token={token}", timeout=600)
        program.post(f"{house.base_url}/fhir/Observation", json={"note": name}, timeout=600)
    requests.get(
        f"{house.base_url}/fhir/Patient", headers={"Authorization": f"Bearer {name}"}, timeout=600
    )
