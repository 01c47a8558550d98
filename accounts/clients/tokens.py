"""Bearer tokens of programs: giving them out, ending them, and who stands behind one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts import audit, limits
from accounts.clients.errors import ExceedsRegistration, SwitchedOff
from accounts.clients.secrets import checksum, new_token
from accounts.models import Client
from fhir import scopes
from fhir.errors import BadToken
from fhir.principal import Principal

LONGEST = timedelta(days=1)
# An expired token stays in the list for so long, then its row goes.
LISTED = timedelta(days=30)
# The time of last use is written no more often than this.
NOTED_EACH = timedelta(minutes=1)
# A program that asks a hundred times a second is looked up once; what another process ends or
# changes counts here after so long, what this one does counts at once.
FRESH_S = 2.0
MOST_KNOWN = 1000

FIND = """
SELECT t.id, t.expires, t.updated, t.scope, c.id, c.client_id, c.name, c.active, c.allowed,
       c.all_facilities,
       ARRAY(SELECT f.organization_id::text FROM accounts_client_facilities f
             WHERE f.client_id = c.id)
FROM oauth2_provider_accesstoken t JOIN accounts_client c ON c.id = t.application_id
WHERE t.token_checksum = %s
"""


@dataclass(frozen=True)
class Held:
    """A token as the tables have it, with its client as it is registered now."""

    id: int
    expires: datetime
    used_at: datetime
    scope: str
    client_pk: int
    client_id: str
    name: str
    active: bool
    allowed: list[str]
    all_facilities: bool
    facilities: list[str]

    @property
    def principal(self) -> Principal:
        """Who acts with it, and what that may be."""
        nothing_more: frozenset[str] = frozenset()
        return Principal(
            "client",
            self.client_id,
            self.name,
            None if self.all_facilities else dict.fromkeys(self.facilities, nothing_more),
            interactions=_interactions(self.scope, " ".join(self.allowed)),
        )


@lru_cache(maxsize=1000)
def _interactions(scope: str, registered: str) -> Mapping[str, str]:
    """What the token names and the registration still allows."""
    return scopes.common(scopes.parse(scope), scopes.parse(registered))


def principal_of_token(token: str) -> Principal:
    """Who stands behind a token.

    Raises:
        BadToken: nobody. The answer is the same for every reason; the audit trail knows which.
    """
    held = _held(checksum(token))
    now = timezone.now()
    if held is None or not held.active or held.expires <= now:
        _note_refusal(held)
        raise BadToken
    if held.used_at < now - NOTED_EACH:
        _note_use(held, now)
    return held.principal


_known: dict[str, tuple[float, Held]] = {}


def _held(digest: str) -> Held | None:
    """The token of this checksum as the tables have it, or had it a moment ago."""
    known = _known.get(digest)
    if known and monotonic() - known[0] < FRESH_S:
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute(FIND, [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    held = Held(*row)
    _known[digest] = (monotonic(), held)
    return held


def _forget(**_: object) -> None:
    """A token or a registration is no longer what it was."""
    _known.clear()


for _changed in (post_save, post_delete):
    _changed.connect(_forget, sender=Client)
    _changed.connect(_forget, sender=AccessToken)
m2m_changed.connect(_forget, sender=Client.facilities.through)


def _note_refusal(held: Held | None) -> None:
    """Once a minute for each client: knocking must not fill the audit trail."""
    who = held.principal if held else Principal("client", "unknown")
    if limits.first_in_a_minute("bad-token", who.id):
        reason = "unknown" if held is None else "expired" if held.active else "switched off"
        audit.record(who, "token-use", outcome="refused", detail={"reason": reason})


def _note_use(held: Held, now: datetime) -> None:
    stale = now - NOTED_EACH
    AccessToken.objects.filter(pk=held.id, updated__lt=stale).update(updated=now)
    unused = Q(last_used_at__isnull=True) | Q(last_used_at__lt=stale)
    Client.objects.filter(unused, pk=held.client_pk).update(last_used_at=now)
    _forget()


@transaction.atomic
def issue(*, by: Principal, client: Client, scope: str, life: timedelta) -> str:
    """Give out a token of ``client``. Returns it; only its SHA-256 is kept.

    Raises:
        BadScope: the scope cannot be read.
        SwitchedOff: the client is.
        ExceedsRegistration: the scope holds more than the client may.
    """
    asked = scopes.parse(scope)
    if not client.active:
        raise SwitchedOff
    if scopes.exceeds(asked, client.interactions):
        raise ExceedsRegistration(
            f'"{client}" is registered for {scopes.text(client.interactions)}. '
            "Ask for no more than that, or have the registration changed."
        )
    token = new_token()
    # The column for the token itself stays empty; what is looked up is its checksum.
    row = AccessToken(application=client, scope=scopes.text(asked), expires=timezone.now() + life)
    row.token, row._raw_token = "", token
    row.save()
    noted(by, client, row)
    return token


def noted(by: Principal, client: Client, token: AccessToken) -> None:
    """Put on record that a token was given out, and let old rows go."""
    detail = {
        "client": client.client_id,
        "scope": token.scope,
        "until": token.expires.isoformat(timespec="seconds"),
    }
    audit.record(by, "token", detail=detail)
    Client.objects.filter(pk=client.pk).update(last_used_at=timezone.now())
    of_client(client).filter(expires__lt=timezone.now() - LISTED).delete()


def of_client(client: Client) -> QuerySet[Any]:
    """The tokens of a client, newest first."""
    rows: QuerySet[Any] = AccessToken.objects.filter(application=client).order_by("-pk")
    return rows


def listed(client: Client) -> QuerySet[Any]:
    """The tokens of a client with ``used_at``; None: not after the minute it was given out."""
    unused = Q(updated__lt=F("created") + timedelta(seconds=1))
    used_at = Case(When(unused, then=None), default=F("updated"))
    rows: QuerySet[Any] = of_client(client).annotate(used_at=used_at)
    return rows


def end_all(client: Client) -> int:
    """Let every token of ``client`` end now. Returns how many still opened something."""
    now = timezone.now()
    _forget()
    return int(of_client(client).filter(expires__gt=now).update(expires=now))
