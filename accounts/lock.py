"""The locked screen: after a quarter of an hour without a touch, or by hand.

The session stays, its content is closed until the password is given again; whoever was writing
finds the same place and the same words. Polls and automatic saving do not keep a screen open.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import audit
from accounts.principals import ANONYMOUS, principal_of
from accounts.sign_in.forms import is_password_of
from accounts.sign_in.session_store import TOUCHED

V = TypeVar("V", bound=Callable[..., HttpResponse])
Handler = Callable[[HttpRequest], HttpResponse]

LOCKED = "locked"
PASSWORD = "unlock_password"  # noqa: S105  name of a field
# A session is written no more often than this for being touched.
WRITTEN_EACH = timedelta(seconds=30)
OPEN_WHILE_LOCKED = {"sign-in", "sign-out", "unlock", "lock", "still-here", "healthz", "readyz"}


def quiet(view: V) -> V:
    """A view that pages call by themselves: it does not count as a touch."""
    cast(Any, view).quiet = True
    return view


def lock(request: HttpRequest) -> None:
    """Close the screen of this session."""
    request.session[LOCKED] = True
    audit.record(principal_of(cast(Any, request.user)), "lock")


def is_locked(request: HttpRequest) -> bool:
    """Closed by hand, or not touched for too long."""
    return bool(request.session.get(LOCKED)) or _idle(request)


def unlock(request: HttpRequest, password: str) -> bool:
    """Open the screen again; False where the password is not right. It counts as at the door."""
    right = is_password_of(request, password)
    by = principal_of(cast(Any, request.user))
    audit.record(by, "unlock", outcome="success" if right else "refused")
    if right:
        request.session.pop(LOCKED, None)
        touch(request)
    return right


def touch(request: HttpRequest) -> None:
    """Somebody is at the screen."""
    last = _touched(request)
    if last is None or timezone.now() - last > WRITTEN_EACH:
        request.session[TOUCHED] = timezone.now().isoformat()


def _touched(request: HttpRequest) -> datetime | None:
    said = request.session.get(TOUCHED)
    return datetime.fromisoformat(said) if said else None


def _idle(request: HttpRequest) -> bool:
    last = _touched(request)
    return last is not None and timezone.now() - last > timedelta(minutes=settings.IDLE_MINUTES)


class LockMiddleware:
    """Answers nothing but the lock while the screen is locked.

    What is open to strangers stays open, and meets a stranger: it says by itself who may come in,
    a FHIR client by an OperationOutcome.

    What was posted to a locked screen is held in the page that asks for the password, and goes
    where it was meant for once that is given: nothing that somebody wrote is lost.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """The page that asks for the password, or nothing."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not request.user.is_authenticated or name in OPEN_WHILE_LOCKED:
            return None
        if is_locked(request):
            return _closed(request, view)
        if not getattr(view, "quiet", False):
            touch(request)
        return None


def _closed(request: HttpRequest, view: Any) -> HttpResponse | None:
    """Nothing where a stranger may come in, or the password came along."""
    if not getattr(view, "login_required", True):
        request.user = AnonymousUser()
        request.principal = ANONYMOUS  # type: ignore[attr-defined]
        request.memberships = []  # type: ignore[attr-defined]
        return None
    given = request.POST.get(PASSWORD, "") if request.method == "POST" else ""
    if given and unlock(request, given):
        return None
    return locked_page(request, wrong=bool(given))


def locked_page(request: HttpRequest, *, wrong: bool) -> HttpResponse:
    """Asks for the password and keeps what was posted."""
    held = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in (PASSWORD, "csrfmiddlewaretoken")
    ]
    context = {
        "held": held,
        "posted": request.method == "POST",
        "had_files": bool(request.FILES),
        "next": request.get_full_path() if request.method == "GET" else "",
        "wrong": wrong,
    }
    return render(request, "registration/locked.html", context, status=403)
