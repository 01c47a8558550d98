"""Who these tests are about, made through the house's own acts, and what it reads back.

Runs beside a running house, through `make`.
"""

import hashlib
import json
import secrets
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.house import Premises

FACILITY = "Proving ground"
WORN_SINCE = timedelta(days=2)


def make(house: "Premises", *requests: tuple[str, dict[str, Any]]) -> list[Any]:
    """Have the house's acts make things, in one process of its own.

    Args:
        house: Where.
        requests: Name of a function here, and its arguments.
    """
    made: list[Any] = house.ask(__name__, *map(json.dumps, requests))
    return made


def wearer(*, given: str, devices: int = 1, send_to: str = "") -> dict[str, Any]:
    """A new patient at the proving ground, wearing new devices since the day before yesterday.

    Args:
        given: What the given name begins with.
        devices: How many.
        send_to: Address of another system that gets all of the patient's records.
    """
    from accounts.principals import principal_of
    from tests.cast import person as at_clinic
    from tests.cast import visit
    from vitals.acts.registering import register_device
    from vitals.acts.wearing import attach

    place, administrator, doctor = ground()
    given += secrets.token_hex(3)  # also an id: no two are called the same
    patient = at_clinic(given, "Proof", secrets.token_hex(4), place)
    visit(patient, place, started=WORN_SINCE)
    made = []
    for _ in range(devices):
        serial = f"PROOF-{secrets.token_hex(4)}"
        device, key = register_device(
            by=principal_of(administrator), serial=serial, facility=place, kind="patch"
        )
        start = device.created_at - WORN_SINCE
        attach(by=principal_of(doctor), patient=patient, serial=serial, start=start)
        made.append({"id": str(device.pk), "serial": serial, "key": key})
    person = {"patient": str(patient.pk), "family": "Proof", "given": given, "devices": made}
    if send_to:
        person["target"] = target(url=send_to, patients=[person["patient"]], waveforms=True)["id"]
    return person


def doctor() -> dict[str, Any]:
    """The doctor's user name and a new password."""
    _, _, user = ground()
    password = secrets.token_urlsafe(16)
    user.set_password(password)
    user.save()
    return {"username": user.username, "password": password}


def target(
    *,
    url: str,
    patients: Sequence[str],
    waveforms: bool = False,
    entry_limit: int = 100,
    id_style: str = "put",
) -> dict[str, Any]:
    """A confirmed sync target for ``patients``."""
    from accounts.principals import principal_of
    from vitals.models import SyncTarget
    from vitals.sync.acts import Choice, choose, confirm, disclosure
    from vitals.sync.ranks import USUAL

    _, administrator, _ = ground()
    by = principal_of(administrator)
    made = SyncTarget.objects.create(
        name=f"Proof {secrets.token_hex(3)}",
        base_url=url,
        entry_limit=entry_limit,
        id_style=id_style,
        summary_minutes=0,
    )
    cohort = SyncTarget.Cohort.PATIENTS
    choice = Choice(cohort, USUAL, patient_ids=patients, include_waveforms=waveforms)
    choose(by=by, target=made, choice=choice)
    confirm(by=by, target=made, read=disclosure(made))
    return {"id": str(made.pk)}


def digest(*, recording: str) -> dict[str, Any]:
    """SHA-256 of all samples of a recording as the house itself reads them back."""
    from vitals.models import Recording
    from vitals.storage.reading import end_sample, samples

    found = Recording.objects.get(pk=recording)
    block = samples(found, 0, end_sample(found))
    return {"sha256": hashlib.sha256(block.astype("<i2").tobytes()).hexdigest()}


def weighed(*, patient: str, values: Sequence[str]) -> dict[str, Any]:
    """Weights of a patient as a doctor entered them."""
    from decimal import Decimal

    from django.utils import timezone

    from fhir import changes
    from fhir.principal import SYSTEM
    from patients.models import Observation

    for value in values:
        found = Observation(
            patient_id=patient,
            status="final",
            code_system="http://loinc.org",
            code_code="29463-7",
            code_text="Body weight",
            effective_start=timezone.now(),
            value=Decimal(value),
            value_unit="kg",
            value_ucum="kg",
        )
        changes.create(found, by=SYSTEM)
    return {}


def token() -> dict[str, str]:
    """A token that may do everything over FHIR."""
    from io import StringIO

    from django.core.management import call_command

    said = StringIO()
    call_command("fhir_token", client="proof", scope="system/*.cruds", stdout=said)
    return {"token": said.getvalue().strip()}


def session() -> dict[str, str]:
    """The cookie of a session of the doctor."""
    from django.conf import settings
    from django.test import Client

    _, _, user = ground()
    browser = Client()
    browser.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"cookie": f"{name}={browser.cookies[name].value}"}


def ground() -> Any:
    """The facility, its administrator and its doctor; the same ones each time."""
    from accounts.models import Organization, User
    from accounts.roles import Role
    from tests.cast import facility, staff

    place = Organization.objects.filter(name=FACILITY).first()
    if place is None:
        place = facility(FACILITY)
        staff("proof-admin", Role.ADMINISTRATOR, place)
        staff("proof-doctor", Role.DOCTOR, place, full_name="Dr Proof")
    names = ("proof-admin", "proof-doctor")
    return (place, *(User.objects.get(username=name) for name in names))


WHAT = {
    "wearer": wearer,
    "doctor": doctor,
    "target": target,
    "digest": digest,
    "weighed": weighed,
    "token": token,
    "session": session,
}


def main() -> None:
    from django.db import transaction

    made = []
    for request in sys.argv[1:]:
        what, wishes = json.loads(request)
        with transaction.atomic():
            made.append(WHAT[what](**wishes))
    sys.stdout.write(json.dumps(made))


if __name__ == "__main__":
    import django

    django.setup()
    main()
