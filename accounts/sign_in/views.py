"""The door: password, then second factor."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import principal
from accounts.limits import first_in_a_minute
from accounts.models import User
from accounts.principals import ANONYMOUS, principal_of
from accounts.sign_in import attempts, passkeys, requirement
from accounts.sign_in.forms import CodeForm, SignInForm

WAITING: Final = "waits_for_second_factor"
# Between password and second factor.
WAITS: Final = timedelta(minutes=5)
BACKEND: Final = "accounts.sign_in.backend.HouseBackend"


class SignIn(LoginView):
    """The door. A refusal says the same whether or not the account exists."""

    template_name = "registration/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password is right: ask for the second factor, or open."""
        user = form.get_user()
        attempts.succeeded(self.request, user.get_username())
        if not requirement.has_second_factor(user):
            enter(self.request, user)
            return redirect(self.get_success_url())
        self.request.session.flush()
        self.request.session[WAITING] = {
            "user": str(user.pk),
            "since": timezone.now().isoformat(),
            "next": self.get_redirect_url(),
        }
        return redirect("second-factor")

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Note that somebody did not; never which name was typed (it may be a password).

        Behind the limits once a minute: whoever goes on knocking must not fill the audit trail.
        """
        locked = getattr(self.request, "axes_locked_out", False)
        if not locked or first_in_a_minute("sign-in-noted", attempts.where(self.request)):
            audit.record(ANONYMOUS, "sign-in", outcome="refused")
        return super().form_invalid(form)


class SignOut(LogoutView):
    """Ends the session here."""

    next_page = "sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Note it, and end it."""
        if request.user.is_authenticated:
            audit.record(principal(request), "sign-out")
        return super().post(request, *args, **kwargs)


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second factor of somebody whose password was right a moment ago."""
    user = _who_waits(request)
    if user is None:
        return redirect("sign-in")
    form = CodeForm(user, request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            return _let_in(request, user)
        audit.record(principal_of(user), "second-factor", outcome="refused")
    asked = passkeys.to_ask(user) if passkeys.are_possible(request) else ""
    context = {"form": form, "passkey": asked}
    return render(request, "registration/second_factor.html", context)


def _who_waits(request: HttpRequest) -> User | None:
    waiting = request.session.get(WAITING)
    if not waiting or datetime.fromisoformat(waiting["since"]) < timezone.now() - WAITS:
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    return user if user and requirement.has_second_factor(user) else None


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    place = request.session.pop(WAITING)["next"]
    enter(request, user)
    requirement.note_given(request.session)
    return redirect(place or resolve_url("home"))


def enter(request: HttpRequest, user: User) -> None:
    """Begin a session, under a new key."""
    login(request, user, backend=BACKEND)
    audit.record(principal_of(user), "sign-in")


def too_many(request: HttpRequest, *_of_axes: Any) -> HttpResponse:
    """What django-axes answers with once there were too many attempts: the same for every name."""
    answer = render(request, "registration/too_many.html", status=429)
    answer.headers["Retry-After"] = str(attempts.OF_ACCOUNT[0].window_s)
    return answer
