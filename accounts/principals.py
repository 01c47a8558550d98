"""From who signed in to the Principal that everything else takes."""

import re
from collections import defaultdict

from django.http import HttpRequest

from accounts.clients.errors import TokenInAddress
from accounts.clients.tokens import principal_of_token
from accounts.models import Membership, User
from accounts.roles import AUDIT_READ, CHART_READ, SCOPES
from fhir.errors import BadToken
from fhir.principal import Principal

ANONYMOUS = Principal("user", "anonymous", "Nobody")
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{20,200}=*")


def memberships_of(user: User) -> list[Membership]:
    """The roles that ``user`` holds now, oldest first, with their facilities."""
    held = Membership.objects.current().filter(user=user)
    return list(held.select_related("facility").order_by("start", "pk"))


def principal_from(user: User, held: list[Membership]) -> Principal:
    """What ``user`` may do by the memberships ``held``."""
    facilities: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for membership in held:
        facilities[str(membership.facility_id)] |= SCOPES[membership.role]
    # Over FHIR a person reads what a chart shows; who opens no chart in the browser reads nothing.
    held_anywhere = frozenset[str]().union(*facilities.values())
    interactions = {"*": "rs"} if CHART_READ in held_anywhere else {}
    if AUDIT_READ in held_anywhere:
        interactions["AuditEvent"] = "rs"
    return Principal(
        "user",
        str(user.pk),
        user.get_full_name(),
        dict(facilities),
        interactions=interactions,
    )


def principal_of(user: User) -> Principal:
    """What ``user`` may do now; nothing when the account is switched off."""
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    return principal_from(user, memberships_of(user))


def principal_of_request(request: HttpRequest) -> Principal | None:
    """The FHIR engine's ``authenticate`` port: the program with its token, else the user, or None.

    Whoever sends an Authorization header is judged by it alone: a token that opens nothing never
    falls back to the session that a browser sends along.

    Raises:
        BadToken: the token opens nothing.
        TokenInAddress: a token stands where logs would keep it.
    """
    if "access_token" in request.GET:
        raise TokenInAddress
    said = request.headers.get("Authorization")
    if said is not None:
        request.principal = _of_header(said)  # type: ignore[attr-defined]
    elif not request.user.is_authenticated:
        return None
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal


def _of_header(said: str) -> Principal:
    scheme, _, token = said.partition(" ")
    if scheme.lower() != "bearer" or not TOKEN.fullmatch(token):
        raise BadToken
    return principal_of_token(token)
