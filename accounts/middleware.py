"""Puts who is asking on every request, and shows times in the zone of their facility."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import audit
from accounts.limits import address_of
from accounts.principals import ANONYMOUS, memberships_of, principal_from

Handler = Callable[[HttpRequest], HttpResponse]


class PrincipalMiddleware:
    """``request.principal`` and ``request.memberships``: one query for whoever is signed in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        held = memberships_of(user) if user.is_authenticated else []
        request.memberships = held  # type: ignore[attr-defined]
        request.principal = (  # type: ignore[attr-defined]
            principal_from(user, held) if user.is_authenticated else ANONYMOUS
        )
        zone = next((each.facility.time_zone for each in held if each.facility.time_zone), "")
        # Never the browser's zone: two people who look at one chart must read one time.
        here = timezone.override(zone or timezone.get_default_timezone_name())
        with here, audit.heard_from(address_of(request)):
            return self.get_response(request)
