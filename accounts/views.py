"""Sign-in and one's own account."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
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
