"""What every page knows: demo or real, who is signed in, where, and what they may do."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from ehr_project.backups.standing import verified_once
from ehr_project.places import ADMIN, OTHER_PLACES, PLACES, places_for


def house(request: HttpRequest) -> dict[str, Any]:
    """Context of the page frame; see ``templates/base.html``."""
    common: dict[str, Any] = {"demo": settings.DEMO, "backup_verified": verified_once}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return common
    memberships: list[Membership] = request.memberships  # type: ignore[attr-defined]
    facilities = list(dict.fromkeys(membership.facility for membership in memberships))
    who = request.principal  # type: ignore[attr-defined]
    scopes = {scope for scopes in (who.facilities or {}).values() for scope in scopes}
    scopes |= {ADMIN} if user.is_staff else set()
    return common | {
        "who": user,
        "places": places_for(scopes, PLACES),
        "other_places": places_for(scopes, OTHER_PLACES),
        "clock_now": timezone.now(),
        "idle_minutes": settings.IDLE_MINUTES,
        "facilities": facilities,
        "facility": facilities[0] if facilities else None,
        "scopes": scopes,
        "role_words": ", ".join(dict.fromkeys(Role(m.role).label.lower() for m in memberships)),
    }
