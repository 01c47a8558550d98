"""From who signed in to the Principal that everything else takes."""

from collections import defaultdict

from django.http import HttpRequest

from accounts.models import Membership, User
from accounts.roles import SCOPES
from fhir.principal import Principal

ANONYMOUS = Principal("user", "anonymous", "Nobody")


def memberships_of(user: User) -> list[Membership]:
    """The roles that ``user`` holds now, oldest first, with their facilities."""
    held = Membership.objects.current().filter(user=user)
    return list(held.select_related("facility").order_by("start", "pk"))


def principal_from(user: User, held: list[Membership]) -> Principal:
    """What ``user`` may do by the memberships ``held``."""
    facilities: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for membership in held:
        facilities[str(membership.facility_id)] |= SCOPES[membership.role]
    return Principal(
        "user",
        str(user.pk),
        user.get_full_name(),
        dict(facilities),
        interactions={"*": "rs"} if facilities else {},
    )


def principal_of(user: User) -> Principal:
    """What ``user`` may do now; nothing when the account is switched off."""
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    return principal_from(user, memberships_of(user))


def principal_of_request(request: HttpRequest) -> Principal | None:
    """The FHIR engine's ``authenticate`` port: the signed-in user, or None."""
    if not request.user.is_authenticated:
        return None
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal
