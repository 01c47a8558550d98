"""What somebody has to do after signing in before anything else opens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.sign_in import requirement

Handler = Callable[[HttpRequest], HttpResponse]

# Open before the steps are done: doors, and what pages of the steps themselves need.
ALWAYS_OPEN = {"sign-in", "sign-out", "second-factor", "healthz", "readyz", "lock", "unlock"}
ALWAYS_OPEN |= {"awake", "still-here"}


@dataclass(frozen=True)
class Step:
    """One thing to do, on its own page.

    Attributes:
        page: Name of the page's address.
        others: What else must open so that it can be done.
        is_due: Whether the one who asks has to do it.
    """

    page: str
    others: frozenset[str]
    is_due: Callable[[HttpRequest, User], bool]


def _password_was_given(_request: HttpRequest, user: User) -> bool:
    return user.password_given_at is not None


def _second_factor_is_missing(request: HttpRequest, _user: User) -> bool:
    return requirement.is_required() and not requirement.was_given(request.session)


STEPS = (
    Step("password-change", frozenset(), _password_was_given),
    Step(
        "second-factor-app",
        frozenset({"passkey-add", "recovery-codes"}),
        _second_factor_is_missing,
    ),
)


def due(request: HttpRequest) -> Step | None:
    """The first step that is left to do."""
    user = cast(User, request.user)
    return next((step for step in STEPS if step.is_due(request, user)), None)


class StepsMiddleware:
    """Leads to the step that is due; nothing else answers until it is done."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """The way to the step, or nothing."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not request.user.is_authenticated or name in ALWAYS_OPEN:
            return None
        step = due(request)
        if step is None or name == step.page or name in step.others:
            return self._unless_stolen(request, step)
        return lead_to(request, step)

    def _unless_stolen(self, request: HttpRequest, step: Step | None) -> HttpResponse | None:
        """Who has a second factor gives it at the door; no session gets around that by a step."""
        if step is None or not _second_factor_is_missing(request, cast(User, request.user)):
            return None
        if requirement.has_second_factor(cast(User, request.user)):
            logout(request)
            return redirect("sign-in")
        return None


def lead_to(request: HttpRequest, step: Step) -> HttpResponse:
    """A page goes there by itself; what was sent by a form or a script is refused with the way."""
    wants_page = "text/html" in request.headers.get("Accept", "text/html")
    if request.method == "GET" and wants_page and "HX-Request" not in request.headers:
        return redirect(step.page)
    return render(request, "registration/step_due.html", {"page": step.page}, status=403)
