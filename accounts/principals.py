"""From who signed in to the Principal that everything else takes."""

from collections import defaultdict

from django.http import HttpRequest

from accounts.models import Membership, User
from accounts.roles import SCOPES
from fhir.principal import Principal

ANONYMOUS = Principal("user", "anonymous", "Nobody")


def principal_of(user: User) -> Principal:
    """What ``user`` may do now: one query over the memberships that hold."""
    if not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    facilities: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for facility, role in (
        Membership.objects.current().filter(user=user).values_list("facility_id", "role")
    ):
        facilities[str(facility)] |= SCOPES[role]
    return Principal("user", str(user.pk), user.get_full_name(), dict(facilities))


def principal_of_request(request: HttpRequest) -> Principal | None:
    """The FHIR engine's ``authenticate`` port: the signed-in user, or None."""
    if not request.user.is_authenticated:
        return None
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal
