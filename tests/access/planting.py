"""Who works on the day of planted words, and what they are given. Runs beside a running house."""

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.house import House

PLACE = "Planted clinic"


def plant(house: "House", what: str, **wishes: str) -> dict[str, Any]:
    """Have one of the functions below done in a process of the house."""
    made: dict[str, Any] = house.ask(__name__, json.dumps([what, wishes]))
    return made


def staff(*, password: str) -> dict[str, Any]:
    """A doctor with this password; a device with its key; a program with secret and token."""
    from accounts.clients import tokens
    from accounts.clients.registering import Registration, register
    from accounts.roles import Role
    from fhir.principal import SYSTEM
    from tests.cast import facility
    from tests.cast import staff as worker
    from vitals.acts.registering import register_device

    place = facility(PLACE)
    doctor = worker("planted-doctor", Role.DOCTOR, place, full_name="Dr Planted")
    doctor.set_password(password)
    doctor.save()
    _device, key = register_device(by=SYSTEM, serial="PLANTED-1", facility=place, kind="patch")
    said = Registration("planted", "system/*.cruds", all_facilities=True)
    client, secret = register(by=SYSTEM, as_said=said)
    hour = timedelta(hours=1)
    token = tokens.issue(by=SYSTEM, client=client, scope="system/*.cruds", life=hour)
    given = {"device key": key, "client secret": secret, "token": token}
    return {"username": doctor.username, "given": given}


def wearing(*, patient: str) -> dict[str, Any]:
    """The patient wears the device."""
    from django.utils import timezone

    from fhir.principal import SYSTEM
    from patients.models import Patient
    from vitals.acts.wearing import attach

    since = timezone.now() - timedelta(hours=1)
    attach(by=SYSTEM, patient=Patient.objects.get(pk=patient), serial="PLANTED-1", start=since)
    return {}


WHAT = {"staff": staff, "wearing": wearing}


def main() -> None:
    from django.db import transaction

    what, wishes = json.loads(sys.argv[1])
    with transaction.atomic():
        made = WHAT[what](**wishes)
    sys.stdout.write(json.dumps(made))


if __name__ == "__main__":
    import django

    django.setup()
    main()
