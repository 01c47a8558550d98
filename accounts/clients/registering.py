"""An administrator registers programs, says what they may do, and switches them off."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts import audit
from accounts.access import require
from accounts.clients import tokens
from accounts.clients.errors import NameTaken
from accounts.clients.secrets import new_client_id, new_secret
from accounts.models import Client, Membership, Organization
from accounts.roles import CLIENT_MANAGE
from fhir import scopes
from fhir.errors import NotAllowed
from fhir.principal import Principal


@dataclass(frozen=True)
class Registration:
    """What a client is registered for.

    Attributes:
        name: For people, in lists and in history.
        scope: The most that its tokens may do.
        facilities: Whose patients; none at all opens nothing.
        all_facilities: Every patient, whatever ``facilities`` says.
    """

    name: str
    scope: str
    facilities: list[Organization] = field(default_factory=list)
    all_facilities: bool = False


@transaction.atomic
def register(*, by: Principal, as_said: Registration) -> tuple[Client, str]:
    """Take a program into use. Returns it and its secret, which is shown once and kept nowhere.

    Raises:
        NotAllowed: ``by`` does not administer those facilities.
        NameTaken: another client has the name.
        BadScope: the scope cannot be read.
    """
    _require_places(by, as_said)
    client = Client(
        client_id=new_client_id(),
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
        user_id=by.id if by.kind == "user" else None,
    )
    secret = _give_secret(client)
    _fill(client, as_said)
    audit.record(by, "register-client", detail=_detail(client, as_said))
    return client, secret


@transaction.atomic
def change(*, by: Principal, client: Client, as_said: Registration) -> Client:
    """Register it for something else, at once also for the tokens that are out.

    Raises:
        NotAllowed: ``by`` does not administer the facilities it had or gets.
    """
    held = _managed(by, client)
    _require_places(by, as_said)
    _fill(held, as_said)
    audit.record(by, "change-client", detail=_detail(held, as_said))
    return held


@transaction.atomic
def renew_secret(*, by: Principal, client: Client) -> str:
    """A new secret; the old one and every token end now."""
    held = _managed(by, client)
    secret = _give_secret(held)
    held.save()
    ended = tokens.end_all(held)
    audit.record(by, "renew-client-secret", detail={"client": held.client_id, "tokens": ended})
    return secret


@transaction.atomic
def switch_off(*, by: Principal, client: Client) -> int:
    """Nothing of it opens anything from now on. Returns how many tokens ended.

    Any administrator may: what must stop at once cannot wait for the right one.
    """
    require(by, CLIENT_MANAGE)
    held = Client.objects.select_for_update().get(pk=client.pk)
    held.active = False
    held.save(update_fields=["active"])
    ended = tokens.end_all(held)
    audit.record(by, "switch-off-client", detail={"client": held.client_id, "tokens": ended})
    return ended


@transaction.atomic
def switch_on(*, by: Principal, client: Client) -> None:
    """It may ask for tokens again; those of before stay dead."""
    held = _managed(by, client)
    held.active = True
    held.save(update_fields=["active"])
    audit.record(by, "switch-on-client", detail={"client": held.client_id})


def may_manage(by: Principal, client: Client) -> bool:
    """Whether ``by`` administers every facility that the client reaches."""
    return _administers(by, client.facilities.all(), everywhere=client.all_facilities)


def administered(by: Principal) -> QuerySet[Organization]:
    """The facilities that ``by`` may open to a client."""
    if by.kind == "system":
        return Organization.objects.all()
    return Organization.objects.filter(pk__in=by.facilities_with(CLIENT_MANAGE))


def administers_all(by: Principal) -> bool:
    """Whether ``by`` administers every facility where anybody works."""
    staff = Membership.objects.current().filter(facility=OuterRef("pk"))
    others = Organization.objects.filter(Exists(staff)).exclude(pk__in=administered(by))
    return by.kind == "system" or not others.exists()


def _administers(by: Principal, places: Iterable[Organization], *, everywhere: bool) -> bool:
    mine = set(administered(by).values_list("pk", flat=True))
    return mine.issuperset(place.pk for place in places) and (not everywhere or administers_all(by))


def _require_places(by: Principal, as_said: Registration) -> None:
    require(by, CLIENT_MANAGE)
    if not _administers(by, as_said.facilities, everywhere=as_said.all_facilities):
        raise NotAllowed(
            "A client reaches only facilities where you are an administrator; all facilities "
            "need an administrator of each. Ask one of the others to register it with you."
        )


def _managed(by: Principal, client: Client) -> Client:
    held: Client = Client.objects.select_for_update().get(pk=client.pk)
    require(by, CLIENT_MANAGE)
    if not may_manage(by, held):
        raise NotAllowed("This client also reaches facilities where you are no administrator.")
    return held


def _fill(client: Client, as_said: Registration) -> None:
    if Client.objects.filter(name=as_said.name).exclude(pk=client.pk).exists():
        raise NameTaken
    client.name = as_said.name
    client.allowed = scopes.text(scopes.parse(as_said.scope)).split()
    client.all_facilities = as_said.all_facilities
    client.save()
    client.facilities.set(as_said.facilities)


def _give_secret(client: Client) -> str:
    secret = new_secret()
    client.client_secret = secret  # hashed by its column when it is saved
    return secret


def _detail(client: Client, as_said: Registration) -> dict[str, object]:
    return {
        "client": client.client_id,
        "scope": " ".join(client.allowed),
        "facilities": [str(place.pk) for place in as_said.facilities],
        "all_facilities": client.all_facilities,
    }
