"""``manage.py load_demo``: the invented clinic, its sign-ins and its wearable, once."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Organization, Practitioner, User
from accounts.principals import principal_of
from accounts.roles import Role
from demo import clinic
from ehr_project.management.demo_day import live_the_day
from fhir.importing import take_in
from fhir.principal import SYSTEM
from patients.models import Patient
from vitals.acts.registering import register_device
from vitals.acts.wearing import attach

SIGN_INS = "demo-sign-ins.txt"
DEVICE_KEY = "demo-device-key"
ORIGIN = "demo"


class Command(BaseCommand):
    help = "Load the demo clinic: invented people, sign-ins, one simulated wearable."

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo clinic is for demo mode only: set CHARTWAVE_DEMO=1.")
        if User.objects.filter(username__in=[s.username for s in clinic.SIGN_INS]).exists():
            self.stdout.write("The demo clinic is loaded already.")
            return
        facilities, *charts = clinic.bundles(timezone.now(), ZoneInfo(settings.TIME_ZONE))
        with transaction.atomic(), kept_secrets() as files:
            import_bundle(facilities, "Facilities and staff")
            # Before the charts: a result finds its owner by the account of who ordered it.
            files[SIGN_INS] = sign_ins()
            for number, chart in enumerate(charts, 1):
                import_bundle(chart, f"Chart {number}")
                self.stdout.write(f"  chart {number} of {len(charts)}")
            files[DEVICE_KEY] = wearable()
            live_the_day()
        self.stdout.write("The demo clinic is ready.")


def import_bundle(bundle: dict[str, Any], name: str) -> None:
    """Through the same door as any import."""
    entries = [
        (f"entry {n}", entry["resource"], entry["fullUrl"])
        for n, entry in enumerate(bundle["entry"], 1)
    ]
    outcome = take_in(entries, by=SYSTEM, origin=ORIGIN)
    if outcome.refused:
        raise CommandError(f"{name}: {outcome.refused[0]}")


@contextmanager
def kept_secrets() -> Iterator[dict[str, str]]:
    """Files that only the owner may read, written when everything else went well."""
    files: dict[str, str] = {}
    yield files
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)


def sign_ins() -> str:
    """Make the accounts; returns the lines with their passwords."""
    lines = []
    started = timezone.now() - timedelta(days=1)
    for person in clinic.SIGN_INS:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        user = User.objects.create_user(
            person.username,
            password=password,
            full_name=person.full_name,
            is_staff=person.role == Role.ADMINISTRATOR,
        )
        for facility in facilities_of(person):
            Membership.objects.create(user=user, facility=facility, role=person.role, start=started)
        if person.practitioner_id:
            Practitioner.objects.filter(fhir_id=person.practitioner_id).update(user=user)
        lines.append(f"{person.role:15} {person.username:14} {password}\n")
    return "".join(lines)


def facilities_of(person: clinic.SignIn) -> list[Organization]:
    """The own facility; administrator and privacy officer have the whole house."""
    rows = Organization.objects.filter(fhir_id__in=[f.id for f in clinic.FACILITIES])
    if person.role in (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER):
        return list(rows)
    return list(rows.filter(fhir_id=person.facility.id))


def wearable() -> str:
    """Register the simulated patch and let the nurse attach it; returns its key."""
    patch = clinic.DEVICE
    administrator, nurse = (
        principal_of(User.objects.get(username=name)) for name in ("administrator", "nurse")
    )
    facility = Organization.objects.get(fhir_id=clinic.SIGN_INS[0].facility.id)
    _, key = register_device(
        by=administrator,
        serial=patch.serial,
        facility=facility,
        manufacturer=patch.manufacturer,
        model_name=patch.model,
        kind="patch",
    )
    attach(
        by=nurse,
        patient=Patient.objects.get(fhir_id=clinic.WEARER_ID),
        serial=patch.serial,
        lead="II",
        wear_site="left chest",
        pacemaker="no",
    )
    return key + "\n"
