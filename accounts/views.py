"""The locked screen, whether a page may stay open, and one's own account."""

from typing import cast
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import lock, rights
from accounts.access import principal
from accounts.models import Membership, User
from accounts.roles import WORDS
from accounts.sign_in import passkeys, requirement, second_factor, sessions


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here and what I may do."""
    who = principal(request)
    scopes = sorted({scope for held in (who.facilities or {}).values() for scope in held})
    memberships = Membership.objects.filter(user_id=who.id).select_related("facility")
    user = cast(User, request.user)
    context = {
        "account": user,
        "memberships": memberships,
        "may": [(scope, WORDS.get(scope, scope)) for scope in scopes],
        "factors": second_factor.factors_of(user),
        "codes_left": second_factor.codes_left(user),
        "second_factor_required": requirement.is_required(),
        "passkeys_possible": passkeys.are_possible(request),
        "sessions": [(each, sessions.is_of(request, each)) for each in sessions.open_to(user)],
    }
    return render(request, "account/profile.html", context)


@require_POST
def lock_screen(request: HttpRequest) -> HttpResponse:
    """Lock by hand, or because the page saw nobody for too long."""
    lock.lock(request)
    came = urlsplit(request.headers.get("Referer", ""))
    back = came._replace(scheme="", netloc="", fragment="").geturl()
    return redirect(back if is_here(request, back) else "home")


@require_POST
def unlock_screen(request: HttpRequest) -> HttpResponse:
    """Go on where the screen was locked."""
    if not lock.unlock(request, request.POST.get(lock.PASSWORD, "")):
        return lock.locked_page(request, wrong=True)
    place = request.POST.get("next", "")
    return redirect(place if is_here(request, place) else "home")


@require_POST
def awake(_request: HttpRequest) -> HttpResponse:
    """Somebody types or points: the middleware noted it."""
    return HttpResponse(status=204)


@lock.quiet
@require_safe
def still_here(request: HttpRequest) -> HttpResponse:
    """Asked by every open page each few seconds: may it stay as it is?"""
    return JsonResponse({"locked": lock.is_locked(request), "rights": rights.mark_of(request)})


def is_here(request: HttpRequest, place: str) -> bool:
    """An address of this house, not of a stranger's."""
    return bool(place) and url_has_allowed_host_and_scheme(
        place, {request.get_host()}, require_https=request.is_secure()
    )
