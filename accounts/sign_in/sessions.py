"""Where somebody is signed in, and signing out from afar."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.limits import address_of
from accounts.models import Session, User
from accounts.sign_in import session_store
from accounts.sign_in.devices import device_words
from fhir.principal import Principal


@receiver(user_logged_in, dispatch_uid="session-began")
def begin(sender: Any, request: HttpRequest, **_: Any) -> None:  # noqa: ARG001
    """Note when, and on which device; the absolute end counts from here."""
    now = timezone.now().isoformat()
    request.session[session_store.BEGAN] = request.session[session_store.TOUCHED] = now
    request.session[session_store.DEVICE] = device_words(request.headers.get("User-Agent", ""))
    request.session[session_store.ADDRESS] = address_of(request)
    Session.objects.filter(expire_date__lte=timezone.now()).delete()


def open_to(user: User) -> QuerySet[Session]:
    """Where ``user`` is signed in now, the last used first."""
    return Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")


def is_of(request: HttpRequest, session: Session) -> bool:
    """Whether ``session`` is the one of this request."""
    key = request.session.session_key
    return key is not None and session.session_key == session_store.stored(key)


def end(*, by: Principal, sessions: QuerySet[Session], user: User) -> int:
    """Sign ``user`` out there: the next thing these browsers ask for is the door."""
    ended, _ = sessions.filter(user=user).delete()
    if ended:
        audit.record(by, "sign-out", detail={"user": str(user.pk), "sessions": ended})
    return ended


def end_others(request: HttpRequest, *, by: Principal, user: User) -> int:
    """Everywhere but in the browser that asks."""
    key = session_store.stored(request.session.session_key or "")
    return end(by=by, sessions=open_to(user).exclude(session_key=key), user=user)
