"""Sign-in, the locked screen, and one's own account."""

from urllib.parse import urlsplit

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, lock
from accounts.access import principal
from accounts.models import Membership
from accounts.principals import ANONYMOUS, principal_of


class SignIn(LoginView):
    """The door. A refusal says the same whether or not the account exists."""

    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Note who came in."""
        response = super().form_valid(form)
        audit.record(principal_of(form.get_user()), "sign-in")
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Note that somebody did not; never which name was typed (it may be a password)."""
        audit.record(ANONYMOUS, "sign-in", outcome="refused")
        return super().form_invalid(form)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here and what I may do."""
    who = principal(request)
    scopes = sorted({scope for held in (who.facilities or {}).values() for scope in held})
    memberships = Membership.objects.filter(user_id=who.id).select_related("facility")
    context = {"account": request.user, "memberships": memberships, "held_scopes": scopes}
    return render(request, "account/profile.html", context)


@require_POST
def lock_screen(request: HttpRequest) -> HttpResponse:
    """Lock by hand, or because the page saw nobody for too long."""
    lock.lock(request)
    back = urlsplit(request.headers.get("Referer", "")).path
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


def is_here(request: HttpRequest, place: str) -> bool:
    """An address of this house, not of a stranger's."""
    return bool(place) and url_has_allowed_host_and_scheme(
        place, {request.get_host()}, require_https=request.is_secure()
    )
