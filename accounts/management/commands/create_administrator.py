"""``manage.py create_administrator``: the first account of a real house, or a way back into one."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organization, User
from accounts.roles import Role
from fhir import changes
from fhir.principal import SYSTEM


class Command(BaseCommand):
    """Prints a password that is good for a week, and only to choose another."""

    help = (
        "Make an account that administers this house, and print its first password. "
        "Everything else is done in the browser, in /admin/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="what is typed at the door, e.g. m.olsen")
        parser.add_argument("--name", required=True, help='as it stands on pages: "Mia Olsen"')
        parser.add_argument(
            "--facility", required=True, help="name of the hospital or clinic; made if it is new"
        )

    def handle(self, *_: Any, **said: Any) -> None:
        user = User(
            username=User.normalize_username(said["username"].strip()),
            full_name=said["name"].strip(),
            is_staff=True,
            password_given_at=timezone.now(),
        )
        password = "-".join(secrets.token_hex(2) for _ in range(5))
        user.set_password(password)
        try:
            user.full_clean()
        except ValidationError as wrong:
            raise CommandError("; ".join(wrong.messages)) from None
        _take_on(user, said["facility"].strip())
        self.stdout.write(password)


@transaction.atomic
def _take_on(user: User, facility_name: str) -> None:
    facility = Organization.objects.filter(name=facility_name).first()
    if facility is None:
        if not facility_name:
            raise CommandError("--facility must name the hospital or clinic.")
        new = Organization(name=facility_name, active=True)
        facility = changes.create(new, by=SYSTEM)
        audit.record(SYSTEM, "create", facility)
    user.save()
    Membership.objects.create(user=user, facility=facility, role=Role.ADMINISTRATOR)
    audit.record(SYSTEM, "create-user", detail={"user": str(user.pk), "administers": True})
