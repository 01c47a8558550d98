"""``manage.py fhir_token``: a short-lived token for a script on the same machine."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.clients import tokens
from accounts.clients.registering import Registration, register
from accounts.models import Client
from fhir.errors import Refusal
from fhir.principal import SYSTEM

EVERYTHING = "system/*.cruds"


class Command(BaseCommand):
    """Prints nothing but the token, so that a shell can take it: ``TOKEN=$(…)``."""

    help = (
        "Print a short-lived bearer token for the FHIR API. The client is registered the first "
        "time, for all facilities; a client that an administrator registered keeps its limits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client", required=True, help="name of the client, e.g. nightly")
        parser.add_argument("--scope", required=True, help="e.g. 'system/*.rs'")
        parser.add_argument("--minutes", type=int, default=settings.TOKEN_MINUTES)

    def handle(self, *_: Any, **said: Any) -> None:
        life = timedelta(minutes=said["minutes"])
        if not timedelta(0) < life <= tokens.LONGEST:
            most = int(tokens.LONGEST.total_seconds() // 60)
            raise CommandError(f"--minutes must be from 1 to {most}.")
        try:
            token = _token(said["client"].strip(), said["scope"], life)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(token)


@transaction.atomic
def _token(name: str, scope: str, life: timedelta) -> str:
    if not name or len(name) > 255:
        raise CommandError("--client must name the client, in at most 255 characters.")
    client = Client.objects.select_for_update().filter(name=name).first()
    if client is None:
        # Nobody ever learns its secret: it gets tokens by this command only.
        as_said = Registration(name, EVERYTHING, all_facilities=True)
        client, _ = register(by=SYSTEM, as_said=as_said)
    return tokens.issue(by=SYSTEM, client=client, scope=scope, life=life)
